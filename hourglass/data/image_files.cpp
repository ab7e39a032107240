#include "hourglass/data/image_files.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"
#include "hourglass/base/text.h"
#include "hourglass/data/formats/image.h"

namespace hourglass {
namespace {

namespace fs = std::filesystem;

/// Extensions of pictures that are not read. The extension counts because camera formats have no common signature.
const std::vector<std::string> kOtherPictures = {".webp", ".bmp", ".gif", ".tif", ".tiff", ".heic", ".heif",
                                                 ".avif", ".jp2", ".jxl", ".svg", ".ppm",  ".pgm",  ".pnm",
                                                 ".tga",  ".ico", ".psd", ".exr", ".dng",  ".cr2",  ".nef"};

std::string extension(const fs::path& file) { return lower_case(file.extension().string()); }

/// Such a file must not be skipped if it is damaged.
bool has_image_extension(const fs::path& file) {
  const std::string ending = extension(file);
  return ending == ".png" || ending == ".jpg" || ending == ".jpeg";
}

/// Hidden files, and those that Windows puts into folders.
bool is_hidden(const fs::path& file) {
  const std::string name = lower_case(file.filename().string());
  return name.starts_with('.') || name == "thumbs.db" || name == "desktop.ini";
}

struct FolderContents {
  std::vector<fs::path> files, folders;  ///< ascending
};

FolderContents contents(const fs::path& folder) {
  FolderContents found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (is_hidden(entry->path())) continue;
    std::error_code ignored;
    if (entry->is_directory(ignored)) found.folders.push_back(entry->path());
    // A dangling link of this name is an unreadable image; a device may be endless, so it is skipped.
    const bool lost = !entry->exists(ignored) && has_image_extension(entry->path());
    if (lost || entry->is_regular_file(ignored)) found.files.push_back(entry->path());
  }
  if (error) cannot_read(folder, error.value());
  std::ranges::sort(found.files);
  std::ranges::sort(found.folders);
  return found;
}

enum class Kind { image, other_picture, other };

Kind kind_of(const fs::path& file) {
  constexpr size_t kSignature = 16;
  if (has_image_extension(file)) return Kind::image;
  const std::string start = read_start(file, kSignature);
  if (is_png(start) || is_jpeg(start)) return Kind::image;
  const bool is_picture = !other_picture_format(start).empty() || contains(kOtherPictures, extension(file));
  return is_picture ? Kind::other_picture : Kind::other;
}

bool is_among(const fs::path& folder, const std::vector<fs::path>& others) {
  return std::ranges::any_of(others, [&](const fs::path& other) {
    std::error_code ignored;
    return fs::equivalent(folder, other, ignored);
  });
}

/// "3 .webp files, 1 file without extension"
struct Counts {
  std::map<std::string, int64_t> files;  ///< by extension, empty for none

  void add(const fs::path& file) {
    const std::string ending = extension(file);
    const bool plain = ending.size() > 1 && std::all_of(ending.begin() + 1, ending.end(),
                                                        [](unsigned char c) { return std::isalnum(c) != 0; });
    ++files[plain ? ending : ""];
  }
  std::string text() const {
    std::vector<std::string> parts;
    for (const auto& [ending, count] : files) {
      const char* files_word = count > 1 ? "files" : "file";
      parts.push_back(ending.empty() ? fmt::format("{} {} without extension", count, files_word)
                                     : fmt::format("{} {} {}", count, ending, files_word));
    }
    return fmt::format("{}", fmt::join(parts, ", "));
  }
};

/// Collects the files of a folder and of those below it.
class Walk {
 public:
  explicit Walk(fs::path root) : root_(std::move(root)) {}

  ImageFiles run() {
    visit(root_, "");
    ImageFiles all{root_, std::move(images_)};
    if (all.images.empty()) fail("{}: no PNG or JPEG images{}", root_.string(), instead());
    const auto labelled = std::ranges::count_if(all.images, [](const ImageFile& i) { return !i.class_name.empty(); });
    all.has_labels = labelled == std::ssize(all.images);
    all.notes = notes(all, labelled);
    return all;
  }

 private:
  void visit(const fs::path& folder, const std::string& class_name) {
    above_.push_back(folder);
    const FolderContents found = contents(folder);
    for (const fs::path& file : found.files) {
      const Kind kind = kind_of(file);
      if (kind != Kind::image)
        (kind == Kind::other ? others_ : pictures_).add(file);
      else
        images_.push_back({file, class_name});
      if (kind == Kind::image && above_.size() > 2 && deeper_++ == 0) first_deeper_ = file;
    }
    for (const fs::path& sub_folder : found.folders) {
      if (is_among(sub_folder, above_)) {
        loops_.push_back(fmt::format("{}: a link to a folder that it lies in is not followed", sub_folder.string()));
        continue;
      }
      const bool is_class = above_.size() == 1;
      const size_t before = images_.size();
      visit(sub_folder, is_class ? sub_folder.filename().string() : class_name);
      if (is_class && images_.size() == before) empty_.push_back(sub_folder.filename().string());
    }
    above_.pop_back();
  }

  std::string instead() const {
    if (!pictures_.files.empty()) return fmt::format("; {} {}", pictures_.text(), kConvert);
    return others_.files.empty() ? "" : fmt::format(", but {}", others_.text());
  }

  std::vector<std::string> notes(const ImageFiles& all, int64_t labelled) const {
    std::vector<std::string> notes = loops_;
    const std::string root = root_.string();
    const int64_t loose = std::ssize(all.images) - labelled;
    if (labelled > 0 && loose > 0)
      notes.push_back(
          fmt::format("{}: {} images lie in the folder itself and {} in sub-folders, so all are read without labels; "
                      "labels need every image in a sub-folder",
                      root, loose, labelled));
    else if (deeper_ > 0)
      notes.push_back(
          fmt::format("{}: {} of {} images lie deeper, such as {}; the class of an image is the first folder "
                      "below {}, here \"{}\"",
                      root, deeper_, all.images.size(), first_deeper_.string(), root,
                      first_deeper_.lexically_relative(root_).begin()->string()));
    if (all.has_labels && !empty_.empty())
      notes.push_back(fmt::format("{}: no images in sub-folder {}", root, listed(empty_)));
    if (!pictures_.files.empty()) notes.push_back(fmt::format("{}: {} {}", root, pictures_.text(), kConvert));
    if (!others_.files.empty()) notes.push_back(fmt::format("{}: ignored: {}", root, others_.text()));
    return notes;
  }

  static constexpr const char* kConvert =
      "not read, only PNG and JPEG are; ImageMagick converts them: mogrify -format png FILES";

  fs::path root_;
  std::vector<fs::path> above_;  ///< from the root to the folder that is visited
  std::vector<ImageFile> images_;
  Counts pictures_, others_;
  int64_t deeper_ = 0;  ///< images below a folder in a class folder
  fs::path first_deeper_;
  std::vector<std::string> empty_, loops_;
};

bool search(const fs::path& folder, std::vector<fs::path>& above) {
  if (is_among(folder, above)) return false;
  const FolderContents found = contents(folder);
  if (std::ranges::any_of(found.files, [](const fs::path& file) { return kind_of(file) != Kind::other; })) return true;
  above.push_back(folder);
  const bool is_found =
      std::ranges::any_of(found.folders, [&](const fs::path& sub_folder) { return search(sub_folder, above); });
  above.pop_back();
  return is_found;
}

}  // namespace

bool is_image_file(const fs::path& file) { return kind_of(file) == Kind::image; }

bool holds_pictures(const fs::path& folder) {
  std::vector<fs::path> above;
  return search(folder, above);
}

ImageFiles list_images(const fs::path& folder) { return Walk(folder).run(); }

}  // namespace hourglass
