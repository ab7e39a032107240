#include "hourglass/data/source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <thread>

#include "data/idx_bytes.h"
#include "data/zip_bytes.h"
#include "hourglass/base/file.h"
#include "hourglass/data/formats/npy.h"
#include "hourglass/data/formats/safetensors.h"
#include "hourglass/data/known.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

namespace fs = std::filesystem;

class SourceTest : public testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& content) const {
    write_file_atomically(folder_.path() / name, content);
    return (folder_.path() / name).string();
  }
  /// Four files of 2 × 2 images.
  void lay_out(int64_t images, int64_t labels) const {
    for (const char* part : {"train", "t10k"}) {
      file(part + std::string("-images-idx3-ubyte"), idx_bytes({images, 2, 2}));
      file(part + std::string("-labels-idx1-ubyte.gz"), gzipped(idx_bytes({labels})));
    }
  }
  static std::string refusal(const std::string& source) {
    return message_of<Error>([&] { open_source(source); });
  }
  TemporaryFolder folder_;
};

TEST(MnistSample, HasTheFirstImagesOfMnist) {
  const DataSplits splits = open_source(HOURGLASS_TESTS "/data/mnist-sample");
  EXPECT_EQ(splits.train.rows(), 3200);
  EXPECT_EQ(splits.test->rows(), 640);
  EXPECT_EQ(splits.train.sample, (Shape{1, 28, 28}));
  EXPECT_TRUE(splits.train.is_bytes());
  EXPECT_EQ(splits.test->slice(0, 5).labels, (std::vector<int32_t>{7, 2, 1, 0, 4}));
  EXPECT_EQ(splits.train.slice(0, 5).labels, (std::vector<int32_t>{5, 0, 4, 1, 9}));
  const auto& pixels = std::get<0>(splits.train.values);
  EXPECT_EQ(std::accumulate(pixels.begin(), pixels.begin() + 784, 0), 27525);
}

TEST_F(SourceTest, ReadsAFolderOfFourFiles) {
  lay_out(5, 5);
  const DataSplits splits = open_source(folder_.path().string());
  EXPECT_EQ(splits.train.name, folder_.path().string() + " train");
  EXPECT_EQ(splits.train.labels, (std::vector<int32_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(splits.test->rows(), 5);
}

TEST_F(SourceTest, RefusesAFolderWithAFileMissing) {
  lay_out(5, 5);
  fs::remove(folder_.path() / "t10k-images-idx3-ubyte");
  EXPECT_EQ(refusal(folder_.path().string()),
            folder_.path().string() +
                ": a folder without t10k-images-idx3-ubyte[.gz]; expected a file, images (PNG or JPEG), or the four "
                "files of an MNIST-like data set");
}

TEST_F(SourceTest, RefusesLabelsThatDoNotMatch) {
  lay_out(5, 4);
  EXPECT_EQ(refusal(folder_.path().string()), (folder_.path() / "train-labels-idx1-ubyte.gz").string() +
                                                  ": holds 4 labels, expected one for each of 5 images");
}

TEST_F(SourceTest, RefusesPartsOfDifferentShape) {
  lay_out(5, 5);
  file("t10k-images-idx3-ubyte", idx_bytes({5, 2, 3}));
  EXPECT_EQ(refusal(folder_.path().string()),
            folder_.path().string() + ": training images are 1 × 2 × 2, test images 1 × 2 × 3");
}

TEST_F(SourceTest, ReadsIdxAsTraining) {
  for (const auto& [shape, sample] :
       {std::pair<Shape, Shape>{{4, 6}, {6}}, {{4, 2, 3}, {1, 2, 3}}, {{4, 3, 1, 2}, {3, 1, 2}}}) {
    for (const std::string& content : {idx_bytes(shape), gzipped(idx_bytes(shape))}) {
      const DataSplits splits = open_source(file("any.name", content));
      EXPECT_EQ(splits.train.sample, sample);
      EXPECT_EQ(splits.train.rows(), 4);
      EXPECT_TRUE(splits.train.labels.empty());
      EXPECT_FALSE(splits.test);
    }
  }
}

TEST_F(SourceTest, ReadsNpyByContent) {
  const DataSplits splits = open_source(file("looks-like.idx", npy_bytes(Tensor(DType::f32, {4, 2, 3}))));
  EXPECT_EQ(splits.train.sample, (Shape{1, 2, 3}));
  EXPECT_FALSE(splits.train.is_bytes());
}

TEST_F(SourceTest, IsResolvedWithoutBeingRead) {
  EXPECT_EQ(resolve_source("mnist").known->name, "mnist");
  EXPECT_EQ(resolve_source(file("t.npy", "a,b\n1,2\n")).kind, Source::Kind::table);
  const Source one = resolve_source(file("a.csv", zip_bytes({})) + ":x");
  EXPECT_EQ(one.name, (folder_.path() / "a.csv:x").string());
  EXPECT_EQ(one.path, folder_.path() / "a.csv");
  EXPECT_EQ(one.member, "x");
  const auto format = [&](const std::string& content) { return resolve_source(file("any", content)).kind; };
  EXPECT_EQ(format(npy_bytes(Tensor(DType::f32, {1, 2}))), Source::Kind::npy);
  EXPECT_EQ(format(safetensors_bytes({}, {})), Source::Kind::safetensors);
  EXPECT_EQ(format(gzipped(idx_bytes({1}))), Source::Kind::idx);
  EXPECT_EQ(resolve_source(folder_.path().string()).kind, Source::Kind::idx_folder);
  file("image.png", "\x89PNG\r\n\x1a\n");
  EXPECT_EQ(resolve_source(folder_.path().string()).kind, Source::Kind::image_folder);
}

TEST_F(SourceTest, RefusesLabelsAsData) {
  const std::string path = file("labels", idx_bytes({60}));
  EXPECT_EQ(refusal(path),
            path + ": 60 single numbers, which is what labels look like; expected rows of features or images");
}

TEST_F(SourceTest, RefusesOtherFiles) {
  const std::string image = file("image.npy", "\x89PNG\r\n\x1a\n"), other = file("other.csv", std::string(9, '\x01'));
  EXPECT_EQ(refusal(image), image + ": one image; expected a folder of them");
  EXPECT_EQ(refusal(other),
            other + ": neither npy, npz, IDX, safetensors nor a text table (plain or packed by gzip or zstd)");
}

TEST_F(SourceTest, ReadsTablesByContent) {
  const DataSplits splits = open_source(file("rows.npy", "a,b\n1,2\n3,4\n5,6\n"));
  EXPECT_EQ(splits.train.sample, Shape{2});
  EXPECT_EQ(splits.train.columns, (std::vector<std::string>{"a", "b"}));
  const std::vector<std::string> features = {"b"};
  EXPECT_EQ(open_source(file("rows.npy", "b,y\n1,x\n"), {.label = "y"}, features).train.sample, Shape{1});
}

TEST_F(SourceTest, UnpacksTablesAndArrays) {
  EXPECT_EQ(open_source(file("t.csv.gz", gzipped("a,b\n1,2\n"))).train.columns, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(open_source(file("t.npy.gz", gzipped(npy_bytes(Tensor(DType::f32, {4, 2}))))).train.sample, Shape{2});
  EXPECT_NE(refusal(file("t.gz", gzipped("GIF89a\x01"))).find("a GIF image, which Hourglass does not read"),
            std::string::npos);
}

TEST_F(SourceTest, ReadsAPipeMoreThanOnce) {
  const std::string pipe = (folder_.path() / "pipe").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(pipe) << "a,b\n1,2\n3,4\n"; });
  for (int i = 0; i < 2; ++i) EXPECT_EQ(open_source(pipe).train.rows(), 2);
  writer.join();
}

TEST_F(SourceTest, ReadsOneArrayOfAnNpzFile) {
  const std::string two = npy_bytes(Tensor(DType::f32, {4, 2})), three = npy_bytes(Tensor(DType::f32, {4, 3}));
  const std::string path = file("arrays.npz", zip_bytes({{"two.npy", two}, {"three.npy", three}}));
  EXPECT_EQ(open_source(path + ":three").train.sample, Shape{3});
  EXPECT_EQ(open_source(file("one.npz", zip_bytes({{"two.npy", two}}))).train.sample, Shape{2});
  EXPECT_EQ(refusal(path), path + ": holds 2 arrays: two, three; name one, as in " + path + ":two");
}

TEST_F(SourceTest, ReadsOneTensorOfASafetensorsFile) {
  const Tensor two(DType::f64, {4, 2}), images(DType::f32, {4, 2, 3});
  const std::string path = file("t", safetensors_bytes({{"images", images}, {"two", two}}, {}));
  EXPECT_EQ(open_source(path + ":images").train.sample, (Shape{1, 2, 3}));
  EXPECT_EQ(open_source(file("u", safetensors_bytes({{"two", two}}, {}))).train.sample, Shape{2});
  EXPECT_EQ(refusal(path), path + ": holds 2 tensors: images, two; name one, as in " + path + ":images");
  EXPECT_EQ(refusal(path + ":x"), path + ": no tensor \"x\"; it holds images, two");
}

TEST_F(SourceTest, TreatsMissingValuesAsTold) {
  Tensor t(DType::f32, {3, 2});
  t.as<float>()[3] = std::nanf("");
  const std::string path = file("rows.npy", npy_bytes(t));
  EXPECT_EQ(refusal(path),
            path +
                ": row 1, column 1 (counted from 0) has no value (NaN); [data] missing = \"mean\" fills them in, "
                "\"drop\" leaves such rows out");
  EXPECT_EQ(open_source(path, {.missing = MissingValues::drop}).train.rows(), 2);
  EXPECT_TRUE(std::isnan(std::get<1>(open_source(path, {.missing = MissingValues::mean}).train.values)[3]));
}

TEST_F(SourceTest, RefusesColumnsOfWhatIsNoTable) {
  const std::string path = file("rows.npy", npy_bytes(Tensor(DType::f32, {3, 2})));
  EXPECT_EQ(message_of<Error>([&] { open_source(path, {.label = "y"}); }),
            path + ": [data] names column \"y\", but the data have no named columns");
  const std::string sample = HOURGLASS_TESTS "/data/mnist-sample";
  EXPECT_EQ(message_of<Error>([&] { open_source(sample, {.ignore = {"id"}}); }),
            sample + ": [data] names column \"id\", but the data have no named columns");
  const std::vector<std::string> features = {"a", "b"};
  EXPECT_EQ(open_source(path, {.ignore = {"id"}}, features).train.rows(), 3) << "a model of a table takes arrays";
}

TEST_F(SourceTest, RefusesNamesInWhatHasNone) {
  for (const std::string& path :
       {file("rows.npy", npy_bytes(Tensor(DType::f32, {3, 2}))), file("t.csv", "a,b\n1,2\n"), folder_.path().string()})
    EXPECT_EQ(refusal(path + ":x"),
              path + ":x: only npz and safetensors files hold arrays with names; leave \":x\" out");
}

TEST_F(SourceTest, RefusesDevices) {
  EXPECT_EQ(refusal("/dev/zero"), "/dev/zero: neither a regular file nor a folder");
}

TEST_F(SourceTest, OffersTheNearestKnownName) {
  EXPECT_EQ(refusal("fashion_mnist"),
            "fashion_mnist: neither a file, a folder nor a known data set; did you mean \"fashion-mnist\"?");
}

}  // namespace
}  // namespace hourglass
