#include "hourglass/data/source.h"

#include <filesystem>
#include <limits>
#include <utility>

#include "hourglass/base/file.h"
#include "hourglass/base/text.h"
#include "hourglass/data/gzip.h"
#include "hourglass/data/idx.h"
#include "hourglass/data/known.h"
#include "hourglass/data/npy.h"

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
  Shape sample;
  if (array.rank() == 3) sample.push_back(1);
  for (int axis = 1; axis < array.rank(); ++axis) sample.push_back(array[axis]);
  return sample;
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
      fail("{}: a folder without {}[.gz]; expected a file, or the four files of an MNIST-like data set",
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

Dataset read_array(const std::string& path) {
  const std::string content = read_file(path);
  if (is_npy(content)) {
    NpyArray array = parse_npy(content, path);
    return {path, sample_shape(array.shape, path), std::move(array.values), {}};
  }
  if (!is_idx(content) && !is_gzip(content)) fail("{}: neither IDX (plain or gzip) nor npy", path);
  IdxArray array = parse_idx(content, path);
  return {path, sample_shape(array.shape, path), std::move(array.bytes), {}};
}

}  // namespace

DataSplits open_source(const std::string& source) {
  if (const KnownSet* set = find_known(source)) {
    const auto kept = kept_folder(*set);
    return read_folder(kept ? *kept : fetch(*set).folder, set->name);
  }
  std::error_code ignored;
  const fs::file_status status = fs::status(source, ignored);
  if (!fs::exists(status)) {
    fail("{}: neither a file, a folder nor a known data set{}", source, did_you_mean(source, known_names()));
  }
  if (fs::is_directory(status)) return read_folder(source, source);
  // A device may never end.
  if (!fs::is_regular_file(status)) fail("{}: neither a regular file nor a folder", source);
  return {read_array(source), std::nullopt};
}

}  // namespace hourglass
