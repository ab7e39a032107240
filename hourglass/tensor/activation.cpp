#include "hourglass/tensor/activation.h"

#include <array>

namespace hourglass {

namespace {

struct Row {
  std::string_view name;
  Activation activation;
};
using Kind = Activation::Kind;
constexpr std::array kTable = {
    Row{"identity", {Kind::identity, 0}},
    Row{"sigmoid", {Kind::sigmoid, 0}},
    Row{"tanh", {Kind::tanh, 0}},
    Row{"relu", {Kind::relu, 0}},
    Row{"leaky_relu", {Kind::leaky_relu, 0.01}},
    Row{"elu", {Kind::elu, 1.0}},
    Row{"softplus", {Kind::softplus, 0}},
    Row{"gelu", {Kind::gelu, 0}},
    Row{"topk", {Kind::topk, 1}},
};

}  // namespace

std::string_view activation_name(Kind kind) {
  for (const Row& row : kTable)
    if (row.activation.kind == kind) return row.name;
  return "unknown";
}

std::optional<Activation> find_activation(std::string_view name) {
  for (const Row& row : kTable)
    if (row.name == name) return row.activation;
  return std::nullopt;
}

}  // namespace hourglass
