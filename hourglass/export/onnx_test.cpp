#include "hourglass/export/onnx.h"

#include <gtest/gtest.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>

#include <algorithm>

#include "hourglass/base/text.h"
#include "support/networks.h"

namespace hourglass {
namespace {

Autoencoder fresh(const ModelConfig& config, Shape input) {
  Autoencoder model(config, input);
  initialise(model.network(), {}, 3, model.theta());
  return model;
}

onnx::ModelProto exported(const Autoencoder& model, OnnxPart part = OnnxPart::autoencoder,
                          const std::vector<float>& residual_units = {},
                          const std::map<std::string, std::string>& metadata = {}) {
  onnx::ModelProto proto;
  EXPECT_TRUE(proto.ParseFromString(onnx_bytes(model, part, residual_units, metadata)));
  onnx::checker::check_model(proto);
  return proto;
}

onnx::ModelProto exported(const ModelConfig& config, Shape input, OnnxPart part = OnnxPart::autoencoder) {
  return exported(fresh(config, input), part);
}

ModelConfig tied(ModelConfig config) {
  config.tied = true;
  return config;
}

/// "input batch 1 4 4": the names and shapes of a list.
std::vector<std::string> texts(const google::protobuf::RepeatedPtrField<onnx::ValueInfoProto>& values) {
  std::vector<std::string> all;
  for (const auto& value : values) {
    std::string text = value.name();
    for (const auto& d : value.type().tensor_type().shape().dim())
      text += " " + (d.has_dim_param() ? d.dim_param() : std::to_string(d.dim_value()));
    all.push_back(text);
  }
  return all;
}

std::vector<std::string> initializers(const onnx::ModelProto& proto) {
  std::vector<std::string> names;
  for (const auto& tensor : proto.graph().initializer()) names.push_back(tensor.name());
  return names;
}

std::vector<std::string> operators(const onnx::ModelProto& proto) {
  std::vector<std::string> names;
  for (const auto& node : proto.graph().node()) names.push_back(node.op_type());
  return names;
}

using Texts = std::vector<std::string>;

const ModelConfig kDense = model({layer("dense", 3), layer("tanh")}, {layer("dense", 16), layer("sigmoid")});
const ModelConfig kImages = model({layer("conv2d", 2, 3), layer("relu")}, {layer("conv_transpose2d", 1, 3)});

TEST(Onnx, NamesAndShapesOfEveryPart) {
  const auto whole = exported(kDense, {1, 4, 4});
  EXPECT_EQ(texts(whole.graph().input()), (Texts{"input batch 1 4 4"}));
  EXPECT_EQ(texts(whole.graph().output()), (Texts{"code batch 3", "reconstruction batch 1 4 4"}));
  const auto encoder = exported(kImages, {1, 4, 4}, OnnxPart::encoder);
  EXPECT_EQ(texts(encoder.graph().input()), (Texts{"input batch 1 4 4"}));
  EXPECT_EQ(texts(encoder.graph().output()), (Texts{"code batch 2 2 2"}));
  const auto decoder = exported(kImages, {1, 4, 4}, OnnxPart::decoder);
  EXPECT_EQ(texts(decoder.graph().input()), (Texts{"code batch 2 2 2"}));
  EXPECT_EQ(texts(decoder.graph().output()), (Texts{"reconstruction batch 1 4 4"}));
}

TEST(Onnx, APartHoldsNoWeightsOfTheOther) {
  EXPECT_EQ(initializers(exported(kDense, {16}, OnnxPart::encoder)), (Texts{"encoder.0.weight", "encoder.0.bias"}));
  EXPECT_EQ(initializers(exported(kDense, {16}, OnnxPart::decoder)), (Texts{"decoder.0.weight", "decoder.0.bias"}));
}

TEST(Onnx, HoldsTheModelsWeights) {
  const Autoencoder model = fresh(kDense, {16});
  const ConstView weight = model.weights().at("encoder.0.weight");
  const auto onnx = exported(model);
  const std::string& raw = onnx.graph().initializer(0).raw_data();
  EXPECT_EQ(raw, std::string(reinterpret_cast<const char*>(weight.bytes()), raw.size()));
  EXPECT_EQ(raw.size(), 3u * 16u * sizeof(float));
}

TEST(Onnx, TiedWeightsAreThereOnce) {
  const auto dense = exported(tied(kDense), Shape{16});
  EXPECT_EQ(initializers(dense), (Texts{"encoder.0.weight", "encoder.0.bias", "decoder.0.bias"}));
  const auto images = exported(tied(kImages), Shape{1, 4, 4});
  EXPECT_EQ(initializers(images), (Texts{"encoder.0.weight", "encoder.0.bias", "decoder.0.bias"}));
}

TEST(Onnx, ImagesStayChannelsFirstWithoutReorders) {
  const ModelConfig config = model({layer("conv2d", 4, 3), layer("max_pool2d", 2), layer("dense", 5)},
                                   {layer("dense", 108), layer("sigmoid")});
  EXPECT_EQ(operators(exported(config, {3, 6, 6}, OnnxPart::encoder)), (Texts{"Conv", "MaxPool", "Flatten", "Gemm"}));
  EXPECT_EQ(operators(exported(config, {3, 6, 6}, OnnxPart::decoder)), (Texts{"Gemm", "Sigmoid", "Reshape"}));
}

TEST(Onnx, AGaussianCodeIsItsMean) {
  const ModelConfig config = model({layer("dense", 6), layer("gaussian", 3)}, {layer("dense", 16)});
  EXPECT_EQ(operators(exported(config, {16}, OnnxPart::encoder)), (Texts{"Gemm", "Slice"}));
  const ModelConfig images = model({layer("conv2d", 2, 3), layer("gaussian", 4)}, {layer("dense", 16)});
  EXPECT_EQ(operators(exported(images, {1, 4, 4}, OnnxPart::encoder)), (Texts{"Conv", "Flatten", "Slice"}));
}

TEST(Onnx, ComparesWithTheThresholdOfBinarise) {
  Autoencoder a = fresh(kDense, {1, 4, 4});
  a.scaler.binarise = Binarisation::threshold;
  EXPECT_EQ(operators(exported(a, OnnxPart::encoder)), (Texts{"GreaterOrEqual", "Cast", "Flatten", "Gemm", "Tanh"}));
}

TEST(Onnx, NormalisationsPassTheCheckerAndShapeInference) {
  const LayerConfig batch_norm{"batch_norm", NormConfig{.momentum = 0.1}},
      group_norm{"group_norm", NormConfig{.groups = 2}};
  const LayerConfig layer_norm{"layer_norm", NormConfig{.epsilon = 1e-5}}, dropout{"dropout", DropoutConfig{0.5}};
  const LayerConfig prelu{"prelu", PreluConfig{.slope = 0.25, .per_channel = true}};
  const ModelConfig config =
      model({layer("conv2d", 4, 3), batch_norm, prelu, group_norm, layer_norm, dropout},
            {layer("dense", 6), batch_norm, prelu, group_norm, layer("silu"), layer("dense", 64)});
  const Texts grouped = {"Reshape", "InstanceNormalization", "Reshape", "Mul", "Add"};
  Texts encoder = {"Conv", "BatchNormalization", "PRelu"}, decoder = {"Flatten", "Gemm", "BatchNormalization", "PRelu"};
  for (int i = 0; i < 2; ++i) encoder.insert(encoder.end(), grouped.begin(), grouped.end());
  encoder.push_back("Identity");
  decoder.insert(decoder.end(), grouped.begin(), grouped.end());
  for (const char* op : {"Sigmoid", "Mul", "Gemm", "Reshape"}) decoder.push_back(op);
  EXPECT_EQ(operators(exported(config, {1, 8, 8}, OnnxPart::encoder)), encoder);
  EXPECT_EQ(operators(exported(config, {1, 8, 8}, OnnxPart::decoder)), decoder);
}

TEST(Onnx, UsualDecodersPassTheCheckerAndShapeInference) {
  LayerConfig up = layer("conv_transpose2d", 1, 3, 2, 1);
  std::get<ConvConfig>(up.options).output_padding = {1, 0};
  const ModelConfig config = model({layer("conv2d", 2, 3), layer("dense", 3)}, {layer("dense", 8),
                                                                                {"reshape", ReshapeConfig{{2, 2, 2}}},
                                                                                layer("upsample2d", 2),
                                                                                layer("topk", 5),
                                                                                up,
                                                                                layer("sigmoid")});
  EXPECT_EQ(operators(exported(config, {1, 8, 7}, OnnxPart::decoder)),
            (Texts{"Gemm", "Reshape", "Resize", "Transpose", "Flatten", "TopK", "Shape", "ConstantOfShape",
                   "ScatterElements", "Reshape", "Transpose", "ConvTranspose", "Sigmoid"}));
  EXPECT_EQ(operators(exported(model({layer("conv2d", 2, 3), {"reshape", ReshapeConfig{{72}}}}, {layer("dense", 64)}),
                               {1, 8, 8}, OnnxPart::encoder)),
            (Texts{"Conv", "Reshape"}));
}

TEST(Onnx, EveryKindOfLayerPassesTheCheckerAndShapeInference) {
  for (const char* kind : {"identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "gelu"})
    EXPECT_NO_THROW(exported(model({layer("conv2d", 2, 3), layer(kind)}, {layer("conv_transpose2d", 1, 3)}), {1, 5, 5}))
        << kind;
  EXPECT_NO_THROW(exported(model({layer("dense", 9), layer("topk", 2)}, {layer("dense", 6)}), {6}));
}

TEST(Onnx, EveryOptionOfAWindowPassesTheCheckerAndShapeInference) {
  const ModelConfig images =
      model(layers(R"([{ conv2d = 4, kernel = 3, stride = 2, padding = "same", groups = 2, dilation = 2 },
                       { avg_pool2d = 2, stride = 1, padding = 1 }])"),
            layers(R"([{ conv_transpose2d = 4, kernel = 2, stride = 3, padding = "same", groups = 2 },
                       { conv2d = 2, kernel = 9 }, { upsample2d = 2, mode = "bilinear" }, { conv2d = 2, kernel = 8 }])"));
  EXPECT_EQ(operators(exported(images, {2, 7, 7}, OnnxPart::encoder)), (Texts{"Conv", "AveragePool"}));
  EXPECT_EQ(operators(exported(images, {2, 7, 7}, OnnxPart::decoder)),
            (Texts{"ConvTranspose", "Conv", "Resize", "Conv"}));
  const ModelConfig series =
      model(layers(R"([{ series = 2 }, { conv1d = 4, kernel = 3, stride = 2, padding = "same" }, { max_pool1d = 2 },
                       { topk = 3 }, { avg_pool1d = 2 }])"),
            layers(R"([{ upsample1d = 4, mode = "linear" },
                       { conv_transpose1d = 2, kernel = 5, stride = 2, padding = 2, output_padding = 1 }, "steps"])"));
  EXPECT_EQ(operators(exported(series, {16}, OnnxPart::decoder)),
            (Texts{"Resize", "ConvTranspose", "Transpose", "Flatten"}));
  EXPECT_EQ(operators(exported(series, {16}, OnnxPart::encoder)),
            (Texts{"Reshape", "Transpose", "Conv", "MaxPool", "Transpose", "Flatten", "TopK", "Shape",
                   "ConstantOfShape", "ScatterElements", "Reshape", "Transpose", "AveragePool"}));
}

TEST(Onnx, TopKChoosesInTheOrderTheNetworkHoldsImagesIn) {
  const ModelConfig config =
      model({layer("conv2d", 2, 3), layer("topk", 3)}, {layer("conv_transpose2d", 2, 3), layer("topk", 7)});
  const auto encoder = operators(exported(config, {2, 5, 5}, OnnxPart::encoder));
  EXPECT_EQ(std::ranges::count(encoder, "Transpose"), 2);
  // The last activation comes after the change to the data's order.
  const auto decoder = operators(exported(config, {2, 5, 5}, OnnxPart::decoder));
  EXPECT_FALSE(contains(decoder, "Transpose"));
}

TEST(Onnx, TopKOfAnEncoderKeepsAlphaTimesK) {
  const ModelConfig config = model({layer("dense", 9), topk(2, 2)}, {layer("dense", 6)});
  const Autoencoder model = fresh(config, {6});
  const auto k = [&](OnnxPart part) {
    int64_t value = 0;
    const auto proto = exported(model, part);
    for (const auto& tensor : proto.graph().initializer())
      if (tensor.data_type() == onnx::TensorProto::INT64)
        std::copy_n(tensor.raw_data().data(), sizeof(value), reinterpret_cast<char*>(&value));
    return value;
  };
  EXPECT_EQ(k(OnnxPart::autoencoder), 2);
  EXPECT_EQ(k(OnnxPart::encoder), 4);
}

TEST(Onnx, TheScalerIsInside) {
  const ModelConfig config = model({layer("dense", 2)}, {layer("dense", 2)});
  Autoencoder model = fresh(config, {2});
  const auto with = [&](const Scaler& scaler) {
    model.scaler = scaler;
    return operators(exported(model));
  };
  EXPECT_EQ(with({}), (Texts{"Gemm", "Gemm"}));
  EXPECT_EQ(with({ScalerKind::unit, {0}, {1.0f / 255}}), (Texts{"Mul", "Gemm", "Gemm"}));
  for (const ScalerKind kind : {ScalerKind::standard, ScalerKind::minmax, ScalerKind::robust})
    EXPECT_EQ(with({kind, {1, 2}, {3, 4}}), (Texts{"Sub", "Mul", "Gemm", "Gemm", "Div", "Add"})) << name_of(kind);
  EXPECT_EQ(with({ScalerKind::center, {1, 2}, {1, 1}}), (Texts{"Sub", "Gemm", "Gemm", "Add"}));
  EXPECT_EQ(with({ScalerKind::none, {0}, {1}, {5, 6}}), (Texts{"IsNaN", "Where", "Gemm", "Gemm"}));
}

TEST(Onnx, ScoresWhereResidualsHaveUnits) {
  const Autoencoder model = fresh(kImages, {1, 4, 4});
  const std::vector<float> units(16, 0.5f);
  const auto whole = exported(model, OnnxPart::autoencoder, units);
  EXPECT_EQ(texts(whole.graph().output()).back(), "score batch");
  EXPECT_TRUE(contains(operators(whole), "ReduceMean"));
  for (const OnnxPart part : {OnnxPart::encoder, OnnxPart::decoder})
    EXPECT_EQ(exported(model, part, units).graph().output_size(), 1);
}

TEST(Onnx, MetadataAreKept) {
  const Autoencoder model = fresh(kDense, {16});
  const auto proto = exported(model, OnnxPart::encoder, {}, {{"recipe", "{}"}, {"threshold", "0.5"}});
  ASSERT_EQ(proto.metadata_props_size(), 2);
  EXPECT_EQ(proto.metadata_props(0).key() + "=" + proto.metadata_props(0).value(), "recipe={}");
  EXPECT_EQ(proto.metadata_props(1).key() + "=" + proto.metadata_props(1).value(), "threshold=0.5");
  EXPECT_EQ(proto.producer_name(), "hourglass");
}

TEST(Onnx, TheSameModelGivesTheSameBytes) {
  const Autoencoder model = fresh(kImages, {1, 4, 4});
  EXPECT_EQ(onnx_bytes(model, OnnxPart::autoencoder), onnx_bytes(model, OnnxPart::autoencoder));
}

TEST(Onnx, AddsBranchAndShortcut) {
  const auto config = model({layer("conv2d", 2, 3), residual({layer("conv2d", 2, 3, 1, 1), layer("tanh")}),
                             residual({layer("dense", 4)}, {layer("relu"), layer("dense", 4)})},
                            {layer("dense", 25)});
  EXPECT_EQ(operators(exported(config, {1, 5, 5}, OnnxPart::encoder)),
            (Texts{"Conv", "Conv", "Tanh", "Add", "Flatten", "Gemm", "Relu", "Flatten", "Gemm", "Add"}));
}

}  // namespace
}  // namespace hourglass
