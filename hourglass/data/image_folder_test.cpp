#include "hourglass/data/image_folder.h"

#include <gtest/gtest.h>

#include "data/image_bytes.h"
#include "hourglass/base/error.h"
#include "hourglass/base/file.h"
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
    return read_image_folder(folder_.path(), images);
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
  EXPECT_TRUE(is_image_folder(folder_.path()));
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
  EXPECT_TRUE(is_image_folder(folder_.path()));
  const DataSplits splits = read();
  EXPECT_EQ(splits.train.labels, (std::vector<int32_t>{0, 1}));
  EXPECT_EQ(firsts(*splits.test), (std::vector<uint8_t>{3}));
  EXPECT_EQ(splits.test->labels, (std::vector<int32_t>{1})) << "the same number in both parts";
}

TEST_F(ImageFolder, NumbersSubFoldersAsItIsTold) {
  draw("cat/1.png", 1);
  draw("dog/1.png", 2);
  const auto read = [&](const std::vector<std::string>& classes) {
    return read_image_folder(folder_.path(), std::nullopt, classes).train;
  };
  EXPECT_EQ(read({}).classes, (std::vector<std::string>{"cat", "dog"}));
  EXPECT_EQ(read({"dog", "eel", "cat"}).labels, (std::vector<int32_t>{2, 0}));
  EXPECT_EQ(message_of<Error>([&] {
              read({"dog", "eel"});
            }),
            path("cat") + ": the sub-folder's name is none of the classes dog, eel");
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

TEST_F(ImageFolder, RefusesLabelledBesideUnlabelled) {
  draw("a.png", 1);
  draw("cat/a.png", 1);
  EXPECT_EQ(refusal(),
            folder_.path().string() +
                ": images both here and in sub-folder cat; expected either all in sub-folders (the labels) or none");
}

TEST_F(ImageFolder, NamesADamagedImage) {
  draw("a.png", 1);
  write("b.png", "\x89PNG\r\n\x1a\nrubbish");
  EXPECT_TRUE(refusal().starts_with(path("b.png") + ": PNG is damaged")) << refusal();
}

TEST_F(ImageFolder, TellsOtherFolders) {
  EXPECT_FALSE(is_image_folder(folder_.path()));
  write("notes.txt", "x");
  EXPECT_FALSE(is_image_folder(folder_.path()));
  EXPECT_EQ(refusal(), folder_.path().string() + ": no images, PNG or JPEG");
}

}  // namespace
}  // namespace hourglass
