#include "hourglass/eval/pca_init.h"

#include <algorithm>
#include <cmath>

#include "hourglass/eval/linear_algebra.h"
#include "hourglass/eval/pca.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

namespace {

/// y = matrix · x + offset
struct Affine {
  Matrix matrix;
  Vector offset;
};

[[noreturn]] void refuse(std::string_view reason) {
  fail("[model] init = \"pca\": {}; use \"pytorch\", or another init", reason);
}

bool is_dense(const LayerConfig& layer) { return layer.kind == "dense"; }

bool passes_pairs_on(const LayerConfig& layer) {
  return layer.kind == "relu" || layer.kind == "gelu" || layer.kind == "softplus";
}

void check_layers(const std::vector<LayerConfig>& layers, std::string_view side) {
  const bool fits = layers.size() == 1 ? is_dense(layers[0])
                                       : layers.size() == 3 && is_dense(layers[0]) && passes_pairs_on(layers[1]) &&
                                             is_dense(layers[2]);
  if (!fits)
    refuse(fmt::format("the {} should be a dense layer, or two with relu, gelu or softplus between them", side));
}

View parameter(Autoencoder& model, const std::string& name) {
  const auto all = model.network().parameters();
  const auto found = std::ranges::find(all, name, &Parameter::name);
  HOURGLASS_CHECK(found != all.end());
  return found->in(model.theta());
}

void assign(Autoencoder& model, const std::string& layer, const Affine& values) {
  visit_floats(parameter(model, layer + ".weight"), [&]<class T>(std::span<T> weight) {
    Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
        weight.data(), values.matrix.rows(), values.matrix.cols()) = values.matrix.cast<T>();
  });
  visit_floats(parameter(model, layer + ".bias"), [&]<class T>(std::span<T> bias) {
    Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, 1>>(bias.data(), values.offset.size()) = values.offset.cast<T>();
  });
}

/// Makes the layers of one side compute outer(inner(x)).
void assign_composition(Autoencoder& model, const std::string& side, size_t layers, const Affine& inner,
                        const Affine& outer) {
  const auto units = inner.matrix.rows();
  if (layers == 1)
    return assign(model, side + ".0", {outer.matrix * inner.matrix, outer.matrix * inner.offset + outer.offset});
  Affine first{matrix_of(parameter(model, side + ".0.weight")), {}};
  first.offset = matrix_of(parameter(model, side + ".0.bias")).col(0);
  const auto hidden = first.matrix.rows();
  if (hidden < 2 * units)
    refuse(fmt::format("the {} has {} hidden units, expected at least {}, two per unit of the code", side, hidden,
                       2 * units));
  first.matrix.topRows(units) = inner.matrix;
  first.matrix.middleRows(units, units) = -inner.matrix;
  first.offset.head(units) = inner.offset;
  first.offset.segment(units, units) = -inner.offset;
  Affine second{Matrix::Zero(outer.matrix.rows(), hidden), outer.offset};
  second.matrix.leftCols(units) = outer.matrix;
  second.matrix.middleCols(units, units) = -outer.matrix;
  assign(model, side + ".0", first);
  assign(model, side + ".2", second);
}

}  // namespace

void initialise_by_pca(const Dataset& rows, int threads, Autoencoder& model) {
  const ModelConfig& config = model.network().config();
  const int64_t code = model.network().code().output().size(), features = model.network().input().size();
  check_layers(config.encoder, "encoder");
  check_layers(config.decoder, "decoder");
  if (config.tied) refuse("the weights are tied");
  if (code > features) refuse(fmt::format("the code has {} units for {} features", code, features));
  const PrincipalComponents p = principal_components(rows, model.scaler, threads);
  const Matrix directions = matrix_of(p.directions.view().slice(0, code));
  const Vector mean = Eigen::Map<const Vector>(p.mean.data(), features);
  // Hidden units of the decoder get inputs of variance 1; a component without variance stays as it is.
  Vector deviations(code);
  for (int64_t k = 0; k < code; ++k) {
    const double variance = p.variances[static_cast<size_t>(k)];
    deviations[k] = variance > 1e-12 * p.variances[0] ? std::sqrt(variance) : 1;
  }
  assign_composition(model, "encoder", config.encoder.size(), {directions, -directions * mean},
                     {Matrix::Identity(code, code), Vector::Zero(code)});
  assign_composition(model, "decoder", config.decoder.size(),
                     {Matrix(deviations.cwiseInverse().asDiagonal()), Vector::Zero(code)},
                     {directions.transpose() * deviations.asDiagonal(), mean});
}

}  // namespace hourglass
