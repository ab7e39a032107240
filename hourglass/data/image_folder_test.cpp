#include "hourglass/data/image_folder.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "data/image_bytes.h"
#include "hourglass/base/error.h"
#include "hourglass/base/file.h"
#include "hourglass/data/image_files.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

namespace fs = std::filesystem;

class ImageFolder : public testing::Test {
 protected:
  /// A grey image of one value.
  void draw(const std::string& name, uint8_t value, int64_t width = 3, int64_t height = 2) const {
    write(name, png_bytes({width, height, 1, std::vector<uint8_t>(static_cast<size_t>(width * height), value)}));
  }
  void write(const std::string& name, const std::string& content) const {
    fs::create_directories((folder_.path() / name).parent_path());
    write_file_atomically(folder_.path() / name, content);
  }
  DataSplits read(const std::optional<ImagesConfig>& images = std::nullopt) const {
    return read_image_folder(folder_.path(), {.images = images});
  }
  std::string refusal(const std::optional<ImagesConfig>& images = std::nullopt) const {
    return message_of<Error>([&] { read(images); });
  }
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

  TemporaryFolder folder_;
};

std::vector<uint8_t> firsts(const Dataset& data) {
  std::vector<uint8_t> all;
  for (int64_t i = 0; i < data.rows(); ++i) all.push_back(std::get<0>(data.values)[i * data.sample.size()]);
  return all;
}

TEST_F(ImageFolder, ReadsImagesInTheOrderOfTheirNames) {
  draw("b.png", 2);
  draw("a", 1);
  write("notes.txt", "no image");
  write(".hidden.png", "\x89PNG\r\n\x1a\n");
  EXPECT_TRUE(holds_pictures(folder_.path()));
  const DataSplits splits = read();
  EXPECT_EQ(splits.train.sample, (Shape{1, 2, 3}));
  EXPECT_EQ(firsts(splits.train), (std::vector<uint8_t>{1, 2}));
  EXPECT_TRUE(splits.train.labels.empty());
  EXPECT_FALSE(splits.test);
}

TEST_F(ImageFolder, TakesLabelsFromSubFolders) {
  draw("cat/1.png", 1);
  draw("cat/2.png", 2);
  draw("ant/1.png", 3);
  EXPECT_EQ(firsts(read().train), (std::vector<uint8_t>{3, 1, 2}));
  EXPECT_EQ(read().train.labels, (std::vector<int32_t>{0, 1, 1}));
}

TEST_F(ImageFolder, TakesNumbersOfSubFoldersAsLabels) {
  draw("7/1.png", 1);
  draw("10/1.png", 2);
  EXPECT_EQ(read().train.labels, (std::vector<int32_t>{10, 7}));
}

TEST_F(ImageFolder, KnowsTrainAndTest) {
  draw("train/a/1.png", 1);
  draw("train/b/1.png", 2);
  draw("test/b/1.png", 3);
  EXPECT_TRUE(holds_pictures(folder_.path()));
  const DataSplits splits = read();
  EXPECT_EQ(splits.train.labels, (std::vector<int32_t>{0, 1}));
  EXPECT_EQ(firsts(*splits.test), (std::vector<uint8_t>{3}));
  EXPECT_EQ(splits.test->labels, (std::vector<int32_t>{1})) << "the same number in both parts";
}

TEST_F(ImageFolder, NumbersSubFoldersAsItIsTold) {
  draw("cat/1.png", 1);
  draw("dog/1.png", 2);
  const auto read = [&](const std::vector<std::string>& classes) {
    return read_image_folder(folder_.path(), {.classes = classes}).train;
  };
  EXPECT_EQ(read({}).classes, (std::vector<std::string>{"cat", "dog"}));
  EXPECT_EQ(read({"dog", "eel", "cat"}).labels, (std::vector<int32_t>{2, 0}));
  EXPECT_EQ(message_of<Error>([&] {
              read({"dog", "eel"});
            }),
            path("cat/1.png") + ": \"cat\", the name of its class, is none of the classes dog, eel");
}

TEST_F(ImageFolder, DoesNotPassOverAFileThatIsCalledAImage) {
  draw("a.png", 1);
  write("b.JPG", "");
  EXPECT_EQ(refusal(), path("b.JPG") + ": neither PNG nor JPEG");
}

TEST_F(ImageFolder, FollowsLinksAndNamesThoseToNothing) {
  draw("a.png", 1);
  std::filesystem::create_symlink(path("a.png"), path("b.png"));
  std::filesystem::create_symlink("/dev/zero", path("c.png"));
  EXPECT_EQ(read().train.rows(), 2);
  std::filesystem::create_symlink("nowhere", path("d.png"));
  EXPECT_TRUE(refusal().starts_with(path("d.png") + ": cannot read: No such file")) << refusal();
}

TEST_F(ImageFolder, LaysColoursChannelsFirst) {
  draw("a.png", 9, 2, 1);
  write("b.png", png_bytes({2, 1, 3, {1, 2, 3, 4, 5, 6}}));
  const Dataset data = read().train;
  EXPECT_EQ(data.sample, (Shape{3, 1, 2}));
  EXPECT_EQ(std::get<0>(data.values), (std::vector<uint8_t>{9, 9, 9, 9, 9, 9, 1, 4, 2, 5, 3, 6}));
}

TEST_F(ImageFolder, NamesUnequalSizes) {
  draw("a.png", 1);
  draw("b.png", 2, 5, 4);
  EXPECT_EQ(refusal(), path("b.png") + ": 5 × 4 pixels, but " + path("a.png") +
                           " has 3 × 2; [data] images = { width = 3, height = 2 } makes them equal");
  EXPECT_EQ(read(ImagesConfig{.width = 4, .height = 4}).train.sample, (Shape{1, 4, 4}));
  EXPECT_EQ(read(ImagesConfig{.width = 2, .height = 2, .fit = ImageFit::crop, .colour = ImageColour::rgb}).train.sample,
            (Shape{3, 2, 2}));
}

TEST_F(ImageFolder, ReadsImagesAtAnyDepth) {
  draw("a/1.png", 1);
  draw("b/3.png", 3);
  draw("b/more/4.png", 4);
  draw("c/x/y/5.png", 5);
  const Dataset data = read().train;
  EXPECT_EQ(firsts(data), (std::vector<uint8_t>{1, 3, 4, 5}));
  EXPECT_EQ(data.labels, (std::vector<int32_t>{0, 1, 1, 2}));
  EXPECT_EQ(data.classes, (std::vector<std::string>{"a", "b", "c"}));
  const std::string root = folder_.path().string();
  EXPECT_EQ(data.notes, (std::vector{root + ": 2 of 4 images lie deeper, such as " + path("b/more/4.png") +
                                     "; the class of an image is the first folder below " + root + ", here \"b\""}));
}

TEST_F(ImageFolder, ReadsLabelledBesideUnlabelledWithoutLabels) {
  draw("a.png", 1);
  draw("cat/a.png", 2);
  const Dataset data = read().train;
  EXPECT_EQ(firsts(data), (std::vector<uint8_t>{1, 2}));
  EXPECT_TRUE(data.labels.empty());
  EXPECT_EQ(data.notes,
            (std::vector{folder_.path().string() +
                         ": 1 images lie in the folder itself and 1 in sub-folders, so all are read without "
                         "labels; labels need every image in a sub-folder"}));
}

TEST_F(ImageFolder, CountsWhatItDoesNotRead) {
  draw("a/1.png", 1);
  write("a/2.webp", "RIFF....WEBPVP8 ");
  write("b/3.WEBP", "");
  write("b/no-ending", "GIF89a");
  write("c/notes.txt", "text");
  write("Thumbs.db", "x");
  write(".cache/5.png", "rubbish");
  const std::string root = folder_.path().string();
  EXPECT_EQ(read().train.notes,
            (std::vector{root + ": no images in sub-folder b, c",
                         root + ": 1 file without extension, 2 .webp files not read, only PNG and JPEG are; "
                                "ImageMagick converts them: mogrify -format png FILES",
                         root + ": ignored: 1 .txt file"}));
}

TEST_F(ImageFolder, SaysWhenImagesAreTransparent) {
  draw("a.png", 1);
  // One pixel, grey 200 with alpha 128.
  write("b.png", std::string("\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01"
                             "\x00\x00\x00\x01\x08\x04\x00\x00\x00\xb5\x1c\x0c\x02\x00\x00\x00\x0b\x49\x44\x41"
                             "\x54\x78\x9c\x63\x38\xd1\x00\x00\x02\x13\x01\x49\x6f\x5f\x05\x1c\x00\x00\x00\x00"
                             "\x49\x45\x4e\x44\xae\x42\x60\x82",
                             68));
  EXPECT_EQ(
      read(ImagesConfig{.width = 1, .height = 1}).train.notes,
      (std::vector{folder_.path().string() + ": 1 of 2 images have transparent pixels, which are blended with black"}));
}

TEST_F(ImageFolder, DoesNotFollowALinkToAFolderAroundIt) {
  draw("a/1.png", 1);
  fs::create_directory_symlink(folder_.path(), path("a/back"));
  const Dataset data = read().train;
  EXPECT_EQ(data.rows(), 1);
  EXPECT_EQ(data.notes, (std::vector{path("a/back") + ": a link to a folder that it lies in is not followed"}));
}

TEST_F(ImageFolder, NamesADamagedImage) {
  draw("a.png", 1);
  write("b.png", "\x89PNG\r\n\x1a\nrubbish");
  EXPECT_TRUE(refusal().starts_with(path("b.png") + ": PNG is damaged")) << refusal();
}

TEST_F(ImageFolder, LeavesOutBrokenImagesWhereAsked) {
  draw("cat/a.png", 1);
  write("cat/b.png", "\x89PNG\r\n\x1a\nrubbish");
  draw("dog/c.png", 3);
  const auto read = [&] { return read_image_folder(folder_.path(), {.skip_broken = true}).train; };
  const Dataset data = read();
  EXPECT_EQ(firsts(data), (std::vector<uint8_t>{1, 3}));
  EXPECT_EQ(data.labels, (std::vector<int32_t>{0, 1}));
  ASSERT_EQ(data.notes.size(), 1u);
  EXPECT_TRUE(data.notes[0].starts_with(
      folder_.path().string() + ": 1 of 3 images cannot be read and are left out, the first: " + path("cat/b.png") +
      ": PNG is damaged"))
      << data.notes[0];
  fs::remove(path("cat/a.png"));
  fs::remove_all(path("dog"));
  EXPECT_TRUE(message_of<Error>(read).ends_with("; none of the 1 images can be read")) << message_of<Error>(read);
}

TEST_F(ImageFolder, ReadsMoreImagesThanAreDecodedTogether) {
  for (int i = 0; i < 300; ++i) draw(fmt::format("{:03}.png", i), static_cast<uint8_t>(i % 256), 2, 1);
  write("299.png", png_bytes({2, 1, 3, {1, 2, 3, 4, 5, 6}}));
  const Dataset data = read().train;
  ASSERT_EQ(data.sample, (Shape{3, 1, 2}));
  const auto& values = std::get<0>(data.values);
  for (int i = 0; i < 299; ++i)
    for (int j = 0; j < 6; ++j) ASSERT_EQ(values[6 * i + j], i % 256) << "image " << i;
  EXPECT_EQ(values[6 * 299 + 1], 4);
}

TEST_F(ImageFolder, TellsOtherFolders) {
  EXPECT_FALSE(holds_pictures(folder_.path()));
  write("notes.txt", "x");
  EXPECT_FALSE(holds_pictures(folder_.path()));
  const std::string root = folder_.path().string();
  EXPECT_EQ(refusal(), root + ": no PNG or JPEG images, but 1 .txt file");
  write("deep/down/1.bmp", "");
  EXPECT_TRUE(holds_pictures(folder_.path()));
  EXPECT_EQ(refusal(), root +
                           ": no PNG or JPEG images; 1 .bmp file not read, only PNG and JPEG are; ImageMagick "
                           "converts them: mogrify -format png FILES");
}

}  // namespace
}  // namespace hourglass
