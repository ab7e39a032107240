#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hourglass {

/// An activation function s(z). All are element-wise except topk, which keeps the k largest elements of a row and sets
/// the others to 0; of equal elements the earlier ones count as larger (Makhzani and Frey, "k-sparse autoencoders",
/// 2013).
struct Activation {
  enum class Kind { identity, sigmoid, tanh, relu, leaky_relu, elu, softplus, gelu, topk };
  Kind kind = Kind::identity;
  double parameter = 0.0;  ///< leaky_relu: slope for z < 0; elu: alpha; topk: k

  /// Whether s(z) is in [0, 1] for every z.
  bool is_unit_interval() const { return kind == Kind::sigmoid; }
  friend bool operator==(const Activation&, const Activation&) = default;
};

/// "sigmoid", "tanh", …
std::string_view activation_name(Activation::Kind kind);
/// The activation of that name with its default parameter (leaky_relu 0.01, elu 1, topk 1).
std::optional<Activation> find_activation(std::string_view name);

}  // namespace hourglass
