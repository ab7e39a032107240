#include "hourglass/objective/gradient_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "hourglass/objective/weight_decay.h"
#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

constexpr double kTolerance = 1e-6;
constexpr int64_t kEveryEntry = std::numeric_limits<int64_t>::max();

void expect_right_gradients(Workbench& bench, int64_t entries = kEveryEntry) {
  int64_t checked = 0, skipped = 0;
  for (const GradientCheck& result : check_gradient(bench.objective, bench.batch, bench.theta, entries)) {
    EXPECT_LT(result.relative_error, kTolerance) << result.parameter;
    EXPECT_GT(result.checked + result.too_small, 0) << result.parameter;
    checked += result.checked;
    skipped += result.skipped;
  }
  EXPECT_LT(skipped, checked);
}

const std::vector<std::string> kActivations = {"identity",   "sigmoid", "tanh",     "relu",
                                               "leaky_relu", "elu",     "softplus", "gelu"};

ModelConfig dense_model(const std::string& hidden, const std::string& code, const std::string& output) {
  return model({layer("dense", 5), layer(hidden), layer("dense", 3), layer(code)},
               {layer("dense", 5), layer(hidden), layer("dense", 7), layer(output)});
}

void expect_right_gradients(const ModelConfig& network, const Shape& input, const ObjectiveConfig& objective) {
  Workbench bench(network, input, objective);
  expect_right_gradients(bench);
}

TEST(Gradients, OfEveryActivationUnderMse) {
  for (const std::string& s : kActivations) {
    SCOPED_TRACE(s);
    expect_right_gradients(dense_model(s, s, s), {7}, objective_of("mse"));
  }
}

TEST(Gradients, OfEveryActivationUnderBce) {
  for (const std::string& s : kActivations) {
    SCOPED_TRACE(s);
    expect_right_gradients(dense_model(s, s, "sigmoid"), {7}, objective_of("bce"));
  }
}

TEST(Gradients, OfAnActivationsOwnParameter) {
  for (const std::string kind : {"leaky_relu", "elu"}) {
    const LayerConfig steep{kind, ActivationConfig{0.4}};
    expect_right_gradients(model({layer("dense", 5), steep}, {layer("dense", 7), steep}), {7}, objective_of("mse"));
  }
}

TEST(Gradients, OfTheLargestUnits) {
  const auto k_sparse = model({layer("dense", 9), layer("topk", 3)}, {layer("dense", 7), layer("sigmoid")});
  expect_right_gradients(k_sparse, {7}, objective_of("bce"));
  expect_right_gradients(k_sparse, {7}, objective_of("bce", ContractiveConfig{.weight = 0.3}));
  const auto deep = model({layer("dense", 9), layer("topk", 4), layer("dense", 5), layer("tanh")}, {layer("dense", 7)});
  expect_right_gradients(deep, {7}, objective_of("mse", ContractiveConfig{.weight = 0.3}));
}

const ModelConfig kDenseResiduals =
    model({residual({layer("dense", 6), layer("gelu"), layer("dense", 7), layer("tanh")}), layer("dense", 5),
           residual({layer("sigmoid"), residual({layer("tanh"), layer("dense", 5)}), layer("dense", 4)},
                    {layer("softplus"), layer("dense", 4), layer("tanh")})},
          {residual({layer("dense", 5), layer("tanh")}, {layer("dense", 5)}), residual({layer("tanh")}),
           layer("dense", 7), layer("sigmoid")});
const ModelConfig kConvResiduals = model(
    {layer("conv2d", 3, 3, 1, 1), layer("gelu"),
     residual({layer("conv2d", 4, 3, 2, 1), layer("tanh"), layer("conv2d", 4, 3, 1, 1)}, {layer("conv2d", 4, 1, 2)}),
     layer("tanh"), residual({layer("dense", 6), layer("tanh")}, {layer("conv2d", 2, 3), layer("dense", 6)})},
    {layer("dense", 12), LayerConfig{"reshape", ReshapeConfig{{3, 2, 2}}},
     residual({layer("conv2d", 3, 3, 1, 1), layer("tanh")}), layer("conv_transpose2d", 2, 3, 2),
     residual({layer("conv2d", 2, 3, 1, 1), layer("tanh")})});

TEST(Gradients, OfResiduals) {
  for (const char* loss : {"mse", "bce"}) {
    expect_right_gradients(kDenseResiduals, {7}, objective_of(loss));
    expect_right_gradients(kDenseResiduals, {7}, objective_of(loss, ContractiveConfig{.weight = 0.3}));
    expect_right_gradients(kDenseResiduals, {7},
                           objective_of(loss, HessianConfig{.weight = 0.3, .std = 0.2, .samples = 2}));
    expect_right_gradients(kDenseResiduals, {7},
                           objective_of(loss, SparseL1Config{.weight = 0.3, .on = PenalizedLayers::hidden}));
    expect_right_gradients(kDenseResiduals, {7}, objective_of(loss, SparseL1Config{.weight = 0.3}));
  }
  expect_right_gradients(kConvResiduals, {2, 5, 5}, objective_of("mse"));
  expect_right_gradients(kConvResiduals, {2, 5, 5}, objective_of("mse", ContractiveConfig{.weight = 0.3}));
  expect_right_gradients(kConvResiduals, {2, 5, 5}, objective_of("mse", ContractiveConfig{.weight = 0.3, .probes = 2}));
  expect_right_gradients(kConvResiduals, {2, 5, 5}, objective_of("mse", HessianConfig{.weight = 0.3, .std = 0.2}));
}

TEST(Gradients, OfATiedResidual) {
  const std::vector<LayerConfig> branch = {layer("dense", 3), layer("tanh"), layer("dense", 4)};
  ModelConfig config = model({layer("dense", 4), residual(branch)}, {residual(branch), layer("dense", 6)});
  config.tied = true;
  expect_right_gradients(config, {6}, objective_of("mse", ContractiveConfig{.weight = 0.3}));
}

TEST(Gradients, OfConvolutions) {
  const auto stack = model({layer("conv2d", 2, 3, 2, 1), layer("tanh"), layer("conv2d", 3, 2), layer("softplus")},
                           {layer("conv_transpose2d", 2, 2), layer("gelu"), layer("conv_transpose2d", 1, 3, 2, 1)});
  expect_right_gradients(stack, {1, 5, 5}, objective_of("mse"));
}

TEST(Gradients, OfConvolutionsOnSeveralChannels) {
  const auto stack =
      model({layer("conv2d", 4, 2, 2), layer("tanh")}, {layer("conv_transpose2d", 3, 3, 2), layer("sigmoid")});
  expect_right_gradients(stack, {3, 5, 7}, objective_of("bce"));
  expect_right_gradients(stack, {3, 5, 7}, objective_of("mse"));
}

TEST(Gradients, OfPooling) {
  const auto apart = model({layer("conv2d", 3, 3), layer("tanh"), layer("max_pool2d", 2)},
                           {layer("conv_transpose2d", 1, 4, 2), layer("sigmoid")});
  expect_right_gradients(apart, {1, 6, 6}, {});
  const auto overlapping = model({layer("conv2d", 2, 2), layer("max_pool2d", 3, 0, 2, 1), layer("tanh")},
                                 {layer("conv_transpose2d", 1, 2, 2), layer("sigmoid")});
  expect_right_gradients(overlapping, {1, 6, 6}, {});
}

/// A decoder as they are usually written: dense, reshape, upsampling, and a transposed convolution of any output size.
ModelConfig usual(const std::string& activation) {
  LayerConfig up = layer("conv_transpose2d", 2, 3, 2, 1);
  std::get<ConvConfig>(up.options).output_padding = {0, 1};
  return model({layer("conv2d", 3, 3, 2, 1), layer(activation), layer("dense", 3)},
               {layer("dense", 6),
                layer(activation),
                {"reshape", ReshapeConfig{{3, 2, 1}}},
                layer("upsample2d", 2),
                layer("conv2d", 2, 2),
                layer(activation),
                layer("upsample2d", 1),
                up});
}

TEST(Gradients, OfReshapingAndUpsampling) { expect_right_gradients(usual("tanh"), {2, 5, 2}, objective_of("mse")); }

/// Every option of convolutions, mean pooling and interpolation, without padding, groups or dilation alone.
ModelConfig with_options() {
  return model(layers(R"([{ conv2d = 4, kernel = 3, stride = 2, padding = "same", groups = 2 }, "tanh",
                          { conv2d = 4, kernel = 2, padding = "same", dilation = 2, groups = 4 }, "gelu",
                          { avg_pool2d = 2, stride = 1, padding = 1 }])"),
               layers(R"([{ conv_transpose2d = 4, kernel = 2, dilation = 2, groups = 2 }, "softplus",
                          { upsample2d = 2, mode = "bilinear" }, "tanh",
                          { conv2d = 2, kernel = 4, stride = 2, padding = 1 }])"));
}

ModelConfig of_series() {
  return model(layers(R"([{ series = 2 }, { conv1d = 4, kernel = 3, stride = 2, padding = "same" }, "tanh",
                          { conv1d = 4, kernel = 2, padding = "same", dilation = 2, groups = 4 }, "gelu",
                          { max_pool1d = 2, stride = 1 }, { avg_pool1d = 2, stride = 1, padding = 1 }])"),
               layers(R"([{ upsample1d = 2 }, { conv1d = 3, kernel = 3 }, "tanh", { upsample1d = 2, mode = "linear" },
                          { conv_transpose1d = 2, kernel = 3, padding = 3, dilation = 1 }, "steps"])"));
}

TEST(Gradients, OfEveryOptionOfConvolutionsPoolsAndUpsampling) {
  expect_right_gradients(with_options(), {2, 7, 7}, objective_of("mse"));
}

TEST(Gradients, OfLayersOverSeries) { expect_right_gradients(of_series(), {16}, objective_of("mse")); }

TEST(Gradients, OfTheContractivePenaltyThroughEveryOptionAndOverSeries) {
  const auto exact = objective_of("mse", ContractiveConfig{.weight = 0.3, .force = true});
  expect_right_gradients(with_options(), {2, 7, 7}, exact);
  expect_right_gradients(of_series(), {16}, exact);
}

TEST(Gradients, OfDenseLayersBehindConvolutions) {
  const auto mixed = model({layer("conv2d", 3, 2), layer("tanh"), layer("dense", 4), layer("sigmoid")},
                           {layer("dense", 18), layer("sigmoid")});
  expect_right_gradients(mixed, {2, 3, 3}, {});
}

TEST(Gradients, OfActivationsWithoutAnyWeightBetween) {
  expect_right_gradients(model({layer("dense", 4), layer("tanh"), layer("softplus")}, {layer("dense", 7)}), {7}, {});
  expect_right_gradients(model({layer("tanh"), layer("dense", 7)}, {layer("sigmoid")}), {7}, {});
}

ModelConfig tied(ModelConfig config) {
  config.tied = true;
  return config;
}

TEST(Gradients, OfTiedWeightsAreTheSumOfBothUses) {
  const auto deep = tied(dense_model("tanh", "gelu", "sigmoid"));
  expect_right_gradients(deep, {7}, objective_of("bce", WeightDecayConfig{.weight = 0.1}));
  expect_right_gradients(deep, {7}, objective_of("bce", ContractiveConfig{.weight = 0.3}));
  expect_right_gradients(tied(model({layer("conv2d", 2, 3, 2, 1), layer("tanh"), layer("conv2d", 3, 2)},
                                    {layer("conv_transpose2d", 2, 2), layer("softplus"),
                                     layer("conv_transpose2d", 1, 3, 2, 1), layer("sigmoid")})),
                         {1, 5, 5}, objective_of("bce"));
}

template <class F>
void for_each_place_and_reduction(F f) {
  for (const auto on : {PenalizedLayers::code, PenalizedLayers::hidden})
    for (const auto reduction : {UnitReduction::sum, UnitReduction::mean}) {
      SCOPED_TRACE(fmt::format("{} {}", name_of(on), name_of(reduction)));
      f(on, reduction);
    }
}

TEST(Gradients, OfSparseL1OnEveryActivation) {
  for (const std::string& s : kActivations)
    for_each_place_and_reduction([&](PenalizedLayers on, UnitReduction reduction) {
      SCOPED_TRACE(s);
      expect_right_gradients(dense_model(s, s, "sigmoid"), {7},
                             objective_of("", SparseL1Config{.weight = 0.7, .on = on, .reduction = reduction}));
    });
}

TEST(Gradients, OfSparseKl) {
  for (const std::string reconstruction : {"bce", "mse"})
    for_each_place_and_reduction([&](PenalizedLayers on, UnitReduction reduction) {
      const SparseKlConfig kl{.weight = 0.7, .target = 0.1, .on = on, .reduction = reduction};
      expect_right_gradients(dense_model("sigmoid", "sigmoid", "sigmoid"), {7}, objective_of(reconstruction, kl));
    });
}

TEST(Gradients, OfSparsityOnAPooledCode) {
  const auto pooled = model({layer("conv2d", 3, 3), layer("sigmoid"), layer("max_pool2d", 2)},
                            {layer("conv_transpose2d", 1, 4, 2), layer("sigmoid")});
  expect_right_gradients(pooled, {1, 6, 6}, objective_of("", SparseKlConfig{.weight = 0.7, .target = 0.1}));
  expect_right_gradients(pooled, {1, 6, 6},
                         objective_of("", SparseL1Config{.weight = 0.7, .on = PenalizedLayers::hidden}));
}

TEST(Gradients, OfTheContractivePenaltyOnEveryActivation) {
  for (const std::string& s : kActivations) {
    SCOPED_TRACE(s);
    expect_right_gradients(model({layer("dense", 4), layer(s)}, {layer("dense", 7), layer("sigmoid")}), {7},
                           objective_of("", ContractiveConfig{.weight = 0.7}));
  }
}

TEST(Gradients, OfTheContractivePenaltyWithoutActivationAndOnImages) {
  const ObjectiveConfig contractive = objective_of("", ContractiveConfig{.weight = 0.7});
  expect_right_gradients(model({layer("dense", 4)}, {layer("dense", 7)}), {7}, contractive);
  expect_right_gradients(model({layer("dense", 4), layer("tanh")}, {layer("dense", 18)}), {2, 3, 3}, contractive);
}

TEST(Gradients, OfTheContractivePenaltyAtAnyDepth) {
  const auto exact = objective_of("", ContractiveConfig{.weight = 0.3});
  const auto probed = objective_of("", ContractiveConfig{.weight = 0.3, .probes = 2});
  for (const std::string& s : kActivations) {
    SCOPED_TRACE(s);
    const auto with_gram = model({layer("dense", 5), layer(s), layer("dense", 3), layer("tanh")}, {layer("dense", 7)});
    const auto without = model({layer("dense", 15), layer(s), layer("dense", 3)}, {layer("dense", 7)});
    expect_right_gradients(with_gram, {7}, exact);
    expect_right_gradients(with_gram, {7}, probed);
    expect_right_gradients(without, {7}, exact);
  }
  expect_right_gradients(model({layer("tanh"), layer("dense", 4), layer("gelu")}, {layer("dense", 7)}), {7}, exact);
}

TEST(Gradients, OfTheContractivePenaltyThroughConvolutionsAndPools) {
  const auto exact = objective_of("", ContractiveConfig{.weight = 0.3, .force = true});
  const auto pooled =
      model({layer("conv2d", 3, 3), layer("tanh"), layer("max_pool2d", 2), layer("dense", 3), layer("sigmoid")},
            {layer("dense", 36), layer("sigmoid")});
  expect_right_gradients(pooled, {1, 6, 6}, exact);
  const auto transposed =
      model({layer("conv2d", 2, 3, 2, 1), layer("gelu"), layer("conv_transpose2d", 2, 2, 1), layer("tanh")},
            {layer("dense", 50)});
  expect_right_gradients(transposed, {2, 5, 5}, exact);
}

TEST(Gradients, OfTheContractivePenaltyThroughReshapingAndUpsampling) {
  LayerConfig up = layer("conv_transpose2d", 2, 3, 2, 1);
  std::get<ConvConfig>(up.options).output_padding = {1, 0};
  const auto stack = model({layer("dense", 6),
                            layer("tanh"),
                            {"reshape", ReshapeConfig{{3, 2, 1}}},
                            layer("upsample2d", 2),
                            layer("gelu"),
                            up,
                            {"reshape", ReshapeConfig{{48}}},
                            layer("dense", 3),
                            layer("sigmoid")},
                           {layer("dense", 7)});
  expect_right_gradients(stack, {7}, objective_of("", ContractiveConfig{.weight = 0.3, .force = true}));
}

TEST(Gradients, OfTheHessianPenalty) {
  const auto exact = objective_of("", HessianConfig{.weight = 0.7, .std = 0.3, .samples = 2, .force = true});
  const auto probed = objective_of("", HessianConfig{.weight = 0.7, .std = 0.3, .samples = 2, .probes = 3});
  for (const std::string s : {"sigmoid", "tanh", "softplus", "gelu"}) {
    SCOPED_TRACE(s);
    expect_right_gradients(model({layer("dense", 4), layer(s)}, {layer("dense", 7)}), {7}, exact);
    expect_right_gradients(dense_model(s, s, "sigmoid"), {7}, exact);
    expect_right_gradients(dense_model(s, s, "sigmoid"), {7}, probed);
  }
  const auto convolutions = model({layer("conv2d", 3, 2), layer("tanh"), layer("dense", 4), layer("softplus")},
                                  {layer("dense", 18), layer("sigmoid")});
  expect_right_gradients(convolutions, {2, 3, 3}, exact);
  expect_right_gradients(tied(dense_model("tanh", "gelu", "sigmoid")), {7}, exact);
}

/// Kinks at x + ε, which no output of the clean pass shows, are found and skipped.
TEST(Gradients, OfTheHessianPenaltyBesideKinks) {
  const auto exact = objective_of("", HessianConfig{.weight = 0.7, .std = 0.3, .samples = 4});
  Workbench relus(dense_model("relu", "tanh", "sigmoid"), {7}, exact, 12);
  expect_right_gradients(relus);
  Workbench largest(model({layer("dense", 9), layer("topk", 3), layer("dense", 4), layer("tanh")}, {layer("dense", 7)}),
                    {7}, exact, 12);
  expect_right_gradients(largest);
}

TEST(Gradients, OfWeightDecay) {
  expect_right_gradients(dense_model("tanh", "tanh", "sigmoid"), {7},
                         objective_of("", WeightDecayConfig{.weight = 0.7}));
}

ObjectiveConfig everything(const std::string& reconstruction) {
  return objective_of(
      reconstruction, ContractiveConfig{.weight = 0.2},
      SparseKlConfig{.weight = 0.3, .target = 0.2, .on = PenalizedLayers::hidden, .reduction = UnitReduction::mean},
      SparseL1Config{.weight = 0.4, .on = PenalizedLayers::hidden}, WeightDecayConfig{.weight = 0.1});
}

const ModelConfig kShallow = model({layer("dense", 4), layer("sigmoid")}, {layer("dense", 7), layer("sigmoid")});

TEST(Gradients, OfAllPenaltiesTogether) {
  expect_right_gradients(kShallow, {7}, everything("bce"));
  expect_right_gradients(kShallow, {7}, everything("mse"));
}

TEST(Gradients, OfCorruptedInputs) {
  for (const CorruptionConfig& noise :
       {CorruptionConfig{.gaussian = 0.3}, CorruptionConfig{.masking = 0.3}, CorruptionConfig{.salt_pepper = 0.3}}) {
    Workbench bench(kShallow, {7}, everything("bce"), 5, noise);
    ASSERT_NE(values_of(bench.batch.input()), values_of(bench.inputs()));
    expect_right_gradients(bench);
  }
}

TEST(Gradients, OfOneRow) {
  Workbench bench(kShallow, {7}, everything("bce"), 1);
  expect_right_gradients(bench);
}

TEST(CheckGradient, PutsTheWeightsBack) {
  Workbench bench(kShallow, {7}, {});
  const auto before = values_of(bench.theta);
  check_gradient(bench.objective, bench.batch, bench.theta, kEveryEntry);
  EXPECT_EQ(values_of(bench.theta), before);
}

TEST(CheckGradient, LooksAtNoMoreEntriesThanAsked) {
  Workbench bench(kShallow, {7}, {});
  const auto results = check_gradient(bench.objective, bench.batch, bench.theta, 6);
  ASSERT_EQ(results.size(), 4);
  EXPECT_EQ(results[0].parameter, "encoder.0.weight");
  EXPECT_EQ(results[0].checked + results[0].skipped, 6);
  EXPECT_EQ(results[1].checked + results[1].skipped, 4);
}

/// Weight decay whose gradient is off by a small factor.
class AlmostWeightDecay final : public Penalty {
 public:
  AlmostWeightDecay(const Network& network, double factor) : decay_(network), factor_(factor) {}
  std::string_view name() const override { return decay_.name(); }
  double value(ConstView theta, std::span<const double> sums, int64_t rows) const override {
    return decay_.value(theta, sums, rows);
  }
  void add_parameter_gradient(ConstView theta, std::span<const double> sums, int64_t rows, double weight, int64_t first,
                              View grad) const override {
    decay_.add_parameter_gradient(theta, sums, rows, factor_ * weight, first, grad);
  }

 private:
  WeightDecay decay_;
  double factor_;
};

double worst_error_with_decay_off_by(double factor, const ModelConfig& network = kShallow, const Shape& input = {7}) {
  Workbench bench(network, input, objective_of("", WeightDecayConfig{.weight = 0.7}));
  // No recipe asks for a wrong penalty, so it takes the place of the right one.
  const auto& [penalty, weight] = bench.objective.penalties()[0];
  const_cast<std::unique_ptr<Penalty>&>(penalty) = std::make_unique<AlmostWeightDecay>(bench.network, factor);
  double worst = 0;
  for (const auto& result : check_gradient(bench.objective, bench.batch, bench.theta, 12))
    worst = std::max(worst, result.relative_error);
  return worst;
}

TEST(CheckGradient, CatchesAGradientThatIsSlightlyWrong) {
  EXPECT_LT(worst_error_with_decay_off_by(1), kTolerance);
  EXPECT_GT(worst_error_with_decay_off_by(1 + 1e-5), kTolerance);
  EXPECT_GT(worst_error_with_decay_off_by(-1), 0.1);
}

/// Four convolutions under softplus pass on gradients of all sizes, down to those that rounding hides.
ModelConfig smooth_convolutions() {
  return model({layer("conv2d", 4, 4, 2, 1), layer("softplus"), layer("conv2d", 6, 4, 2, 1), layer("softplus")},
               {layer("conv_transpose2d", 4, 4, 2, 1), layer("softplus"), layer("conv_transpose2d", 1, 4, 2, 1),
                layer("sigmoid")});
}

TEST(CheckGradient, TakesNoRoundingForAWrongGradient) {
  Workbench bench(smooth_convolutions(), {1, 32, 32}, objective_of("bce"), 4);
  // Small weights of the decoder leave next to no gradient for the encoder.
  for (const Parameter& p : bench.network.parameters())
    if (p.name == "decoder.0.weight")
      for (int64_t i = 0; i < p.shape.size(); ++i) p.in(bench.theta.view()).as<double>()[i] *= 1e-9;
  int64_t too_small = 0;
  for (const auto& result : check_gradient(bench.objective, bench.batch, bench.theta, 6)) {
    EXPECT_LT(result.relative_error, kTolerance) << result.parameter;
    EXPECT_EQ(result.checked + result.skipped + result.too_small, std::min<int64_t>(6, result.size));
    EXPECT_EQ(result.skipped, 0) << "softplus has no kinks";
    too_small += result.too_small;
  }
  EXPECT_GE(too_small, 12) << "those of the first two convolutions";
}

TEST(CheckGradient, FindsAnErrorOfOneInAThousandInALargeNetwork) {
  EXPECT_GT(worst_error_with_decay_off_by(1 + 1e-3, smooth_convolutions(), {1, 32, 32}), 10 * kTolerance);
  EXPECT_LT(worst_error_with_decay_off_by(1, smooth_convolutions(), {1, 32, 32}), kTolerance);
}

TEST(CheckGradient, TellsProgressAndStopsWhenAsked) {
  Workbench bench(kShallow, {7}, {});
  std::vector<double> told;
  check_gradient(bench.objective, bench.batch, bench.theta, 6, [&](double done) {
    told.push_back(done);
    return true;
  });
  ASSERT_EQ(told.size(), 6u + 4 + 6 + 6 + 1);
  EXPECT_TRUE(std::ranges::is_sorted(told));
  EXPECT_EQ(told.back(), 1);
  const auto before = values_of(bench.theta);
  const auto results =
      check_gradient(bench.objective, bench.batch, bench.theta, 6, [](double done) { return done < 0.3; });
  EXPECT_EQ(results.size(), 2u);
  EXPECT_EQ(values_of(bench.theta), before);
}

TEST(CheckGradient, SkipsEntriesNextToAKinkAndSaysHowMany) {
  Workbench bench(model({layer("dense", 3), layer("relu")}, {layer("dense", 4)}), {4}, {});
  // Pre-activations of exactly zero: every step changes sides.
  for (const Parameter& p : bench.network.parameters())
    if (p.name.starts_with("encoder")) std::fill_n(p.in(bench.theta.view()).as<double>(), p.shape.size(), 0.0);
  const auto results = check_gradient(bench.objective, bench.batch, bench.theta, kEveryEntry);
  EXPECT_EQ(results[0].skipped, 12);
  EXPECT_EQ(results[0].checked, 0);
  EXPECT_EQ(results[2].too_small, 12) << "the code is zero, so the decoder's weights have no gradient";
  EXPECT_GT(results[3].checked, 0);
}

}  // namespace
}  // namespace hourglass
