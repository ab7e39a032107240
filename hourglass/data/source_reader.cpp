#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "hourglass/base/file.h"
#include "hourglass/data/formats/idx.h"
#include "hourglass/data/formats/npy.h"
#include "hourglass/data/formats/npz.h"
#include "hourglass/data/formats/safetensors.h"
#include "hourglass/data/image_folder.h"
#include "hourglass/data/source.h"
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

/// Reads one part of an MNIST-like folder; `which` is 0 for training, 1 for test.
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

NpyArray tensor_of(std::string_view content, const Source& source, const std::string& member) {
  const std::string file = source.path.string();
  const auto tensors = parse_safetensors(content, file).tensors;
  std::vector<std::string> names;
  for (const auto& entry : tensors) names.push_back(entry.first);
  const auto found = member.empty() && tensors.size() == 1 ? tensors.begin() : tensors.find(member);
  if (found == tensors.end() && member.empty())
    fail("{}: holds {} tensors: {}; name one, as in {}:{}", file, names.size(), fmt::join(names, ", "), file,
         names.empty() ? "NAME" : names[0]);
  if (found == tensors.end()) fail("{}: no tensor \"{}\"; it holds {}", file, member, fmt::join(names, ", "));
  if (found->second.shape().rank() == 0 || found->second.size() == 0)
    fail("{}: a tensor of {}, expected rows", source.name, found->second.shape().text());
  // Uses the checks and conversions of npy files.
  return parse_npy(npy_bytes(found->second), source.name, true);
}

NpyArray read_array(const Source& source, const ArrayFile& array) {
  const std::string content = read_file(source.path), file = source.path.string();
  switch (array.format) {
    case ArrayFile::Format::npy:
      return parse_npy(content, file, true);
    case ArrayFile::Format::npz:
      return parse_npz(content, array.member, file, true);
    case ArrayFile::Format::safetensors:
      return tensor_of(content, source, array.member);
    case ArrayFile::Format::idx:
      break;
  }
  IdxArray bytes = parse_idx(content, file);
  return {bytes.shape, std::move(bytes.bytes)};
}

bool is_complete(const float* row, int64_t width) {
  return std::none_of(row, row + width, [](float x) { return std::isnan(x); });
}

/// Refuses or drops rows with missing values; with "mean" they stay, and the scaler replaces the values.
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

/// True for a large array in C order, which is mapped instead of read.
bool is_mapped(const Source& source, const ArrayFile& array) {
  return array.format == ArrayFile::Format::npy && fs::file_size(source.path) >= kMapFrom &&
         !read_npy_header(MappedFile(source.path).bytes(), source.name).fortran;
}

Dataset read_array_data(const Source& source, const ArrayFile& file, MissingValues missing) {
  const std::string& name = source.name;
  if (is_mapped(source, file)) {
    // Rows of a mapped file cannot be dropped.
    StoredNpy array = map_npy(name, missing == MissingValues::mean);
    return {name, sample_shape(array.shape, name), std::move(array.values), {}};
  }
  NpyArray array = read_array(source, file);
  Dataset data{name, sample_shape(array.shape, name), {}, {}};
  if (auto* floats = std::get_if<std::vector<float>>(&array.values))
    data.values = without_missing(std::move(*floats), data.sample.size(), missing, name);
  else
    data.values = std::move(std::get<std::vector<uint8_t>>(array.values));
  return data;
}

/// Refuses keys that name columns, for data without columns.
void refuse_columns(const ReadOptions& how, const std::string& name) {
  std::vector<std::string> asked = {how.label};
  asked.insert(asked.end(), how.categorical.begin(), how.categorical.end());
  asked.insert(asked.end(), how.ignore.begin(), how.ignore.end());
  for (const std::string& column : asked)
    if (!column.empty()) fail("{}: [data] asks for column \"{}\", but this is no table with columns", name, column);
}

}  // namespace

DataSplits read_source(const Source& source, const ReadOptions& how, std::span<const std::string> features) {
  if (source.as<TableFile>()) return {read_table(read_file(source.path), source.name, how, features), std::nullopt};
  // A model that was trained on a table also accepts arrays.
  if (features.empty()) refuse_columns(how, source.name);
  if (const auto* file = source.as<ArrayFile>()) return {read_array_data(source, *file, how.missing), std::nullopt};
  if (source.as<ImageFolder>()) return read_image_folder(source.path, how.images, how.classes);
  if (source.as<IdxFolder>()) return read_folder(source.path, source.name);
  const KnownSet& set = **source.as<const KnownSet*>();
  const auto kept = kept_folder(set);
  return read_folder(kept ? *kept : fetch(set).folder, set.name);
}

}  // namespace hourglass
