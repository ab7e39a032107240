#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/base/enum_names.h"

namespace hourglass {

/// An activation function s(z). All are element-wise except topk, which keeps the k largest elements of a row and sets
/// the others to 0; of equal elements the earlier ones count as larger (Makhzani and Frey, "k-sparse autoencoders",
/// 2013). s(NaN) is NaN, and so are s' and s'' there.
struct Activation {
  enum class Kind { identity, sigmoid, tanh, relu, leaky_relu, elu, softplus, gelu, topk, silu };
  Kind kind = Kind::identity;
  double parameter = 0.0;  ///< leaky_relu: slope for z < 0; elu: alpha; topk: k

  /// Whether s(z) is in [0, 1] for every z.
  bool is_unit_interval() const { return kind == Kind::sigmoid; }
  friend bool operator==(const Activation&, const Activation&) = default;
};

template <>
inline const std::vector<std::string> kNames<Activation::Kind> = {"identity", "sigmoid",  "tanh", "relu", "leaky_relu",
                                                                  "elu",      "softplus", "gelu", "topk", "silu"};

/// The activation of that name with its default parameter (leaky_relu 0.01, elu 1, topk 1).
inline std::optional<Activation> find_activation(std::string_view name) {
  using Kind = Activation::Kind;
  const auto kind = find_named<Kind>(name);
  if (!kind) return std::nullopt;
  const double parameter = *kind == Kind::leaky_relu ? 0.01 : *kind == Kind::elu || *kind == Kind::topk ? 1.0 : 0.0;
  return Activation{*kind, parameter};
}

}  // namespace hourglass
