#include "hourglass/data/source.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <utility>

#include "hourglass/base/file.h"
#include "hourglass/base/text.h"
#include "hourglass/data/formats/csv_rows.h"
#include "hourglass/data/formats/gzip.h"
#include "hourglass/data/formats/idx.h"
#include "hourglass/data/formats/image.h"
#include "hourglass/data/formats/npy.h"
#include "hourglass/data/formats/npz.h"
#include "hourglass/data/formats/safetensors.h"
#include "hourglass/data/image_folder.h"
#include "hourglass/data/known.h"
#include "hourglass/data/table.h"

namespace hourglass {
namespace {

namespace fs = std::filesystem;

Shape sample_shape(const Shape& array, const std::string& name) {
  if (array.rank() == 1) {
    fail("{}: {} single numbers, which is what labels look like; expected rows of features or images", name, array[0]);
  }
  if (array[0] > std::numeric_limits<uint32_t>::max()) {
    fail("{}: {} rows, at most {} can be read", name, array[0], std::numeric_limits<uint32_t>::max());
  }
  return sample_of(array);
}

std::vector<int32_t> read_labels(const fs::path& path, int64_t rows) {
  const IdxArray labels = read_idx(path);
  if (labels.shape != Shape{rows}) {
    fail("{}: holds {} labels, expected one for each of {} images", path.string(), labels.shape.text(), rows);
  }
  return {labels.bytes.begin(), labels.bytes.end()};
}

/// One part of an MNIST-like folder; `which` is 0 for training, 1 for test.
Dataset read_part(const fs::path& folder, size_t which, const std::string& name) {
  const fs::path images_path = *plain_or_gz(folder, kSplitFiles[2 * which]);
  IdxArray images = read_idx(images_path);
  if (images.shape.rank() != 3) {
    fail("{}: holds {}, expected images × height × width", images_path.string(), images.shape.text());
  }
  Dataset part{name, sample_shape(images.shape, images_path.string()), std::move(images.bytes), {}};
  part.labels = read_labels(*plain_or_gz(folder, kSplitFiles[2 * which + 1]), part.rows());
  return part;
}

DataSplits read_folder(const fs::path& folder, const std::string& name) {
  for (const char* file : kSplitFiles) {
    if (!plain_or_gz(folder, file)) {
      fail(
          "{}: a folder without {}[.gz]; expected a file, images (PNG or JPEG), or the four files of an MNIST-like "
          "data set",
          folder.string(), file);
    }
  }
  DataSplits splits{read_part(folder, 0, name + " train"), read_part(folder, 1, name + " test")};
  if (splits.train.sample != splits.test->sample) {
    fail("{}: training images are {}, test images {}", folder.string(), splits.train.sample.text(),
         splits.test->sample.text());
  }
  return splits;
}

/// A file, or one array of it: FILE:NAME.
struct Address {
  std::string file, member;

  std::string text() const { return member.empty() ? file : file + ":" + member; }
};

Address address_of(const std::string& source) {
  std::error_code ignored;
  const size_t colon = source.rfind(':');
  if (colon == std::string::npos || fs::exists(source, ignored) || !fs::exists(source.substr(0, colon), ignored))
    return {source, ""};
  return {source.substr(0, colon), source.substr(colon + 1)};
}

NpyArray tensor_of(std::string_view content, const Address& from) {
  const auto tensors = parse_safetensors(content, from.file).tensors;
  std::vector<std::string> names;
  for (const auto& entry : tensors) names.push_back(entry.first);
  const auto found = from.member.empty() && tensors.size() == 1 ? tensors.begin() : tensors.find(from.member);
  if (found == tensors.end() && from.member.empty())
    fail("{}: holds {} tensors: {}; name one, as in {}:{}", from.file, names.size(), fmt::join(names, ", "), from.file,
         names.empty() ? "NAME" : names[0]);
  if (found == tensors.end()) fail("{}: no tensor \"{}\"; it holds {}", from.file, from.member, fmt::join(names, ", "));
  if (found->second.shape().rank() == 0 || found->second.size() == 0)
    fail("{}: a tensor of {}, expected rows", from.text(), found->second.shape().text());
  // Numbers are checked, and made floats, where those of an npy file are.
  return parse_npy(npy_bytes(found->second), from.text(), true);
}

/// The array of a file that is one, or holds one.
std::optional<NpyArray> array_of(std::string_view content, const Address& from) {
  if (is_npy(content)) return parse_npy(content, from.file, true);
  if (is_zip(content)) return parse_npz(content, from.member, from.file, true);
  if (is_safetensors(content)) return tensor_of(content, from);
  if (!is_idx(content) && !is_gzip(content)) return std::nullopt;
  IdxArray array = parse_idx(content, from.file);
  return NpyArray{array.shape, std::move(array.bytes)};
}

bool is_complete(const float* row, int64_t width) {
  return std::none_of(row, row + width, [](float x) { return std::isnan(x); });
}

/// Rows that lack a value are refused or left out; for "mean" they stay, and the scaler fills them in.
std::vector<float> without_missing(std::vector<float> values, int64_t width, MissingValues policy,
                                   const std::string& name) {
  if (policy == MissingValues::mean) return values;
  size_t kept = 0;
  for (size_t at = 0; at < values.size(); at += static_cast<size_t>(width)) {
    const float* row = values.data() + at;
    if (is_complete(row, width)) {
      std::copy_n(row, width, values.data() + kept);
      kept += static_cast<size_t>(width);
    } else if (policy == MissingValues::refuse) {
      const auto column = std::find_if(row, row + width, [](float x) { return std::isnan(x); }) - row;
      fail(
          "{}: row {}, column {} (counted from 0) has no value (NaN); [data] missing = \"mean\" takes such rows, "
          "\"drop\" trains without them",
          name, at / static_cast<size_t>(width), column);
    }
  }
  if (kept == 0) fail("{}: every row has a missing value, so that missing = \"drop\" leaves none", name);
  values.resize(kept);
  return values;
}

Dataset dataset_of(NpyArray array, const std::string& name, MissingValues missing) {
  Dataset data{name, sample_shape(array.shape, name), {}, {}};
  if (auto* floats = std::get_if<std::vector<float>>(&array.values))
    data.values = without_missing(std::move(*floats), data.sample.size(), missing, name);
  else
    data.values = std::move(std::get<std::vector<uint8_t>>(array.values));
  return data;
}

/// Names of columns mean something in tables only; a model that was trained on one takes arrays too.
void refuse_columns(const ReadOptions& how, std::span<const std::string> features, const std::string& name) {
  if (!features.empty()) return;
  std::vector<std::string> asked = {how.label};
  asked.insert(asked.end(), how.categorical.begin(), how.categorical.end());
  asked.insert(asked.end(), how.ignore.begin(), how.ignore.end());
  for (const std::string& column : asked)
    if (!column.empty()) fail("{}: [data] asks for column \"{}\", but this is no table with columns", name, column);
}

void refuse_member(const Address& from) {
  if (!from.member.empty())
    fail("{}: only npz and safetensors files hold arrays with names; leave \":{}\" out", from.text(), from.member);
}

/// Whether this is an array that had better stay on disk.
bool is_large_npy(const fs::path& file) {
  std::error_code ignored;
  if (fs::file_size(file, ignored) < kMapFrom) return false;
  std::string start(1 << 16, '\0');
  std::ifstream(file, std::ios::binary).read(start.data(), static_cast<std::streamsize>(start.size()));
  return is_npy(start) && !read_npy_header(start, file.string()).fortran;
}

Dataset map_data_file(const std::string& file, MissingValues missing) {
  // Rows cannot be left out of what lies on disk.
  StoredNpy array = map_npy(file, missing == MissingValues::mean);
  return {file, sample_shape(array.shape, file), std::move(array.values), {}};
}

Dataset read_data_file(const Address& from, const ReadOptions& how, std::span<const std::string> features) {
  if (is_large_npy(from.file)) {
    refuse_member(from);
    refuse_columns(how, features, from.text());
    return map_data_file(from.file, how.missing);
  }
  const std::string content = read_file(from.file);
  if (!is_zip(content) && !is_safetensors(content)) refuse_member(from);
  if (auto array = array_of(content, from)) {
    refuse_columns(how, features, from.text());
    return dataset_of(std::move(*array), from.text(), how.missing);
  }
  if (is_png(content) || is_jpeg(content)) fail("{}: one image; expected a folder of them", from.file);
  if (content.empty()) fail("{}: the file is empty", from.file);
  if (content.starts_with("\xff\xfe") || content.starts_with("\xfe\xff"))
    fail("{}: text in UTF-16; tables are read in UTF-8, to which iconv converts them", from.file);
  if (!looks_like_text(content))
    fail("{}: neither npy, npz, IDX (plain or gzip), safetensors nor a text table", from.file);
  return read_table(content, from.file, how, features);
}

}  // namespace

DataSplits open_source(const std::string& source, const ReadOptions& how, std::span<const std::string> features) {
  if (const KnownSet* set = find_known(source)) {
    refuse_columns(how, features, source);
    const auto kept = kept_folder(*set);
    return read_folder(kept ? *kept : fetch(*set).folder, set->name);
  }
  const Address from = address_of(source);
  std::error_code ignored;
  const fs::file_status status = fs::status(from.file, ignored);
  if (!fs::exists(status)) {
    fail("{}: neither a file, a folder nor a known data set{}", source, did_you_mean(source, known_names()));
  }
  if (fs::is_directory(status)) {
    refuse_member(from);
    refuse_columns(how, features, source);
    return is_image_folder(source) ? read_image_folder(source, how.images, how.classes) : read_folder(source, source);
  }
  // A device may never end.
  if (!fs::is_regular_file(status)) fail("{}: neither a regular file nor a folder", source);
  return {read_data_file(from, how, features), std::nullopt};
}

bool is_table_file(const std::string& source) {
  std::error_code ignored;
  if (find_known(source) || !fs::is_regular_file(source, ignored)) return false;
  std::string start(4096, '\0');
  std::ifstream file(source, std::ios::binary);
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<size_t>(file.gcount()));
  return looks_like_text(start);
}

}  // namespace hourglass
