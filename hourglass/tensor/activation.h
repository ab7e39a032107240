#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hourglass {

/// An s(z) and what the rest of the program must know about it. All are element-wise but topk, which looks at a whole
/// row: its k largest z pass unchanged, the others become 0; of equals the earlier ones win (Makhzani and Frey,
/// "k-sparse autoencoders", 2013).
struct Activation {
  enum class Kind { identity, sigmoid, tanh, relu, leaky_relu, elu, softplus, gelu, topk };
  Kind kind = Kind::identity;
  double parameter = 0.0;  ///< leaky_relu: slope for z < 0; elu: alpha; topk: k

  /// s(z) always lies in [0, 1].
  bool is_unit_interval() const { return kind == Kind::sigmoid; }
  friend bool operator==(const Activation&, const Activation&) = default;
};

/// "sigmoid", …
std::string_view activation_name(Activation::Kind kind);
/// The activation of that name with its customary parameter (leaky_relu 0.01, elu 1).
std::optional<Activation> find_activation(std::string_view name);

}  // namespace hourglass
