#include <fmt/format.h>
#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "cli/workspace.h"
#include "data/image_bytes.h"
#include "data/zip_bytes.h"
#include "hourglass/data/formats/npy.h"

namespace hourglass::cli_test {
namespace {

namespace fs = std::filesystem;

/// People's own data: what they are read as, and how they are refused.
class OwnData : public Workspace {
 protected:
  /// Eighty people: two columns of numbers, one of texts, one that is the same everywhere, one of labels.
  static std::string people(const Words& columns, const Words& labels = {"benign", "malignant"}, int rows = 80) {
    std::string text = line(columns);
    for (int i = 0; i < rows; ++i) {
      const std::map<std::string, std::string> row = {{"age", std::to_string(20 + i % 60)},
                                                      {"income", std::to_string(1000 * std::sin(i))},
                                                      {"city", i % 3 == 0 ? "\"Bern, BE\"" : "Chur"},
                                                      {"one", "1"},
                                                      {"kind", labels[i % labels.size()]}};
      Words cells;
      for (const std::string& column : columns) cells.push_back(row.at(column));
      text += line(cells);
    }
    return text;
  }
  static std::string line(const Words& cells) {
    std::string text;
    for (const std::string& cell : cells) text += (text.empty() ? "" : ",") + cell;
    return text + "\n";
  }
  Words training_on(const std::string& data, const Words& more = {}) const {
    Words words = {"train", "--data", data, "--epochs", "2", "--threads", "1", "--output-dir", "run"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  /// By the data alone, without a recipe.
  void train_on(const std::string& data, const Words& more = {}) const {
    EXPECT_TRUE(succeeded(run(training_on(data, more))));
  }
  void expect_refused(const std::string& data, const Words& parts, const Words& more = {}) const {
    EXPECT_TRUE(refused(run(training_on(data, more)), parts)) << data;
    EXPECT_FALSE(exists("run")) << data;
    EXPECT_FALSE(exists("runs")) << data;
  }
  void draw(const std::string& file, int64_t width, int64_t height, int64_t channels = 1) const {
    fs::create_directories(path(file).parent_path());
    Image image{width, height, channels, std::vector<uint8_t>(static_cast<size_t>(width * height * channels))};
    for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<uint8_t>(i * 37);
    write(file, file.ends_with(".png") ? png_bytes(image) : jpeg_of(image));
  }
};

const Words kColumns = {"age", "income", "city", "one", "kind"};

TEST_F(OwnData, ATableTrainsWithoutARecipeByTheOneThatInspectShows) {
  write("people.csv", people(kColumns));
  const Outcome shown = run({"data", "inspect", "people.csv"});
  EXPECT_TRUE(succeeded(shown));
  for (const char* part :
       {"delimiter ',', with a header", "80 rows of 5", "integer 20 to 79", "text    2 unique strings",
        "integer 1 to 1, constant", "categorical = [\"city\", \"kind\"]"})
    EXPECT_TRUE(contains(shown.out, part));
  train_on("people.csv");
  const auto recipe = [](std::string text) { return text.substr(text.find("[data]\n"), text.find("[train]")); };
  const std::string suggested = recipe(shown.out), used = recipe(read("run/recipe.toml"));
  EXPECT_EQ(suggested.substr(0, suggested.find("[train]")), used.substr(0, used.find("[train]")));
  EXPECT_TRUE(exists("run/report.html"));
}

TEST_F(OwnData, OptionsAddToWhatIsSuggestedAndTheRestIsTold) {
  std::string text = "id,age,name,kind,seconds\n";
  for (int i = 0; i < 1200; ++i)
    text += fmt::format("{},{},name {},{},{}\n", i, 20 + i % 60, i, i % 2 ? "a" : "b", 1700000000 + i * 7919 % 997);
  write("people.csv", text);
  const Outcome outcome =
      run(training_on("people.csv", {"--set", "data.label=kind", "--set", R"(data.ignore=["id"])"}));
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_TRUE(contains(outcome.err, "people.csv: left out, because they have more than 50 different texts"));
  EXPECT_TRUE(contains(outcome.err, "seconds varies by one part in 5"));
  EXPECT_FALSE(contains(outcome.err, "age varies"));
  EXPECT_TRUE(contains(read("run/recipe.toml"), R"(ignore = ["id", "name"])"));
  for (const char* scale : {"minmax", "none"}) {
    const Words more = {"--set",
                        "data.label=kind",
                        "--set",
                        R"(data.ignore=["id"])",
                        "--overwrite",
                        "--set",
                        fmt::format("data.scale={}", scale)};
    EXPECT_TRUE(contains(run(training_on("people.csv", more)).err, "seconds varies by one part in 5")) << scale;
  }
}

TEST_F(OwnData, ATableIsReadForAModelByItsColumnsNames) {
  write("people.csv", people(kColumns));
  write("turned.csv", people({"kind", "one", "city", "income", "age"}));
  write("less.csv", people({"kind", "one", "city", "age"}));
  train_on("people.csv");
  EXPECT_EQ(eval("run", {"--data", "turned.csv"}), eval("run", {"--data", "people.csv"}));
  for (const char* verb : {"encode", "reconstruct", "score"}) {
    EXPECT_TRUE(succeeded(run({verb, "run", "--data", "people.csv", "-o", "straight.csv"})));
    EXPECT_TRUE(succeeded(run({verb, "run", "--data", "turned.csv", "-o", "turned.out.csv"})));
    EXPECT_EQ(read("turned.out.csv"), read("straight.csv")) << verb;
    const Outcome outcome = run({verb, "run", "--data", "less.csv", "-o", "never.csv"});
    EXPECT_TRUE(refused(outcome, {"less.csv: no column \"income\", which the model was trained on"})) << verb;
    EXPECT_FALSE(exists("never.csv"));
  }
  EXPECT_TRUE(succeeded(run({"reconstruct", "run", "--data", "people.csv", "-o", "again.csv"})));
  EXPECT_TRUE(read("again.csv").starts_with("age,income,city,one,kind\n"));
}

TEST_F(OwnData, TextsOfLabelsHaveTheSameNumbersInEveryFile) {
  write("people.csv", people(kColumns));
  train_on("people.csv", {"--set", "data.label=kind"});
  EXPECT_TRUE(contains(read("run/recipe.toml"), "classes = [\"benign\", \"malignant\"]"));
  write("ill.csv", people(kColumns, {"malignant"}));
  eval("run", {"--data", "ill.csv"});
  write("odd.csv", people(kColumns, {"malignant", "unclear"}));
  for (const char* verb : {"score", "encode", "reconstruct"})
    EXPECT_TRUE(succeeded(run({verb, "run", "--data", "odd.csv", "-o", "rows.csv"}))) << "labels are no feature";
}

TEST_F(OwnData, MissingValuesAreTreatedAsTheRecipeSays) {
  write("gaps.csv", "x,y\n1,2\n,4\n5,NA\n7,8\n");
  expect_refused("gaps.csv", {"gaps.csv: line 3, column 1 (\"x\") has no value", "missing = \"mean\" fills them in"},
                 {"--set", "data.missing=refuse"});
  train_on("gaps.csv", {"--set", "data.missing=drop"});
  EXPECT_TRUE(contains(read("run/model.safetensors"), R"(\"columns\":[\"x\",\"y\"])"));
  for (const char* verb : {"encode", "reconstruct", "score"})
    EXPECT_TRUE(refused(run({verb, "run", "-o", "rows.csv"}), {"line 3, column 1 (\"x\")", "missing = \"mean\""}))
        << verb << " writes a row for each row, so that none can be left out";
  EXPECT_FALSE(exists("rows.csv"));
  eval("run", {});
  fs::remove_all(path("run"));
  train_on("gaps.csv");
  EXPECT_TRUE(contains(read("run/recipe.toml"), "missing = \"mean\""));
  EXPECT_TRUE(contains(read("run/model.safetensors"), "\\\"fill\\\":[")) << "the means are in the model";
}

TEST_F(OwnData, ReadsWhatSpreadsheetsWrite) {
  write("sheet.tsv", "\xef\xbb\xbf\"the \"\"x\"\"\"\ty, z\r\n\"1.5\"\t-2\r\n\r\n+3\t4e1\r\n");
  train_on("sheet.tsv");
  EXPECT_TRUE(contains(read("run/model.safetensors"), R"(the \\\"x\\\")"));
  EXPECT_TRUE(contains(run({"data", "inspect", "sheet.tsv"}).out, "y, z                     integer -2 to 40"));
}

TEST_F(OwnData, TablesThatCannotBeRead) {
  const std::map<std::string, std::pair<std::string, std::string>> bad = {
      {"ragged.csv", {"x,y\n1,2\n3\n", "ragged.csv:3: 1 cell, the first row has 2"}},
      {"empty.csv", {"", "empty.csv: the file is empty"}},
      {"header.csv", {"x,y\n", "header.csv: no rows after the header"}},
      {"nothing.csv", {"x,y\n?,NA\n,nan\n", "nothing.csv: no column is left for features"}},
      {"open.csv", {"x,y\n1,\"2\n", "open.csv:2: a quote is opened and never closed"}},
  };
  for (const auto& [file, content] : bad) {
    write(file, content.first);
    expect_refused(file, {content.second});
  }
}

TEST_F(OwnData, AnArrayWithAnEmptyColumnIsRefusedByTheNumberOfTheFeature) {
  Tensor rows(DType::f32, {20, 4});
  for (int64_t i = 0; i < rows.size(); ++i) rows.as<float>()[i] = i % 4 == 2 ? NAN : static_cast<float>(i * i % 17);
  write("holes.npy", npy_bytes(rows));
  expect_refused("holes.npy", {"holes.npy: no training row has a value of feature 3"});
}

/// What is not refused is read, and said.
TEST_F(OwnData, TablesThatAreReadByAGuess) {
  const std::map<std::string, std::pair<std::string, std::string>> tables = {
      {"stray.csv", {"x,y\n1,2\n3,oops\n4,5\n", "y"}},
      {"infinite.csv", {"x,y\n1,2\ninf,4\n5,6\n", "x (2 numbers, 1 text such as \"inf\")"}},
      {"twice.csv", {"x,x\n1,2\n3,5\n", "the second \"x\" is called \"x.1\""}},
      {"latin.csv",
       {"gr\xf6\xdf\x65,x\n1,2\n3,5\n", "the text is not UTF-8 and is read as Windows-1252 (data.encoding)"}},
  };
  for (const auto& [file, content] : tables) {
    write(file, content.first);
    const Outcome outcome = run(training_on(file, {"--overwrite"}));
    EXPECT_TRUE(succeeded(outcome)) << file;
    EXPECT_TRUE(contains(outcome.err, content.second)) << file;
  }
}

TEST_F(OwnData, OtherFormatsAreAnsweredWithAConversion) {
  write("a b.gif", "GIF89a\x01");
  expect_refused("a b.gif", {"a b.gif: a GIF image, which Hourglass does not read; convert it: convert 'a b.gif'"});
}

TEST_F(OwnData, ArraysOfArchivesAreListedAndNamed) {
  Tensor rows(DType::f32, {40, 3});
  for (int64_t i = 0; i < rows.size(); ++i) rows.as<float>()[i] = static_cast<float>(i % 7);
  write("two.npz", zip_bytes({{"x.npy", npy_bytes(rows)}, {"y.npy", npy_bytes(rows.view().slice(0, 5))}}, true));
  expect_refused("two.npz", {"two.npz: holds 2 arrays: x, y; name one, as in two.npz:x"});
  expect_refused("two.npz:z", {"two.npz: no array \"z\"; it holds x, y"});
  EXPECT_TRUE(contains(run({"data", "inspect", "two.npz:y"}).out, "5 rows of 3"));
  train_on("two.npz:x");
}

TEST_F(OwnData, ArraysThatCannotBeRead) {
  const auto npy = [](const std::string& type, const std::string& numbers) {
    std::string header = "{'descr': " + type + ", 'fortran_order': False, 'shape': (1, 2), }";
    header.resize(117, ' ');
    return std::string("\x93NUMPY\x01\x00v\x00", 10) + header + "\n" + numbers;
  };
  const float infinite[2] = {1, HUGE_VALF};
  std::string bomb = zip_bytes({{"x.npy", npy("'|u1'", "12")}}, true);
  bomb.replace(bomb.find("PK\x01\x02") + 24, 4, "\xff\xff\xff\x7f");  // what the entry unpacks to
  const std::map<std::string, std::pair<std::string, std::string>> bad = {
      {"objects.npy", {npy("'|O'", ""), "objects.npy: array of Python objects ('|O'), expected integers"}},
      {"complex.npy", {npy("'<c8'", ""), "complex.npy: array of '<c8'"}},
      {"short.npy", {npy("'<f4'", "1234567"), "short.npy: header says 1 × 2 of '<f4'"}},
      {"infinite.npy", {npy("'<f4'", {reinterpret_cast<const char*>(infinite), 8}), "row 0, column 1"}},
      {"bomb.npz", {bomb, "bomb.npz:x: says that it unpacks to 2147483647 bytes, which"}},
  };
  for (const auto& [file, content] : bad) {
    write(file, content.first);
    expect_refused(file, {content.second});
  }
}

TEST_F(OwnData, FoldersOfImagesTrainWithTheirNamesAsLabels) {
  for (const char* kind : {"cat", "dog"})
    for (int i = 0; i < 10; ++i) draw("pets/" + std::string(kind) + "/" + std::to_string(i) + ".png", 8, 6);
  EXPECT_TRUE(contains(run({"data", "inspect", "pets"}).out,
                       "20 rows of 1 × 6 × 8 (channels × height × width), 2 classes: cat, dog"));
  train_on("pets");
  EXPECT_TRUE(contains(read("run/recipe.toml"), "classes = [\"cat\", \"dog\"]"));
  fs::rename(path("pets/cat"), path("pets/eel"));
  EXPECT_TRUE(refused(run({"eval", "run", "--data", "pets"}), {"pets/eel", "none of the classes cat, dog"}));
}

TEST_F(OwnData, ImagesOfUnequalSizesAreMadeEqualOnRequest) {
  for (int i = 0; i < 8; ++i) draw("mixed/" + std::to_string(i) + ".jpg", 8 + i, 9, 3);
  const Outcome shown = run({"data", "inspect", "mixed"});
  EXPECT_TRUE(contains(shown.out, "the images have different sizes; all are resized to 12 × 9 pixels"));
  EXPECT_TRUE(contains(shown.out, "[data.images]") || contains(shown.out, "images = {")) << shown.out;
  train_on("mixed");
  EXPECT_TRUE(contains(read("run/recipe.toml"), "width = 12"));
  fs::remove_all(path("run"));
  train_on("mixed", {"--set", "data.images={width=8,height=8,fit=\"crop\",colour=\"grey\"}"});
  EXPECT_TRUE(contains(read("run/recipe.toml"), "fit = \"crop\""));
}

TEST_F(OwnData, DamagedImagesAreNamed) {
  draw("cut/a.png", 8, 8);
  draw("cut/b.png", 8, 8);
  write("cut/b.png", read("cut/b.png").substr(0, 60));
  expect_refused("cut", {"cut/b.png: PNG is damaged"});
  draw("short/a.jpg", 8, 8);
  write("short/a.jpg", read("short/a.jpg").substr(0, read("short/a.jpg").size() - 9));
  expect_refused("short", {"short/a.jpg: JPEG is damaged"});
  draw("false/a.png", 8, 8);
  write("false/b.png", "GIF89a");
  expect_refused("false", {"false/b.png: a picture in GIF format", "mogrify -format png false/b.png"});
}

TEST_F(OwnData, ImagesAtAnyDepthCountAndOtherFilesAreNamed) {
  for (const char* file : {"pics/a/1.png", "pics/a/2.png", "pics/b/3.png", "pics/b/more/4.png"}) draw(file, 9, 10);
  write("pics/a/5.webp", "RIFF....WEBPVP8 ");
  const Outcome shown = run({"data", "inspect", "pics"});
  EXPECT_TRUE(
      contains(shown.out, "\n4 rows of 1 × 10 × 9 (channels × height × width), 2 classes: a, b\npics: 1 of 4 images"));
  EXPECT_TRUE(contains(shown.out, "the class of an image is the first folder below pics, here \"b\"\n"));
  EXPECT_TRUE(contains(shown.out, "pics: 1 .webp file not read, only PNG and JPEG are"));
  fs::create_directory(path("empty"));
  expect_refused("empty", {"empty: the folder is empty"});
  fs::create_directory(path("only"));
  write("only/a.webp", "RIFF....WEBPVP8 ");
  expect_refused("only", {"only: no PNG or JPEG images; 1 .webp file not read", "mogrify"});
}

TEST_F(OwnData, ImagesGetConvolutionsThatFitThemWithAndWithoutAnomalies) {
  for (int i = 0; i < 12; ++i) draw("pics/" + std::to_string(i) + ".png", 17, 12, 3);
  const Outcome shown = run({"data", "inspect", "pics"});
  EXPECT_TRUE(contains(shown.out, "{ conv2d = 16, kernel = 3, stride = 2, padding = 1 }"));
  EXPECT_TRUE(contains(shown.out, "output_padding = [1, 0]"));
  train_on("pics");
  EXPECT_TRUE(contains(read("run/recipe.toml"), "{ reshape = [32, 3, 5] }"));
  fs::remove_all(path("run"));
  train_on("pics", {"--anomalies"});
  EXPECT_TRUE(contains(read("run/recipe.toml"), "{ reshape = [32, 3, 5] }"));
  EXPECT_TRUE(contains(read("run/recipe.toml"), "[anomaly]"));
  EXPECT_TRUE(succeeded(run({"score", "run", "--data", "pics", "-o", "scores.csv"})));
}

TEST_F(OwnData, ArraysWithChannelsLastAreReadSoAndItIsSaid) {
  for (const int64_t channels : {1, 3}) {
    write("x.npy", npy_bytes(Tensor(DType::f32, {20, 16, 12, channels})));
    const std::string rows = fmt::format(
        "\n20 rows of {} × 16 × 12 (channels × height × width)\nx.npy: 20 × 16 × 12 × {} "
        "is read with the channels last",
        channels, channels);
    EXPECT_TRUE(contains(run({"data", "inspect", "x.npy"}).out, rows));
    const Outcome trained = run(training_on("x.npy"));
    EXPECT_TRUE(succeeded(trained));
    const size_t note = trained.err.find("is read with the channels last");
    EXPECT_NE(note, std::string::npos);
    EXPECT_EQ(trained.err.find("is read with the channels last", note + 1), std::string::npos) << "once";
    fs::remove_all(path("run"));
  }
  train_on("x.npy", {"--set", "data.layout=channels_first", "--set", "model.encoder=[{dense=4}]", "--set",
                     "model.decoder=[{dense=\"input\"}]"});
  EXPECT_TRUE(contains(read("run/recipe.toml"), "layout = \"channels_first\""));
}

TEST_F(OwnData, AStackThatDoesNotFitIsShownWithTheChangeThatFits) {
  for (int i = 0; i < 4; ++i) draw("pics/" + std::to_string(i) + ".png", 10, 10);
  expect_refused("pics",
                 {"decoder: output 1 × 9 × 9, input is 1 × 10 × 10: use output_padding = 1 or kernel = 4 in decoder[0] "
                  "conv_transpose2d",
                  "encoder[0] conv2d", "4 × 5 × 5"},
                 {"--set", "model.encoder=[{conv2d=4,kernel=3,stride=2,padding=1}]", "--set",
                  "model.decoder=[{conv_transpose2d=1,kernel=3,stride=2,padding=1},\"sigmoid\"]"});
}

/// An npy file of zeros that takes no disk.
void write_sparse(const fs::path& file, int64_t rows, int64_t width, const std::string& type = "<f4") {
  std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + std::to_string(rows) + ", " +
                       std::to_string(width) + "), }";
  header.resize(117, ' ');
  std::ofstream(file, std::ios::binary) << std::string("\x93NUMPY\x01\x00v\x00", 10) << header << "\n";
  fs::resize_file(file, 128 + static_cast<uintmax_t>(rows * width * (type.back() - '0')));
}

/// An array that takes more memory than there is. The limit is RLIMIT_DATA: it counts what a program takes for itself,
/// not the pages of files it has mapped, which the system takes back as it likes.
class LargeArray : public OwnData {
 protected:
  void SetUp() override {
    if (kIsSanitized) GTEST_SKIP() << "a sanitizer takes more memory than any limit leaves";
  }
  /// A network that costs nothing beside reading.
  Words training_on_large(const char* epochs) const {
    write("wide.toml",
          "[data]\nsource = \"large.npy\"\nscale = \"standard\"\n[model]\nencoder = [{ dense = 2 }]\n"
          "decoder = [{ dense = 1024 }]\n[objective]\nreconstruction = \"mse\"\n[train]\n"
          "batch_size = 1024\noptimizer = { adam = 1e-3 }\n");
    return training("wide.toml", "run", {"--epochs", epochs});
  }
  void expect_trains_within(rlim_t most) const {
    EXPECT_TRUE(succeeded(run_after(limited(RLIMIT_DATA, most), training_on_large("1"))));
    EXPECT_EQ(metrics("run").size(), 1u);
  }
};

TEST_F(LargeArray, IsTrainedOnInLessMemoryThanItTakes) {
  write_sparse(path("large.npy"), 80'000, 1024);  // 312 MiB
  expect_trains_within(rlim_t{128} << 20);
}

TEST_F(LargeArray, ThatIsCutOffWhileInUseEndsTheRunWithAMessage) {
  write_sparse(path("large.npy"), 80'000, 1024);
  Process process(launch(training_on_large("100")));
  ASSERT_TRUE(process.says("epoch   1/100"));
  fs::resize_file(path("large.npy"), 1 << 20);
  EXPECT_TRUE(failed(1, process.wait(), {"error: large.npy: part of it was lost while it was in use"}));
  EXPECT_FALSE(exists("run/model.safetensors"));
  const auto epochs = metrics("run").size();
  write_sparse(path("large.npy"), 80'000, 1024);
  Words again = training_on_large("100");
  again.push_back("--resume");
  Process resumed(launch(again));
  EXPECT_TRUE(resumed.says(fmt::format("epoch {:3}/100", epochs + 1)));
  resumed.send(SIGINT);
  EXPECT_FALSE(contains(resumed.wait().err, "damaged"));
  EXPECT_GT(metrics("run").size(), epochs);
}

TEST_F(LargeArray, OfFourGigabytesIsTrainedOnWithinOne) {
  if (!std::getenv("HOURGLASS_SLOW_TESTS")) GTEST_SKIP() << "reads 4 GB several times: set HOURGLASS_SLOW_TESTS=1";
  write_sparse(path("large.npy"), 1 << 20, 1024);
  expect_trains_within(rlim_t{1} << 30);
}

}  // namespace
}  // namespace hourglass::cli_test
