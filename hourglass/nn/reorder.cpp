#include "hourglass/nn/layer.h"

namespace hourglass {

namespace {

class Reorder final : public LinearLayer {
 public:
  Reorder(Shape image, bool channels_first) : LinearLayer(image), channels_first_(channels_first) {}

  bool only_reorders() const override { return true; }
  void forward(const PassContext&, ConstView, const InputRows& in, View out) const override {
    swap(in, out, channels_first_);
  }
  void jvp(ConstView, const Linearization&, ConstView v, View out) const override { swap(v, out, channels_first_); }
  void vjp(ConstView, const Linearization&, ConstView u, View out) const override { swap(u, out, !channels_first_); }

 private:
  void swap(ConstView in, View out, bool channels_first) const {
    const int64_t channels = output()[0], pixels = positions(output());
    channels_first ? ops::swap_axes(in, pixels, channels, out) : ops::swap_axes(in, channels, pixels, out);
  }

  bool channels_first_;
};

}  // namespace

std::unique_ptr<Layer> make_reorder(Shape image, bool channels_first) {
  return std::make_unique<Reorder>(image, channels_first);
}

}  // namespace hourglass
