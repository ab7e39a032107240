#include <array>
#include <string_view>

#include "hourglass/nn/config.h"
#include "hourglass/nn/layers.h"

namespace hourglass {

namespace {

struct Row {
  std::string_view kind;
  std::unique_ptr<Layer> (*make)(const LayerContext&);
};

/// Every layer that is not an element-wise activation. A new one is one row.
constexpr std::array kTable = {
    Row{"dense", make_dense},
    Row{"conv2d", make_conv},
    Row{"conv1d", make_conv},
    Row{"conv_transpose2d", make_conv_transpose},
    Row{"conv_transpose1d", make_conv_transpose},
    Row{"max_pool2d", make_max_pool},
    Row{"max_pool1d", make_max_pool},
    Row{"avg_pool2d", make_avg_pool},
    Row{"avg_pool1d", make_avg_pool},
    Row{"upsample2d", make_upsample},
    Row{"upsample1d", make_upsample},
    Row{"topk", make_topk},
    Row{"reshape", make_reshape},
    Row{"series", make_series},
    Row{"steps", make_steps},
    Row{"gaussian", make_gaussian},
    Row{"batch_norm", make_batch_norm},
    Row{"layer_norm", make_layer_norm},
    Row{"group_norm", make_group_norm},
    Row{"dropout", make_dropout},
    Row{"prelu", make_prelu},
};

}  // namespace

std::unique_ptr<Layer> make_layer(const LayerContext& context) {
  for (const Row& row : kTable)
    if (row.kind == context.config.kind) return row.make(context);
  if (auto activation = find_activation(context.config.kind)) {
    const double own = std::get<ActivationConfig>(context.config.options).parameter;
    if (own != 0.0) activation->parameter = own;
    return make_activation(context, *activation);
  }
  fail("{}: unknown layer \"{}\"", context.name, context.config.kind);
}

}  // namespace hourglass
