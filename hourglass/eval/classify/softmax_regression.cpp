#include "hourglass/eval/classify/softmax_regression.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "hourglass/base/free_list.h"
#include "hourglass/base/parallel.h"
#include "hourglass/data/dataset.h"
#include "hourglass/tensor/copy.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

namespace {

constexpr int64_t kChunkRows = 2048;

int64_t chunks_of(int64_t rows) { return (rows + kChunkRows - 1) / kChunkRows; }

/// Calls use(chunk, first row, logits (rows, classes)) for every chunk of rows.
template <class Use>
void for_each_chunk(const LabelledCodes& codes, std::span<const double> parameters, int threads, Use use) {
  const ConstView all = codes.flat();
  const int64_t units = codes.units(), size = std::ssize(parameters), classes = size / (units + 1);
  Tensor doubles(DType::f64, {size});
  std::ranges::copy(parameters, doubles.as<double>());
  const Tensor weights = doubles.cast(all.dtype());
  const ConstView w = weights.view().part(0, {classes, units}), b = weights.view().part(w.size(), {classes});
  FreeList<Tensor> free;
  const auto make = [&] { return std::make_unique<Tensor>(all.dtype(), Shape{kChunkRows, classes}); };
  auto task = [&](int64_t chunk) {
    const int64_t first = chunk * kChunkRows, count = std::min(kChunkRows, codes.rows() - first);
    free.with(make, [&](Tensor& space) {
      const View logits = space.view().slice(0, count);
      ops::matmul(all.slice(first, count), ops::Transpose::no, w, ops::Transpose::yes, logits, ops::Write::assign, b);
      use(chunk, first, logits);
    });
  };
  parallel_for(chunks_of(codes.rows()), threads, task);
}

/// The mean loss of labelled codes and its gradient, as a function of the parameters.
class Loss {
 public:
  Loss(const LabelledCodes& codes, std::span<const int32_t> labels, double decay, int threads)
      : codes_(codes), classes_(static_cast<int64_t>(labels.size())), decay_(decay), threads_(threads) {
    for (const int32_t label : codes.labels) {
      const auto place = std::ranges::lower_bound(labels, label);
      HOURGLASS_CHECK(place != labels.end() && *place == label);
      targets_.push_back(static_cast<int32_t>(place - labels.begin()));
    }
    gradients_ = Tensor(codes.codes.dtype(), {chunks_of(codes.rows()), size()});
    losses_.resize(gradients_.rows());
  }

  int64_t size() const { return classes_ * (codes_.units() + 1); }

  double operator()(std::span<const double> parameters, std::span<double> gradient) {
    for_each_chunk(codes_, parameters, threads_, [&](int64_t chunk, int64_t first, View logits) {
      const auto targets = std::span(targets_).subspan(first, logits.rows());
      losses_[chunk] = ops::cross_entropy(logits, targets, 1, logits);
      const View g = gradients_.view().slice(chunk, 1), dw = g.part(0, {classes_, codes_.units()});
      const ConstView h = codes_.flat().slice(first, logits.rows());
      ops::matmul(logits, ops::Transpose::yes, h, ops::Transpose::no, dw);
      const View db = g.part(dw.size(), {classes_});
      clear(db);
      ops::add_column_sums(logits, db);
    });
    return total(parameters, gradient);
  }

 private:
  double total(std::span<const double> parameters, std::span<double> gradient) const {
    ops::column_sums(gradients_, gradient);
    const auto rows = static_cast<double>(codes_.rows());
    double squares = 0;
    for (double& g : gradient) g /= rows;
    for (int64_t i = 0; i < classes_ * codes_.units(); ++i) {
      squares += parameters[i] * parameters[i];
      gradient[i] += decay_ * parameters[i];
    }
    return std::accumulate(losses_.begin(), losses_.end(), 0.0) / rows + decay_ / 2 * squares;
  }

  const LabelledCodes& codes_;
  int64_t classes_;
  double decay_;
  int threads_;
  std::vector<int32_t> targets_;  ///< per row, its class
  Tensor gradients_;              ///< per chunk
  std::vector<double> losses_;
};

/// Cholesky preconditioner from a bound on the Hessian. Where all classes are equally probable, the second derivative
/// is at most moments / classes + decay in the weights of a class (Böhning, "Multinomial logistic regression
/// algorithm", Annals of the Institute of Statistical Mathematics 1992) and 1 / classes in its bias.
class Preconditioner {
 public:
  Preconditioner(ConstView moments, int64_t classes, double decay) : classes_(classes) {
    const int64_t units = moments.rows();
    Matrix bound = ConstMap(moments.as<double>(), units, units);
    // Products in float have rounding errors, which matter in directions along which the codes hardly vary.
    const double noise = 1e-3 * bound.trace() / static_cast<double>(units);
    bound /= static_cast<double>(classes);
    bound.diagonal().array() += decay + noise;
    root_.compute(bound);
  }

  void to_preconditioned(std::span<double> parameters) const {
    Map w = weights(parameters);
    w = root_.matrixU() * w.eval();
    scale_biases(parameters, 1 / std::sqrt(classes_));
  }
  void from_preconditioned(std::span<double> parameters) const {
    Map w = weights(parameters);
    root_.matrixU().solveInPlace(w);
    scale_biases(parameters, std::sqrt(classes_));
  }
  void gradient_to_preconditioned(std::span<double> gradient) const {
    Map g = weights(gradient);
    root_.matrixL().solveInPlace(g);
    scale_biases(gradient, std::sqrt(classes_));
  }

 private:
  using Matrix = Eigen::MatrixXd;
  using Map = Eigen::Map<Matrix>;
  using ConstMap = Eigen::Map<const Matrix>;

  /// One column per class.
  Map weights(std::span<double> parameters) const { return {parameters.data(), root_.rows(), classes_}; }
  void scale_biases(std::span<double> parameters, double by) const {
    for (double& b : parameters.last(classes_)) b *= by;
  }

  int64_t classes_;
  Eigen::LLT<Matrix> root_;
};

}  // namespace

SoftmaxRegression fit_softmax_regression(const LabelledCodes& codes, ConstView moments, double decay, int threads,
                                         const MinimiserOptions& options, const SoftmaxRegression& start) {
  SoftmaxRegression model{distinct(codes.labels), start.parameters};
  Loss loss(codes, model.labels, decay, threads);
  if (model.labels != start.labels) model.parameters.assign(loss.size(), 0);
  const Preconditioner preconditioner(moments, model.classes(), decay);
  std::vector<double> parameters;
  const auto value = [&](std::span<const double> at, std::span<double> gradient) {
    parameters.assign(at.begin(), at.end());
    preconditioner.from_preconditioned(parameters);
    const double v = loss(parameters, gradient);
    preconditioner.gradient_to_preconditioned(gradient);
    return v;
  };
  preconditioner.to_preconditioned(model.parameters);
  minimise(value, model.parameters, options);
  preconditioner.from_preconditioned(model.parameters);
  return model;
}

double softmax_regression_loss(const SoftmaxRegression& model, const LabelledCodes& codes, double decay, int threads) {
  std::vector<double> gradient(model.parameters.size());
  return Loss(codes, model.labels, decay, threads)(model.parameters, gradient);
}

double classification_error(const SoftmaxRegression& model, const LabelledCodes& codes, int threads) {
  std::vector<int64_t> wrong(chunks_of(codes.rows()));
  for_each_chunk(codes, model.parameters, threads, [&](int64_t chunk, int64_t first, View logits) {
    visit_floats(logits, [&](auto all) {
      const auto* row = all.data();
      for (int64_t i = 0; i < logits.rows(); ++i, row += model.classes()) {
        const auto best = std::max_element(row, row + model.classes()) - row;
        wrong[chunk] += model.labels[best] != codes.labels[first + i];
      }
    });
  });
  return static_cast<double>(std::accumulate(wrong.begin(), wrong.end(), int64_t{0})) /
         static_cast<double>(codes.rows());
}

}  // namespace hourglass
