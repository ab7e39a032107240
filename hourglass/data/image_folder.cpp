#include "hourglass/data/image_folder.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <vector>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"
#include "hourglass/data/picture.h"

namespace hourglass {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLargestFile = size_t{1} << 28;
constexpr int64_t kMostValues = int64_t{1} << 34;

struct Found {
  std::vector<fs::path> files, folders;  ///< ascending
};

Found contents(const fs::path& folder) {
  Found found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().filename().string().starts_with('.')) continue;
    std::error_code ignored;
    if (entry->is_directory(ignored)) found.folders.push_back(entry->path());
    if (entry->is_regular_file(ignored)) found.files.push_back(entry->path());
  }
  if (error) fail("{}: cannot read: {}", folder.string(), error.message());
  std::ranges::sort(found.files);
  std::ranges::sort(found.folders);
  return found;
}

bool begins_as_picture(const fs::path& file) {
  char bytes[8] = {};
  std::ifstream(file, std::ios::binary).read(bytes, sizeof(bytes));
  const std::string_view start(bytes, sizeof(bytes));
  return is_png(start) || is_jpeg(start);
}

bool holds_pictures(const fs::path& folder) { return std::ranges::any_of(contents(folder).files, begins_as_picture); }

/// The numbers that the names are, or their places.
std::vector<int32_t> labels_of(const std::vector<fs::path>& folders) {
  std::vector<int32_t> numbers, places;
  for (const fs::path& folder : folders) {
    const std::string name = folder.filename().string();
    int32_t number;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc() && end == name.data() + name.size()) numbers.push_back(number);
    places.push_back(static_cast<int32_t>(places.size()));
  }
  return numbers.size() == places.size() ? numbers : places;
}

/// Pictures of one part, brought to one shape.
class Collector {
 public:
  Collector(const std::optional<ImagesConfig>& images, std::string name) : images_(images), name_(std::move(name)) {}

  void add(const fs::path& file, std::optional<int32_t> label) {
    Picture picture = fitted(read_picture(read_file(file, kLargestFile), file.string()), file.string());
    if (pictures_.empty()) first_ = file.string();
    const Picture& like = pictures_.empty() ? picture : pictures_[0];
    if (picture.width != like.width || picture.height != like.height)
      fail("{}: {} × {} pixels, but {} has {} × {}; [data] images = {{ width = {}, height = {} }} makes them equal",
           file.string(), picture.width, picture.height, first_, like.width, like.height, like.width, like.height);
    colour_ |= picture.channels == 3;
    values_ += static_cast<int64_t>(picture.pixels.size());
    if (values_ > kMostValues) fail("{}: more than {} values in all", name_, kMostValues);
    pictures_.push_back(std::move(picture));
    if (label) labels_.push_back(*label);
  }

  bool empty() const { return pictures_.empty(); }
  bool has_colour() const { return colour_; }

  /// Channels first, as samples lie.
  Dataset dataset(int64_t channels) {
    const int64_t width = pictures_[0].width, height = pictures_[0].height, pixels = width * height;
    std::vector<uint8_t> values;
    values.reserve(pictures_.size() * static_cast<size_t>(channels * pixels));
    for (Picture& stored : pictures_) {
      const Picture picture = with_channels(std::move(stored), channels);
      for (int64_t c = 0; c < channels; ++c)
        for (int64_t i = 0; i < pixels; ++i) values.push_back(picture.pixels[static_cast<size_t>(i * channels + c)]);
    }
    return {name_, {channels, height, width}, std::move(values), std::move(labels_)};
  }

 private:
  Picture fitted(Picture picture, const std::string& file) const {
    if (!images_) return picture;
    if (images_->colour != "auto") picture = with_channels(std::move(picture), images_->colour == "grey" ? 1 : 3);
    return images_->fit == "crop" ? cropped(picture, images_->width, images_->height, file)
                                  : resized(picture, images_->width, images_->height);
  }

  const std::optional<ImagesConfig>& images_;
  std::string name_, first_;
  std::vector<Picture> pictures_;
  std::vector<int32_t> labels_;
  int64_t values_ = 0;
  bool colour_ = false;
};

void add_files(Collector& part, const std::vector<fs::path>& files, std::optional<int32_t> label) {
  for (const fs::path& file : files)
    if (begins_as_picture(file)) part.add(file, label);
}

void add_folder(Collector& part, const fs::path& folder) {
  const Found found = contents(folder);
  std::vector<fs::path> classes;
  std::ranges::copy_if(found.folders, std::back_inserter(classes), holds_pictures);
  if (!classes.empty() && std::ranges::any_of(found.files, begins_as_picture))
    fail("{}: pictures beside sub-folders of pictures; which label would they have?", folder.string());
  add_files(part, found.files, std::nullopt);
  const std::vector<int32_t> labels = labels_of(classes);
  for (size_t i = 0; i < classes.size(); ++i) add_files(part, contents(classes[i]).files, labels[i]);
  if (part.empty()) fail("{}: no pictures, PNG or JPEG", folder.string());
}

bool has_parts(const Found& found) {
  return found.folders.size() == 2 && found.folders[0].filename() == "test" && found.folders[1].filename() == "train";
}

}  // namespace

bool is_image_folder(const fs::path& folder) {
  const Found found = contents(folder);
  return std::ranges::any_of(found.files, begins_as_picture) || std::ranges::any_of(found.folders, holds_pictures) ||
         (has_parts(found) && is_image_folder(found.folders[1]));
}

DataSplits read_image_folder(const fs::path& folder, const std::optional<ImagesConfig>& images) {
  const bool parts = has_parts(contents(folder));
  Collector train(images, folder.string() + (parts ? " train" : "")), test(images, folder.string() + " test");
  add_folder(train, parts ? folder / "train" : folder);
  if (parts) add_folder(test, folder / "test");
  const int64_t channels = train.has_colour() || test.has_colour() ? 3 : 1;
  DataSplits splits{train.dataset(channels), std::nullopt};
  if (parts) splits.test = test.dataset(channels);
  if (parts && splits.train.sample != splits.test->sample)
    fail("{}: training images are {}, test images {}", folder.string(), splits.train.sample.text(),
         splits.test->sample.text());
  return splits;
}

}  // namespace hourglass
