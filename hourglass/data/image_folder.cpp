#include "hourglass/data/image_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"
#include "hourglass/base/parallel.h"
#include "hourglass/base/text.h"
#include "hourglass/data/byte_store.h"
#include "hourglass/data/formats/image.h"
#include "hourglass/data/image_files.h"

namespace hourglass {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLargestFile = size_t{1} << 28;

/// Labels of sub-folders by their names.
struct Labels {
  std::vector<std::string> classes;  ///< empty: the names are the numbers

  int32_t of(const ImageFile& file) const {
    if (classes.empty()) return *number_from<int32_t>(file.class_name);
    const auto found = std::ranges::find(classes, file.class_name);
    if (found == classes.end())
      fail("{}: \"{}\", the name of its class, is none of the classes {}", file.path.string(), file.class_name,
           listed(classes));
    return static_cast<int32_t>(found - classes.begin());
  }
};

/// Numbers the classes of all parts together, so that a label has the same number in every part.
Labels labels_of(const std::vector<ImageFiles>& parts, const std::vector<std::string>& classes) {
  if (!classes.empty()) return {classes};
  std::set<std::string> names;
  for (const ImageFiles& part : parts)
    if (part.has_labels)
      for (const ImageFile& file : part.images) names.insert(file.class_name);
  const auto is_number = [](const std::string& name) { return number_from<int32_t>(name).has_value(); };
  if (std::ranges::all_of(names, is_number)) return {};
  for (const std::string& name : names)
    if (first_not_utf8(name))
      fail("{}: the name of the sub-folder \"{}\" is not UTF-8", parts[0].folder.string(), name);
  return {{names.begin(), names.end()}};
}

/// The images of a part, all of one size, channels-first.
struct PartImages {
  int64_t width = 0, height = 0, channels = 1, count = 0;
  ByteStore pixels = ByteStore();
  std::vector<int32_t> labels = {};
  int64_t transparent = 0;               ///< images with transparent pixels
  std::vector<std::string> broken = {};  ///< what is wrong with the images that are left out

  int64_t values() const { return channels * height * width; }
};

Image fitted(Image image, const std::optional<ImagesConfig>& config, const std::string& file) {
  if (!config) return image;
  if (config->colour != ImageColour::automatic)
    image = with_channels(std::move(image), config->colour == ImageColour::grey ? 1 : 3);
  return config->fit == ImageFit::crop ? cropped(image, config->width, config->height, file)
                                       : resized(image, config->width, config->height);
}

/// Appends the image with its pixels channels-first.
void append(const Image& image, ByteStore& pixels) {
  thread_local std::vector<uint8_t> planes;
  planes.clear();
  const auto channels = static_cast<size_t>(image.channels);
  for (size_t c = 0; c < channels; ++c)
    for (size_t i = c; i < image.pixels.size(); i += channels) planes.push_back(image.pixels[i]);
  pixels.append(planes);
}

/// Grey images become red, green and blue of the same values.
void make_coloured(PartImages& part) {
  if (part.channels == 3) return;
  const Dataset images{"", {part.values()}, std::exchange(part.pixels, ByteStore()).take(), {}};
  images.with_rows([&]<class Rows>(const Rows& rows) {
    if constexpr (std::is_same_v<typename Rows::Number, uint8_t>)
      for (int64_t i = 0; i < part.count; ++i)
        for (int channel = 0; channel < 3; ++channel) part.pixels.append({rows[i], rows.width});
  });
  part.channels = 3;
}

/// An image as a sample needs it, or why there is none.
struct Decoded {
  Image image = {};
  bool was_transparent = false;
  std::optional<Error> problem = {};
};

Decoded decode(const ImageFile& file, const std::optional<ImagesConfig>& config) {
  const std::string name = file.path.string();
  try {
    Image image = decode_image(read_file(file.path, kLargestFile), name);
    const bool was_transparent = image.was_transparent;
    return {fitted(std::move(image), config, name), was_transparent};
  } catch (const RuntimeFailure&) {
    throw;
  } catch (const Error& problem) {
    return {.problem = problem};
  }
}

void add(const Image& image, const ImageFiles& files, size_t place, const Labels& labels, PartImages& part) {
  const ImageFile& file = files.images[place];
  if (part.count == 0) std::tie(part.width, part.height) = std::pair(image.width, image.height);
  if (image.width != part.width || image.height != part.height)
    fail("{}: {} × {} pixels, but {} has {} × {}; [data] images = {{ width = {}, height = {} }} makes them equal",
         file.path.string(), image.width, image.height, files.images.front().path.string(), part.width, part.height,
         part.width, part.height);
  if (files.has_labels) part.labels.push_back(labels.of(file));
  if (image.channels == 3) make_coloured(part);
  append(image.channels == part.channels ? image : with_channels(image, part.channels), part.pixels);
  ++part.count;
}

PartImages read_images(const ImageFiles& files, const Labels& labels, const ReadOptions& how) {
  constexpr size_t kTogether = 256;  // images whose pixels are in memory at once
  PartImages part;
  std::vector<Decoded> decoded(std::min(kTogether, files.images.size()));
  for (size_t first = 0; first < files.images.size(); first += kTogether) {
    const size_t count = std::min(kTogether, files.images.size() - first);
    auto task = [&](int64_t i) { decoded[i] = decode(files.images[first + static_cast<size_t>(i)], how.images); };
    parallel_for(static_cast<int64_t>(count), thread_count(0), task);
    for (size_t i = 0; i < count; ++i) {
      const auto& [image, was_transparent, problem] = decoded[i];
      if (problem && !how.skip_broken) throw *problem;
      if (problem) {
        part.broken.push_back(problem->what());
      } else {
        add(image, files, first + i, labels, part);
        part.transparent += was_transparent;
      }
    }
  }
  if (part.count == 0) fail("{}; none of the {} images can be read", part.broken.front(), files.images.size());
  return part;
}

/// The parts "train" and "test" if these are all that the folder has, otherwise the folder.
std::vector<fs::path> parts_of(const fs::path& folder) {
  std::set<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (entry.is_directory(ignored) && !entry.path().filename().string().starts_with('.'))
      names.insert(entry.path().filename().string());
  if (names != std::set<std::string>{"test", "train"}) return {folder};
  return {folder / "train", folder / "test"};
}

Dataset dataset_of(const ImageFiles& files, PartImages part, const std::string& name,
                   const std::vector<std::string>& classes) {
  Dataset data{
      name,       {part.channels, part.height, part.width}, part.pixels.take(), std::move(part.labels), {}, classes,
      files.notes};
  const std::string folder = files.folder.string();
  if (part.transparent > 0)
    data.notes.push_back(fmt::format("{}: {} of {} images have transparent pixels, which are blended with black",
                                     folder, part.transparent, part.count));
  if (!part.broken.empty())
    data.notes.push_back(fmt::format("{}: {} of {} images cannot be read and are left out, the first: {}", folder,
                                     part.broken.size(), files.images.size(), part.broken.front()));
  return data;
}

}  // namespace

DataSplits read_image_folder(const fs::path& folder, const ReadOptions& how) {
  std::vector<ImageFiles> files;
  for (const fs::path& part : parts_of(folder)) files.push_back(list_images(part));
  const Labels labels = labels_of(files, how.classes);
  std::vector<PartImages> parts;
  for (const ImageFiles& part : files) parts.push_back(read_images(part, labels, how));
  if (std::ranges::any_of(parts, [](const PartImages& part) { return part.channels == 3; }))
    for (PartImages& part : parts) make_coloured(part);
  const std::string name = folder.string();
  const bool two = parts.size() == 2;
  DataSplits splits{dataset_of(files[0], std::move(parts[0]), two ? name + " train" : name, labels.classes), {}};
  if (!two) return splits;
  splits.test = dataset_of(files[1], std::move(parts[1]), name + " test", labels.classes);
  if (splits.train.sample != splits.test->sample)
    fail("{}: training images are {}, test images {}", name, splits.train.sample.text(), splits.test->sample.text());
  return splits;
}

std::optional<ImagesConfig> common_size(const fs::path& folder) {
  constexpr int64_t kLongest = 64;
  std::vector<int64_t> widths, heights;
  for (const fs::path& part : parts_of(folder))
    for (const ImageFile& file : list_images(part).images) {
      const auto [width, height] = image_size(read_file(file.path, kLargestFile), file.path.string());
      widths.push_back(width);
      heights.push_back(height);
    }
  std::ranges::sort(widths);
  std::ranges::sort(heights);
  if (widths.front() == widths.back() && heights.front() == heights.back()) return std::nullopt;
  const int64_t width = widths[widths.size() / 2], height = heights[heights.size() / 2];
  const int64_t longest = std::max(width, height), most = std::min(longest, kLongest);
  const auto reduced = [&](int64_t side) { return std::max<int64_t>(1, (side * most + longest / 2) / longest); };
  return ImagesConfig{.width = reduced(width), .height = reduced(height)};
}

}  // namespace hourglass
