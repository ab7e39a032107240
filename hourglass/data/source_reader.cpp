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

NpyArray tensor_of(std::string_view content, const ArrayFile& from) {
  const auto tensors = parse_safetensors(content, from.path).tensors;
  std::vector<std::string> names;
  for (const auto& entry : tensors) names.push_back(entry.first);
  const auto found = from.member.empty() && tensors.size() == 1 ? tensors.begin() : tensors.find(from.member);
  if (found == tensors.end() && from.member.empty())
    fail("{}: holds {} tensors: {}; name one, as in {}:{}", from.path, names.size(), fmt::join(names, ", "), from.path,
         names.empty() ? "NAME" : names[0]);
  if (found == tensors.end()) fail("{}: no tensor \"{}\"; it holds {}", from.path, from.member, fmt::join(names, ", "));
  if (found->second.shape().rank() == 0 || found->second.size() == 0)
    fail("{}: a tensor of {}, expected rows", from.text(), found->second.shape().text());
  // Numbers are checked, and made floats, where those of an npy file are.
  return parse_npy(npy_bytes(found->second), from.text(), true);
}

NpyArray read_array(const ArrayFile& from) {
  const std::string content = read_file(from.path);
  switch (from.format) {
    case ArrayFile::Format::npy:
      return parse_npy(content, from.path, true);
    case ArrayFile::Format::npz:
      return parse_npz(content, from.member, from.path, true);
    case ArrayFile::Format::safetensors:
      return tensor_of(content, from);
    case ArrayFile::Format::idx:
      break;
  }
  IdxArray array = parse_idx(content, from.path);
  return {array.shape, std::move(array.bytes)};
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

/// True for an array in C order that is mapped rather than read.
bool is_mapped(const ArrayFile& from) {
  if (from.format != ArrayFile::Format::npy || fs::file_size(from.path) < kMapFrom) return false;
  return !read_npy_header(MappedFile(from.path).bytes(), from.path).fortran;
}

Dataset read_array_data(const ArrayFile& from, MissingValues missing) {
  const std::string name = from.text();
  if (is_mapped(from)) {
    // Rows of a mapped file cannot be dropped.
    StoredNpy array = map_npy(from.path, missing == MissingValues::mean);
    return {name, sample_shape(array.shape, name), std::move(array.values), {}};
  }
  NpyArray array = read_array(from);
  Dataset data{name, sample_shape(array.shape, name), {}, {}};
  if (auto* floats = std::get_if<std::vector<float>>(&array.values))
    data.values = without_missing(std::move(*floats), data.sample.size(), missing, name);
  else
    data.values = std::move(std::get<std::vector<uint8_t>>(array.values));
  return data;
}

/// Reads each kind of source.
struct SourceReader {
  const ReadOptions& how;
  std::span<const std::string> features;

  DataSplits operator()(const KnownSource& from) const {
    refuse_columns(from.set->name);
    const auto kept = kept_folder(*from.set);
    return read_folder(kept ? *kept : fetch(*from.set).folder, from.set->name);
  }
  DataSplits operator()(const IdxFolder& from) const {
    refuse_columns(from.path.string());
    return read_folder(from.path, from.path.string());
  }
  DataSplits operator()(const ImageFolder& from) const {
    refuse_columns(from.path.string());
    return read_image_folder(from.path, how.images, how.classes);
  }
  DataSplits operator()(const ArrayFile& from) const {
    refuse_columns(from.text());
    return {read_array_data(from, how.missing), std::nullopt};
  }
  DataSplits operator()(const TableFile& from) const {
    return {read_table(read_file(from.path), from.path, how, features), std::nullopt};
  }

 private:
  /// Only tables have columns; but a model that was trained on a table takes arrays too.
  void refuse_columns(const std::string& name) const {
    if (!features.empty()) return;
    std::vector<std::string> asked = {how.label};
    asked.insert(asked.end(), how.categorical.begin(), how.categorical.end());
    asked.insert(asked.end(), how.ignore.begin(), how.ignore.end());
    for (const std::string& column : asked)
      if (!column.empty()) fail("{}: [data] asks for column \"{}\", but this is no table with columns", name, column);
  }
};

}  // namespace

DataSplits read_source(const Source& source, const ReadOptions& how, std::span<const std::string> features) {
  return std::visit(SourceReader{how, features}, source);
}

}  // namespace hourglass
