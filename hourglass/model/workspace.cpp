#include "hourglass/model/workspace.h"

#include "hourglass/tensor/copy.h"

namespace hourglass {

Workspace::Workspace(const Network& network, DType dtype, int64_t capacity)
    : activations_(network.activations(dtype, capacity)), samples_(dtype, network.input().batch(capacity)) {
  if (network.layer(0).skips_dead_columns()) packer_.emplace(dtype, capacity, network.input().size());
}

ConstView Workspace::forward(const Network& network, ConstView theta, ConstView samples, int end) {
  network.forward(theta, packer_ ? (*packer_)(samples) : InputRows(samples), activations_, 0, end);
  return network.value(activations_, end - 1, samples.rows());
}

ConstView Workspace::decode(const Network& network, ConstView theta, ConstView codes) {
  const Shape& code = network.code().output();
  const int64_t rows = codes.rows();
  const View inside = network.value(activations_, network.code_end() - 1, rows);
  if (is_layered(code))
    ops::swap_axes(codes.reshaped(code.batch(rows)), code[0], code[1] * code[2], inside);
  else
    copy(codes, inside);
  network.forward(theta, inside, activations_, network.code_end(), network.layers());
  return network.value(activations_, network.layers() - 1, rows);
}

void copy_codes(const Network& network, ConstView inside, View codes) {
  const Shape& code = network.code().output();
  if (is_layered(code))
    ops::swap_axes(inside, code[1] * code[2], code[0], codes);
  else
    copy(inside, codes);
}

}  // namespace hourglass
