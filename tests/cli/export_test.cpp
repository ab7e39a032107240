#include <onnx/checker.h>
#include <onnx/onnx_pb.h>

#include "cli/workspace.h"
#include "hourglass/data/formats/safetensors.h"

namespace hourglass::cli_test {
namespace {

namespace fs = std::filesystem;
using Texts = std::map<std::string, std::string>;

class Export : public Workspace {
 protected:
  void train_one_epoch(const std::string& recipe = "dense.toml", const Words& more = {}) const {
    Words words = {"--epochs", "1"};
    words.insert(words.end(), more.begin(), more.end());
    train(recipe, "run", words);
  }
  /// As `export run`; what is in the file.
  onnx::ModelProto exported(const std::string& part) const {
    const Outcome outcome = run({"export", "run", "-o", part + ".onnx", "--part", part});
    EXPECT_TRUE(succeeded(outcome));
    EXPECT_TRUE(contains(outcome.out, part + ".onnx: the " + part));
    onnx::ModelProto proto;
    EXPECT_TRUE(proto.ParseFromString(read(part + ".onnx")));
    EXPECT_NO_THROW(onnx::checker::check_model(proto));
    return proto;
  }
  void expect_refused(Words words, const Words& parts) const {
    words.insert(words.begin(), "export");
    const auto before = files(".");
    EXPECT_TRUE(refused(run(words), parts)) << testing::PrintToString(words);
    EXPECT_EQ(files("."), before) << testing::PrintToString(words);
  }
  /// The run's model file with another recipe in it.
  void write_model(const std::string& file, const std::function<void(nlohmann::json&)>& change) const {
    const std::string bytes = read("run/model.safetensors");
    SafeTensors tensors = parse_safetensors(bytes, file);
    auto recipe = nlohmann::json::parse(tensors.metadata.at("recipe"));
    change(recipe);
    tensors.metadata["recipe"] = recipe.dump();
    std::map<std::string, ConstView> views;
    for (const auto& [name, tensor] : tensors.tensors) views.emplace(name, tensor);
    write(file, safetensors_bytes(views, tensors.metadata));
  }
};

Words names(const google::protobuf::RepeatedPtrField<onnx::ValueInfoProto>& values) {
  Words all;
  for (const auto& value : values) {
    all.push_back(value.name());
    EXPECT_EQ(value.type().tensor_type().shape().dim(0).dim_param(), "batch") << value.name();
  }
  return all;
}

Texts metadata(const onnx::ModelProto& proto) {
  Texts all;
  for (const auto& property : proto.metadata_props()) all[property.key()] = property.value();
  return all;
}

TEST_F(Export, EveryPartIsAValidGraphWithItsNames) {
  train_one_epoch("conv.toml");
  const auto autoencoder = exported("autoencoder"), encoder = exported("encoder"), decoder = exported("decoder");
  EXPECT_EQ(names(autoencoder.graph().input()), Words{"input"});
  EXPECT_EQ(names(autoencoder.graph().output()), (Words{"code", "reconstruction"}));
  EXPECT_EQ(names(encoder.graph().input()), Words{"input"});
  EXPECT_EQ(names(encoder.graph().output()), Words{"code"});
  EXPECT_EQ(names(decoder.graph().input()), Words{"code"});
  EXPECT_EQ(names(decoder.graph().output()), Words{"reconstruction"});
}

TEST_F(Export, TheAutoencoderIsThePartUnlessAskedForAnother) {
  train_one_epoch();
  ASSERT_TRUE(succeeded(run({"export", "run", "-o", "m.onnx"})));
  exported("autoencoder");
  EXPECT_EQ(read("m.onnx"), read("autoencoder.onnx"));
}

TEST_F(Export, MetadataAreTheModelFiles) {
  train_one_epoch();
  const std::string bytes = read("run/model.safetensors");
  Texts expected = parse_safetensors(bytes, "model").metadata;
  EXPECT_TRUE(expected.contains("recipe"));
  expected["part"] = "encoder";
  EXPECT_EQ(metadata(exported("encoder")), expected);
}

TEST_F(Export, AModelWithAThresholdScores) {
  train_one_epoch("dense.toml", {"--set", "anomaly.quantile=0.9"});
  const auto autoencoder = exported("autoencoder");
  EXPECT_EQ(names(autoencoder.graph().output()), (Words{"code", "reconstruction", "score"}));
  EXPECT_EQ(metadata(autoencoder).at("threshold"), "1") << "scores are in units of the model's threshold";
  EXPECT_TRUE(metadata(autoencoder).contains("anomaly"));
  EXPECT_EQ(names(exported("encoder").graph().output()), Words{"code"});
}

TEST_F(Export, AScoreThatComparesWithStoredRowsIsLeftOutWithANote) {
  train_one_epoch("dense.toml", {"--set", "anomaly.evidence=[\"reconstruction\", \"output_distance\"]"});
  const Outcome outcome = run({"export", "run", "-o", "m.onnx"});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_TRUE(contains(outcome.err, "no anomaly score"));
  const auto autoencoder = exported("autoencoder");
  EXPECT_EQ(names(autoencoder.graph().output()), (Words{"code", "reconstruction"}));
  EXPECT_FALSE(metadata(autoencoder).contains("anomaly"));
}

TEST_F(Export, RefusesWhatItCannotDoAndWritesNothing) {
  train_one_epoch();
  write("noise.safetensors", std::string(400, 'x'));
  expect_refused({"run", "-o", "m.onnx", "--part", "code"}, {"--part", "autoencoder", "encoder", "decoder"});
  expect_refused({"run"}, {"--output"});
  expect_refused({"run", "-o", "m.pb"}, {"m.pb", "\".pb\"", ".onnx"});
  expect_refused({"run", "-o", "nowhere/m.onnx"}, {"no folder nowhere"});
  expect_refused({"nowhere", "-o", "m.onnx"}, {"nowhere"});
  expect_refused({"noise.safetensors", "-o", "m.onnx"}, {"noise.safetensors"});
}

TEST_F(Export, RefusesAModelThatLacksAPart) {
  train_one_epoch();
  write_model("no-decoder.safetensors", [](auto& recipe) { recipe["model"].erase("decoder"); });
  write_model("empty-decoder.safetensors", [](auto& recipe) { recipe["model"]["decoder"] = Words(); });
  write_model("longer.safetensors", [](auto& recipe) { recipe["model"]["decoder"].push_back({{"dense", 784}}); });
  for (const char* part : {"autoencoder", "encoder", "decoder"}) {
    expect_refused({"no-decoder.safetensors", "-o", "m.onnx", "--part", part}, {"no-decoder.safetensors", "decoder"});
    expect_refused({"empty-decoder.safetensors", "-o", "m.onnx", "--part", part},
                   {"empty-decoder.safetensors", "expected at least one layer"});
    expect_refused({"longer.safetensors", "-o", "m.onnx", "--part", part}, {"longer.safetensors", "decoder.2.weight"});
  }
}

TEST_F(Export, WhatCannotBeWrittenEndsWithOneAndLeavesTheEarlierFile) {
  train_one_epoch();
  write("m.onnx", "earlier");
  const Outcome full = run_after(limited(RLIMIT_FSIZE, 4096), {"export", "run", "-o", "m.onnx"});
  EXPECT_TRUE(failed(1, full, {"m.onnx", "cannot write"}));
  EXPECT_EQ(read("m.onnx"), "earlier");
  fs::create_directory(path("locked"));
  fs::permissions(path("locked"), fs::perms::owner_read | fs::perms::owner_exec);
  const Outcome locked = run_after(obey_permissions, {"export", "run", "-o", "locked/m.onnx"});
  EXPECT_TRUE(failed(1, locked, {"locked/m.onnx", "Permission denied"}));
  EXPECT_TRUE(fs::is_empty(path("locked")));
  fs::create_directory(path("folder.onnx"));
  EXPECT_TRUE(failed(1, run({"export", "run", "-o", "folder.onnx"}), {"folder.onnx"}));
}

}  // namespace
}  // namespace hourglass::cli_test
