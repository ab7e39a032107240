#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hourglass {

/// One entry of a recipe's layer list. `kind` is the key ("dense", "conv2d", "leaky_relu", "relu", …).
struct LayerConfig {
  std::string kind;
  int64_t size = 0;        ///< units (dense), output channels (convolutions), window (max_pool2d)
  int64_t kernel = 0;      ///< convolutions: square kernel
  int64_t stride = 0;      ///< convolutions: 1 unless given; max_pool2d: the window unless given. 0 = not given
  int64_t padding = 0;     ///< convolutions and pooling
  double parameter = 0.0;  ///< leaky_relu: slope (0.01), elu: alpha (1.0)
};

/// How weights start. pytorch: weights and biases U(±1/√fan_in). xavier: U(±√(6/(fan_in+fan_out))).
/// he: N(0, 2/fan_in). normal: N(0, std²). All but pytorch start biases at zero.
struct InitConfig {
  std::string kind = "pytorch";
  double std = 0.0;  ///< normal only
};

/// [model]
struct ModelConfig {
  std::vector<LayerConfig> encoder;
  std::vector<LayerConfig> decoder;
  bool tied = false;
  InitConfig init;
};

}  // namespace hourglass
