#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hourglass/base/enum_names.h"
#include "hourglass/base/schema/fields.h"

namespace hourglass {

/// Loss between input and reconstruction, mean over rows and elements; cross_entropy is the loss of a classifier, mean
/// over rows.
enum class Reconstruction { bce, mse, cross_entropy };
template <>
inline const std::vector<std::string> kNames<Reconstruction> = {"bce", "mse", "cross_entropy"};

/// Layers of a sparsity penalty: the code, or every activation layer of encoder and decoder.
enum class PenalizedLayers { code, hidden };
template <>
inline const std::vector<std::string> kNames<PenalizedLayers> = {"code", "hidden"};

/// Reduction over units or elements; over the batch it is always the mean.
enum class UnitReduction { sum, mean };
template <>
inline const std::vector<std::string> kNames<UnitReduction> = {"sum", "mean"};

struct SparseL1Config {
  double weight = 0.0;
  PenalizedLayers on = PenalizedLayers::code;
  UnitReduction reduction = UnitReduction::sum;

  bool operator==(const SparseL1Config&) const = default;
};

struct SparseKlConfig {
  double weight = 0.0;
  double target = 0.05;  ///< ρ, in (0, 1)
  PenalizedLayers on = PenalizedLayers::code;
  UnitReduction reduction = UnitReduction::sum;

  bool operator==(const SparseKlConfig&) const = default;
};

/// Contractive penalty: mean over the batch of ‖∂h/∂x‖²_F.
struct ContractiveConfig {
  double weight = 0.0;
  std::string estimator = "exact";  ///< "exact"; not given when probes > 0
  int64_t probes = 0;               ///< Hutchinson probe vectors per sample; 0 = exact
  bool force = false;               ///< exact even if it costs many times a plain step

  bool operator==(const ContractiveConfig&) const = default;
};

/// Hessian penalty: mean over the batch and over noise vectors ε ~ N(0, std²) of ‖J(x) − J(x+ε)‖²_F, J = ∂h/∂x.
struct HessianConfig {
  double weight = 0.0;
  double std = 0.1;
  int64_t samples = 1;              ///< noise vectors per row
  std::string estimator = "exact";  ///< "exact"; not given when probes > 0
  int64_t probes = 0;               ///< Hutchinson probe vectors per row and noise vector; 0 = exact
  bool force = false;               ///< exact even if it costs many times a plain step

  bool operator==(const HessianConfig&) const = default;
};

/// Kullback–Leibler divergence of a gaussian code from the prior N(0, I); GaussianKl has the formulas.
struct GaussianKlConfig {
  double weight = 0.0;
  int64_t warmup_steps = 0;  ///< steps over which the weight, or the capacity, rises from 0
  double free_bits = 0.0;    ///< λ, in nats per unit; 0 = none
  double capacity = 0.0;     ///< C, in nats; 0 = none

  bool operator==(const GaussianKlConfig&) const = default;
};

/// Maximum mean discrepancy between the codes of a batch and the prior N(0, I); Mmd has the formulas.
struct MmdConfig {
  double weight = 0.0;
  std::string kernel = "imq";
  std::vector<double> scales = {0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0};

  bool operator==(const MmdConfig&) const = default;
};

/// Weight decay: Σ W² over weight tensors, without biases.
struct WeightDecayConfig {
  double weight = 0.0;

  bool operator==(const WeightDecayConfig&) const = default;
};

/// [objective]
struct ObjectiveConfig {
  /// Default: bce if the decoder ends in a sigmoid, else mse. cross_entropy is not available in recipes; it is for
  /// networks whose outputs are scores of classes.
  std::optional<Reconstruction> reconstruction;
  std::optional<UnitReduction>
      reduction;      ///< of the reconstruction over elements; over rows it is the mean. Default: mean
  double trim = 0.0;  ///< fraction of rows, those with the largest loss, left out of the reconstruction
  std::optional<ContractiveConfig> contractive;
  std::optional<HessianConfig> hessian;
  std::optional<GaussianKlConfig> gaussian_kl;
  std::optional<MmdConfig> mmd;
  std::optional<SparseKlConfig> sparse_kl;
  std::optional<SparseL1Config> sparse_l1;
  std::optional<WeightDecayConfig> weight_decay;

  bool operator==(const ObjectiveConfig&) const = default;
};

/// [corruption]: at most one kind. The target stays the clean input.
struct CorruptionConfig {
  double gaussian = 0.0;     ///< standard deviation of added noise, ≥ 0, not clipped
  double masking = 0.0;      ///< fraction of features set to 0, in [0, 1)
  double salt_pepper = 0.0;  ///< fraction of features set to 0 or 1, evenly, in [0, 1)

  bool operator==(const CorruptionConfig&) const = default;
};

/// Directions in which images are mirrored.
enum class Flip { none, horizontal, vertical, both };
template <>
inline const std::vector<std::string> kNames<Flip> = {"none", "horizontal", "vertical", "both"};

/// [augmentation]: random changes to training images; augmentation.h has the formulas.
struct AugmentationConfig {
  Flip flip = Flip::none;
  int64_t crop = 0;     ///< largest shift, in pixels
  double resize = 1.0;  ///< sides of the smallest part that is cut out, as a fraction of the image's

  bool operator==(const AugmentationConfig&) const = default;
};

namespace detail {

void weight_field(auto& v, double& weight) {
  v.needs("weight");
  v.field("weight", weight, at_least(0), "factor in the loss");
}

void sparse_fields(auto& v, auto& c) {
  v.field("on", c.on, OneOf{kNames<PenalizedLayers>}, "the code, or every activation of encoder and decoder");
  v.field("reduction", c.reduction, OneOf{kNames<UnitReduction>}, "over units; always the mean over the batch");
}

void jacobian_fields(auto& v, auto& c) {
  v.field_if_given("probes", c.probes, between(0, 1 << 20), "Hutchinson probe vectors per sample; 0 = exact");
  if (c.probes == 0)
    v.field("estimator", c.estimator, OneOf{{"exact"}}, "computes the whole Jacobian; not together with probes");
  else
    v.excludes("estimator", "probes");
  v.field("force", c.force, Anything{}, "exact even if it costs many times a plain step");
}

}  // namespace detail

void fields(auto& v, SparseL1Config& c) {
  detail::weight_field(v, c.weight);
  detail::sparse_fields(v, c);
}

void fields(auto& v, SparseKlConfig& c) {
  detail::weight_field(v, c.weight);
  v.field("target", c.target, inside(0, 1), "ρ, the target of the mean activation");
  detail::sparse_fields(v, c);
}

void fields(auto& v, ContractiveConfig& c) {
  detail::weight_field(v, c.weight);
  detail::jacobian_fields(v, c);
}

void fields(auto& v, HessianConfig& c) {
  detail::weight_field(v, c.weight);
  v.field("std", c.std, above(0), "standard deviation of the noise");
  v.field("samples", c.samples, between(1, 1024), "noise vectors per sample");
  detail::jacobian_fields(v, c);
}

void fields(auto& v, GaussianKlConfig& c) {
  detail::weight_field(v, c.weight);
  v.field_if_given("warmup_steps", c.warmup_steps, between(1, 1e12),
                   "steps over which the weight, or the capacity if there is one, rises linearly from 0");
  v.field_if_given("free_bits", c.free_bits, above(0), "nats per unit up to which the divergence costs the same");
  v.field_if_given("capacity", c.capacity, above(0), "nats: the penalty is the distance of the divergence from them");
  v.check(c.free_bits == 0 || c.capacity == 0, "expected free_bits or capacity, found both");
}

void fields(auto& v, MmdConfig& c) {
  detail::weight_field(v, c.weight);
  v.field("kernel", c.kernel, OneOf{{"imq"}}, "inverse multiquadratic");
  v.field("scales", c.scales, above(0), "widths of the kernels that are summed, in units of 2 · units of the code");
  v.check(!c.scales.empty(), "scales: expected at least one");
}

void fields(auto& v, WeightDecayConfig& c) { detail::weight_field(v, c.weight); }

void fields(auto& v, ObjectiveConfig& c) {
  v.field_if_given("reconstruction", c.reconstruction, OneOf{{"bce", "mse"}},
                   "default: bce if the decoder ends in a sigmoid, else mse");
  v.field_if_given("reduction", c.reduction, OneOf{kNames<UnitReduction>},
                   "of the reconstruction loss over features, default mean; always the mean over samples");
  v.field_if_given("trim", c.trim, between(0, 0.5),
                   "fraction of rows, those with the largest loss, left out of the reconstruction");
  v.table("contractive", c.contractive, "squared Frobenius norm of the encoder's Jacobian");
  v.table("hessian", c.hessian, "change of the Jacobian under noise on the input");
  v.table("gaussian_kl", c.gaussian_kl, "Kullback–Leibler divergence of a gaussian code from N(0, I)");
  v.table("mmd", c.mmd, "maximum mean discrepancy between the codes of a batch and N(0, I)");
  v.table("sparse_kl", c.sparse_kl, "Kullback–Leibler divergence of mean activations from a target");
  v.table("sparse_l1", c.sparse_l1, "sum of absolute activations");
  v.table("weight_decay", c.weight_decay, "sum of squared weights, without biases");
}

void fields(auto& v, AugmentationConfig& c) {
  v.field("flip", c.flip, OneOf{kNames<Flip>},
          "training images are mirrored with probability 1/2: left to right (horizontal), top to bottom, or each");
  v.field("crop", c.crop, between(0, 1 << 14),
          "training images are shifted by up to so many pixels along each side; the outermost pixels are repeated");
  v.field("resize", c.resize, Range{0, 1, true, false},
          "training images are parts of an image, enlarged to its size; the smallest side of a part, as a fraction of "
          "the image's");
}

void fields(auto& v, CorruptionConfig& c) {
  v.field("gaussian", c.gaussian, at_least(0), "standard deviation of added noise, not clipped");
  v.field("masking", c.masking, fraction(), "fraction of features set to 0");
  v.field("salt_pepper", c.salt_pepper, fraction(), "fraction of features set to 0 or 1, evenly");
  v.check((c.gaussian > 0) + (c.masking > 0) + (c.salt_pepper > 0) <= 1,
          "expected at most one of gaussian, masking and salt_pepper above 0");
}

}  // namespace hourglass
