#include "hourglass/train/step.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "hourglass/model/inference.h"
#include "hourglass/model/model_snapshot.h"
#include "hourglass/objective/gradient_check.h"
#include "hourglass/tensor/copy.h"
#include "support/message_of.h"
#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

/// out = x − mean of x over the batch in training, and minus a running mean otherwise: a layer that needs sums of the
/// whole batch in both directions, and has a state. ∂loss/∂x = grad − mean of grad over the batch.
class BatchCenter final : public Layer {
 public:
  BatchCenter(const std::string& name, Shape shape) : Layer(shape) {
    state_.push_back({name + ".running_mean", Tensor(DType::f64, {shape.size()})});
  }

  void forward(const PassContext& c, ConstView, const InputRows& in, View out) const override {
    copy(in, out);
    std::vector<double> shift(units());
    for (int64_t j = 0; j < units(); ++j)
      shift[j] = c.mode == Mode::training ? -c.batch_sums[j] / c.batch_rows : -state_[0].values.as<double>()[j];
    ops::add_to_rows(shift, out);
  }
  void backward(const PassContext& c, ConstView, ConstView, ConstView, ConstView grad_out,
                View grad_in) const override {
    copy(grad_out, grad_in);
    std::vector<double> shift(units());
    for (int64_t j = 0; j < units(); ++j) shift[j] = -c.batch_sums[units() + j] / c.batch_rows;
    ops::add_to_rows(shift, grad_in);
  }
  bool backward_reads_output() const override { return false; }
  BatchSums batch_sums() const override { return {units(), units()}; }
  void forward_sums(ConstView in, std::span<double> sums) const override { ops::column_sums(in, sums); }
  void backward_sums(const PassContext&, ConstView, ConstView, ConstView grad_out,
                     std::span<double> sums) const override {
    ops::column_sums(grad_out, sums);
  }
  void update_state(const PassContext& c) override {
    for (int64_t j = 0; j < units(); ++j) {
      double& mean = state_[0].values.as<double>()[j];
      mean += 0.5 * (c.batch_sums[j] / static_cast<double>(c.batch_rows) - mean);
    }
  }
  void vjp(ConstView, const Linearization&, ConstView u, View grad_in) const override { copy(u, grad_in); }
  void jvp(ConstView, const Linearization&, ConstView v, View out) const override { copy(v, out); }

 private:
  int64_t units() const { return output().size(); }
};

std::unique_ptr<Layer> make_with_batch_center(const LayerContext& c) {
  if (c.config.kind == "batch_center") return std::make_unique<BatchCenter>(c.name, c.input);
  return make_layer(c);
}

const ModelConfig kCentered = model({layer("dense", 5), layer("batch_center"), layer("tanh"), layer("dense", 3)},
                                    {layer("dense", 6), layer("batch_center"), layer("sigmoid")});

/// The passes stop inside branches and shortcuts, and the same layer's input is read by several.
const ModelConfig kCenteredResiduals =
    model({layer("dense", 4), layer("batch_center"),
           residual({layer("tanh"), layer("batch_center"), layer("dense", 4), layer("batch_center")},
                    {layer("batch_center"), layer("tanh")})},
          {residual({layer("batch_center"), layer("dense", 4)}), layer("dense", 6), layer("sigmoid")});

const ModelConfig* const kModels[] = {&kCentered, &kCenteredResiduals};

Network centered(const ModelConfig& config = kCentered) { return Network(config, {6}, {6}, make_with_batch_center); }

/// All kinds of sums at once: the layers', a penalty's that couples rows, and the loss.
ObjectiveConfig coupled() { return objective_of("bce", SparseL1Config{.weight = 0.1}); }

TEST(BatchSums, GiveAGradientThatMatchesFiniteDifferences) {
  for (const ModelConfig* config : kModels) {
    const Network network = centered(*config);
    Objective objective(coupled(), network);
    Tensor theta = fresh_weights(network, DType::f64, 1);
    TrainingBatch batch = objective.make_batch(DType::f64, 7, false);
    copy(uniforms(DType::f64, {7, 6}, 2, 0, 1), batch.target(7));
    objective.begin(batch, 7, 7, {.mode = Mode::training});
    for (const GradientCheck& c : check_gradient(objective, batch, theta, 20)) {
      EXPECT_GT(c.checked + c.too_small, 0) << c.parameter;  // a bias before a centred layer has no gradient
      EXPECT_LT(c.relative_error, 1e-7) << c.parameter;
    }
  }
}

Dataset rows_in_unit_interval(int64_t rows) {
  return {"rows",
          {6},
          [&] {
            const auto values = values_of(uniforms(DType::f32, {rows, 6}, 3, 0, 1));
            return std::vector<float>(values.begin(), values.end());
          }(),
          {}};
}

struct Trained {
  std::vector<double> theta, running_mean;
  double loss = 0;
};

/// Two steps over 200 rows, which are cut into several micro-batches.
Trained train(int threads, DType dtype = DType::f32, const ModelConfig& config = kCentered) {
  const Dataset data = rows_in_unit_interval(200);
  Autoencoder model(centered(config), dtype);
  copy(fresh_weights(model.network(), dtype, 1), model.theta());
  Objective objective(coupled(), model.network());
  Optimizer sgd({.kind = OptimizerKind::sgd, .learning_rate = 0.1}, dtype, model.theta().size());
  const Corruption none({}, 0);
  TrainingStep step(model, objective, sgd, none, 200);
  std::vector<uint32_t> rows(200);
  std::iota(rows.begin(), rows.end(), 0u);
  Trained result;
  for (int64_t k = 1; k <= 2; ++k)
    result.loss = step.run(data, {.rows = rows, .number = k, .learning_rate = 0.1, .threads = threads}).loss;
  result.theta = values_of(model.theta());
  result.running_mean = values_of(model.state()[0]->values);
  return result;
}

TEST(BatchSums, GiveTheSameBitsOnAnyNumberOfThreads) {
  for (const ModelConfig* config : kModels) {
    const Trained one = train(1, DType::f32, *config);
    for (const int threads : {2, 3, 5}) {
      const Trained more = train(threads, DType::f32, *config);
      EXPECT_EQ(more.theta, one.theta);
      EXPECT_EQ(more.running_mean, one.running_mean);
      EXPECT_EQ(more.loss, one.loss);
    }
  }
}

/// One micro-batch that holds the whole batch, against the several ones of a step.
TEST(BatchSums, CoverTheWholeBatch) {
  const Dataset data = rows_in_unit_interval(200);
  const Network network = centered();
  Objective objective(coupled(), network);
  Tensor theta = fresh_weights(network, DType::f64, 1), gradient(DType::f64, theta.shape());
  for (int step = 0; step < 2; ++step) {
    TrainingBatch batch = objective.make_batch(DType::f64, 200, false);
    std::vector<uint32_t> rows(200);
    std::iota(rows.begin(), rows.end(), 0u);
    load_batch(objective, {data, {}, Corruption({}, 0)}, rows, 200, {.mode = Mode::training}, batch);
    objective.evaluate(theta, batch, gradient);
    ops::add_scaled(-0.1, gradient, theta);
  }
  const auto expected = values_of(theta), found = train(3, DType::f64).theta;
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-12) << i;
}

/// Weights of several slices after two steps of gradient descent whose gradient has at most this norm.
std::vector<double> clipped(double clip_norm, int threads, DType dtype) {
  const Dataset data = rows_in_unit_interval(200);
  Autoencoder wide(model({layer("dense", 12000), layer("tanh")}, {layer("dense", 6)}), {6}, dtype);
  copy(fresh_weights(wide.network(), dtype, 1), wide.theta());
  Objective objective(objective_of("mse", WeightDecayConfig{0.1}), wide.network());
  Optimizer sgd({.kind = OptimizerKind::sgd, .learning_rate = 0.1}, dtype, wide.theta().size());
  const Corruption none({}, 0);
  TrainingStep step(wide, objective, sgd, none, 200);
  std::vector<uint32_t> rows(200);
  std::iota(rows.begin(), rows.end(), 0u);
  for (int64_t k = 1; k <= 2; ++k)
    step.run(data, {.rows = rows, .number = k, .learning_rate = 0.1, .threads = threads, .clip_norm = clip_norm});
  return values_of(wide.theta());
}

TEST(ClippedGradient, GivesTheSameBitsOnAnyNumberOfThreads) {
  const auto one = clipped(0.5, 1, DType::f32);
  for (const int threads : {2, 3, 5}) EXPECT_EQ(clipped(0.5, threads, DType::f32), one);
  EXPECT_NE(one, clipped(0, 1, DType::f32)) << "nothing was clipped";
  EXPECT_EQ(clipped(1e6, 2, DType::f32), clipped(0, 1, DType::f32)) << "a short gradient stays as it is";
}

/// PyTorch's clip_grad_norm_ by hand, on the gradient of one micro-batch.
TEST(ClippedGradient, HasTheNormOfTheWholeGradient) {
  const Dataset data = rows_in_unit_interval(200);
  const Network network(model({layer("dense", 12000), layer("tanh")}, {layer("dense", 6)}), {6});
  Objective objective(objective_of("mse", WeightDecayConfig{0.1}), network);
  Tensor theta = fresh_weights(network, DType::f64, 1);
  std::vector<uint32_t> rows(200);
  std::iota(rows.begin(), rows.end(), 0u);
  for (int k = 0; k < 2; ++k) {
    Tensor gradient(DType::f64, theta.shape());
    TrainingBatch batch = objective.make_batch(DType::f64, 200, false);
    load_batch(objective, {data, {}, Corruption({}, 0)}, rows, 200, {.mode = Mode::training}, batch);
    objective.evaluate(theta, batch, gradient);
    const double norm = std::sqrt(ops::sum_of_squares(gradient));
    EXPECT_GT(norm, 0.5);
    ops::add_scaled(-0.1 * 0.5 / (norm + 1e-6), gradient, theta);
  }
  const auto expected = values_of(theta), found = clipped(0.5, 3, DType::f64);
  for (size_t i = 0; i < expected.size(); ++i) ASSERT_NEAR(found[i], expected[i], 1e-12) << i;
}

TEST(BatchSums, AreNotNeededOutsideTraining) {
  Autoencoder model(centered());
  copy(fresh_weights(model.network(), DType::f32, 1), model.theta());
  const Dataset data = rows_in_unit_interval(50);
  const auto before = values_of(Inference(model, 2, 16).reconstruct(data));
  model.state()[0]->values.as<double>()[0] = 0.7;
  const auto after = values_of(Inference(model, 2, 16).reconstruct(data));
  EXPECT_NE(after, before) << "the running mean is used";
  EXPECT_EQ(values_of(Inference(model, 1, 16).reconstruct(data)), after);
}

TEST(BatchSums, HaveTheirStateInModelFiles) {
  Autoencoder model(centered());
  model.state()[0]->values.as<double>()[2] = 0.25;
  const auto weights = model.weights();
  ASSERT_TRUE(weights.contains("encoder.1.running_mean") && weights.contains("decoder.1.running_mean"));
  const SafeTensors file = parse_safetensors(safetensors_bytes(weights, {}), "model");
  const Autoencoder again(centered(), file, "model");
  EXPECT_EQ(values_of(again.weights().at("encoder.1.running_mean")), values_of(weights.at("encoder.1.running_mean")));
}

TEST(BatchSums, HaveTheirStateInSnapshots) {
  Autoencoder model(centered());
  double& mean = model.state()[0]->values.as<double>()[2];
  mean = 0.25;
  ModelSnapshot snapshot(model);
  EXPECT_EQ(snapshot.tensors("best").at("best.encoder.1.running_mean").as<double>()[2], 0.25);
  EXPECT_EQ(snapshot_tensors(model, "theta").at("theta.encoder.1.running_mean").as<double>()[2], 0.25);
  mean = 0.5;
  snapshot.restore(model);
  EXPECT_EQ(mean, 0.25);
}

TEST(BatchSums, LeaveARowNoJacobianOfItsOwn) {
  const Network network = centered();
  EXPECT_EQ(message_of<Error>([&] { Objective(objective_of("", ContractiveConfig{.weight = 1}), network); }),
            "contractive: layer 1 of the encoder combines the rows of a batch, so a row has no Jacobian of its own");
}

const ModelConfig kVariational = model({layer("dense", 5), layer("tanh"), layer("dense", 6), layer("gaussian", 3)},
                                       {layer("dense", 6), layer("sigmoid")});

/// A penalty that reads the codes of the whole batch, one that needs its sums, and noise.
ObjectiveConfig of_codes() {
  return objective_of("bce", MmdConfig{.weight = 2}, GaussianKlConfig{.weight = 0.1, .free_bits = 0.02});
}

/// Two steps over 200 rows, which are cut into several micro-batches.
Trained train_variational(int threads, DType dtype = DType::f32) {
  const Dataset data = rows_in_unit_interval(200);
  Autoencoder model(kVariational, {6}, dtype);
  copy(fresh_weights(model.network(), dtype, 1), model.theta());
  Objective objective(of_codes(), model.network(), 5);
  Optimizer sgd({.kind = OptimizerKind::sgd, .learning_rate = 0.1}, dtype, model.theta().size());
  const Corruption none({}, 0);
  TrainingStep step(model, objective, sgd, none, 200);
  const std::vector<uint32_t> rows = shuffled(1, 1, 200);
  Trained result;
  for (int64_t k = 1; k <= 2; ++k)
    result.loss = step.run(data, {.rows = rows, .number = k, .learning_rate = 0.1, .threads = threads}).loss;
  result.theta = values_of(model.theta());
  return result;
}

TEST(BatchCodes, GiveTheSameBitsOnAnyNumberOfThreads) {
  const Trained one = train_variational(1);
  for (const int threads : {2, 3, 5}) {
    const Trained more = train_variational(threads);
    EXPECT_EQ(more.theta, one.theta);
    EXPECT_EQ(more.loss, one.loss);
  }
}

/// One micro-batch that holds the whole batch, against the several ones of a step.
TEST(BatchCodes, CoverTheWholeBatch) {
  const Dataset data = rows_in_unit_interval(200);
  const Network network(kVariational, {6});
  Objective objective(of_codes(), network, 5);
  Tensor theta = fresh_weights(network, DType::f64, 1), gradient(DType::f64, theta.shape());
  const std::vector<uint32_t> rows = shuffled(1, 1, 200);  // the batch refers to them
  double loss = 0;
  for (int step = 0; step < 2; ++step) {
    TrainingBatch batch = objective.make_batch(DType::f64, 200, false);
    load_batch(objective, {data, {}, Corruption({}, 0)}, rows, 200, {.mode = Mode::training, .seed = 5, .epoch = 1},
               batch);
    loss = objective.evaluate(theta, batch, gradient).loss;
    ops::add_scaled(-0.1, gradient, theta);
  }
  const Trained found = train_variational(3, DType::f64);
  const auto expected = values_of(theta);
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(found.theta[i], expected[i], 1e-12) << i;
  EXPECT_NEAR(found.loss, loss, 1e-12);
}

}  // namespace
}  // namespace hourglass
