#include "support/checking_backend.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>
#include <iterator>
#include <type_traits>

namespace hourglass {

namespace {

constexpr size_t kReserved = size_t{1} << 30, kAlignment = 64, kPage = 4096;

size_t rounded(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

}  // namespace

GuardedMemory::GuardedMemory()
    : start_(static_cast<std::byte*>(
          ::mmap(nullptr, kReserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))) {
  HOURGLASS_CHECK(start_ != MAP_FAILED);
}

GuardedMemory::~GuardedMemory() {
  EXPECT_TRUE(allocations_.empty()) << "a tensor outlives its memory";
  ::munmap(start_, kReserved);
}

std::byte* GuardedMemory::allocate(size_t bytes) {
  HOURGLASS_CHECK(used_ + bytes + kAlignment <= kReserved);
  std::byte* memory = start_ + used_;
  used_ += rounded(bytes, kAlignment);
  const Access access(*this);
  std::memset(memory, 0xff, bytes);
  allocations_[memory] = bytes;
  return memory;
}

bool GuardedMemory::contains(const ConstView& v) const {
  const auto after = allocations_.upper_bound(v.bytes());
  if (after == allocations_.begin()) return false;
  const auto& [memory, bytes] = *std::prev(after);
  return v.bytes() + v.size() * size_of(v.dtype()) <= memory + bytes;
}

void GuardedMemory::open() {
  ++open_;
  HOURGLASS_CHECK(::mprotect(start_, rounded(used_, kPage), PROT_READ | PROT_WRITE) == 0);
}

void GuardedMemory::close() {
  if (--open_ == 0) HOURGLASS_CHECK(::mprotect(start_, rounded(used_, kPage), PROT_NONE) == 0);
}

template <class... Parameters, class... Arguments>
void CheckingBackend::run(void (ops::Backend::*operation)(Parameters...) const, const Arguments&... arguments) const {
  const auto check = [&]<class T>(const T& argument) {
    if constexpr (std::is_convertible_v<T, ConstView>) {
      EXPECT_TRUE(!argument || memory_.contains(argument)) << "memory of another backend, or freed";
    }
  };
  (check(arguments), ...);
  ++calls_;
  const GuardedMemory::Access access(memory_);
  (computing_.*operation)(arguments...);
}

void CheckingBackend::copy(ConstView from, View to) const { run(&ops::Backend::copy, from, to); }
void CheckingBackend::fill(double value, View v) const { run(&ops::Backend::fill, value, v); }

std::byte* CheckingBackend::map(ConstView v) const {
  EXPECT_TRUE(memory_.contains(v));
  memory_.open();
  return computing_.map(v);
}

void CheckingBackend::unmap(ConstView v, std::byte* mapped, bool changed) const {
  computing_.unmap(v, mapped, changed);
  memory_.close();
}

void CheckingBackend::mark_nonzero_columns(ConstView x, std::span<uint64_t> marks) const {
  run(&ops::Backend::mark_nonzero_columns, x, marks);
}
void CheckingBackend::pack_columns(ConstView x, std::span<const ops::ColumnRange> ranges, View packed) const {
  run(&ops::Backend::pack_columns, x, ranges, packed);
}
void CheckingBackend::add_packed_columns(ConstView packed, std::span<const ops::ColumnRange> ranges, View y) const {
  run(&ops::Backend::add_packed_columns, packed, ranges, y);
}

void CheckingBackend::matmul(const MatmulShape& shape, ConstView a, ConstView b, ConstView bias, View c) const {
  run(&ops::Backend::matmul, shape, a, b, bias, c);
}
void CheckingBackend::conv2d(const ConvGeometry& g, ConstView in, ConstView weight, ConstView bias, View out) const {
  run(&ops::Backend::conv2d, g, in, weight, bias, out);
}
void CheckingBackend::conv2d_transposed(const ConvGeometry& g, ConstView out, ConstView weight, ConstView bias,
                                        View in) const {
  run(&ops::Backend::conv2d_transposed, g, out, weight, bias, in);
}
void CheckingBackend::conv2d_weight_gradient(const ConvGeometry& g, ConstView in, ConstView grad_out,
                                             View grad_weight) const {
  run(&ops::Backend::conv2d_weight_gradient, g, in, grad_out, grad_weight);
}
void CheckingBackend::max_pool2d(const ConvGeometry& g, ConstView in, View out) const {
  run(&ops::Backend::max_pool2d, g, in, out);
}
void CheckingBackend::max_pool2d_backward(const ConvGeometry& g, ConstView in, ConstView grad_out, View grad_in) const {
  run(&ops::Backend::max_pool2d_backward, g, in, grad_out, grad_in);
}
void CheckingBackend::max_pool2d_select(const ConvGeometry& g, ConstView in, ConstView v, View out) const {
  run(&ops::Backend::max_pool2d_select, g, in, v, out);
}
void CheckingBackend::upsample2d(const ConvGeometry& g, ConstView out, View in) const {
  run(&ops::Backend::upsample2d, g, out, in);
}
void CheckingBackend::sum_pool2d(const ConvGeometry& g, ConstView in, View out) const {
  run(&ops::Backend::sum_pool2d, g, in, out);
}
void CheckingBackend::interpolate2d(const ConvGeometry& g, ConstView out, View in) const {
  run(&ops::Backend::interpolate2d, g, out, in);
}
void CheckingBackend::interpolate2d_transposed(const ConvGeometry& g, ConstView in, View out) const {
  run(&ops::Backend::interpolate2d_transposed, g, in, out);
}
void CheckingBackend::swap_axes(ConstView in, int64_t a, int64_t b, View out) const {
  run(&ops::Backend::swap_axes, in, a, b, out);
}
void CheckingBackend::activate(Activation s, ConstView z, View a) const { run(&ops::Backend::activate, s, z, a); }
void CheckingBackend::activate_backward(Activation s, ConstView z, ConstView a, ConstView grad_a, View grad_z) const {
  run(&ops::Backend::activate_backward, s, z, a, grad_a, grad_z);
}
void CheckingBackend::activation_derivatives(Activation s, ConstView z, ConstView a, View first, View second) const {
  run(&ops::Backend::activation_derivatives, s, z, a, first, second);
}
void CheckingBackend::bce_with_logits(ConstView z, ConstView x, double scale, View r, View grad_z, View sum) const {
  run(&ops::Backend::bce_with_logits, z, x, scale, r, grad_z, sum);
}
void CheckingBackend::squared_error(ConstView r, ConstView x, double scale, View grad_r, View sum) const {
  run(&ops::Backend::squared_error, r, x, scale, grad_r, sum);
}
void CheckingBackend::cross_entropy(ConstView z, std::span<const int32_t> classes, double scale, View grad_z,
                                    View sum) const {
  run(&ops::Backend::cross_entropy, z, classes, scale, grad_z, sum);
}
void CheckingBackend::sum_of_absolutes(ConstView x, View sum) const { run(&ops::Backend::sum_of_absolutes, x, sum); }
void CheckingBackend::sum_of_squares(ConstView x, View sum) const { run(&ops::Backend::sum_of_squares, x, sum); }
void CheckingBackend::column_sums(ConstView x, View sums) const { run(&ops::Backend::column_sums, x, sums); }
void CheckingBackend::column_dots(ConstView a, ConstView b, View sums) const {
  run(&ops::Backend::column_dots, a, b, sums);
}
void CheckingBackend::add_column_sums(ConstView x, View y) const { run(&ops::Backend::add_column_sums, x, y); }
void CheckingBackend::add_scaled(double alpha, ConstView x, View y) const {
  run(&ops::Backend::add_scaled, alpha, x, y);
}
void CheckingBackend::add_scaled_sign(double alpha, ConstView x, View y) const {
  run(&ops::Backend::add_scaled_sign, alpha, x, y);
}
void CheckingBackend::dot(ConstView x, ConstView y, View sum) const { run(&ops::Backend::dot, x, y, sum); }
void CheckingBackend::scale(double alpha, View x) const { run(&ops::Backend::scale, alpha, x); }
void CheckingBackend::add_to_rows(std::span<const double> v, View y) const { run(&ops::Backend::add_to_rows, v, y); }
void CheckingBackend::add_scaled_product(std::span<const double> v, ConstView a, ConstView b, View y) const {
  run(&ops::Backend::add_scaled_product, v, a, b, y);
}
void CheckingBackend::affine_columns(const ColumnAffine& c, ConstView a, ConstView b, View y) const {
  run(&ops::Backend::affine_columns, c, a, b, y);
}
void CheckingBackend::scale_by_sign(ConstView z, double positive, std::span<const double> negative, ConstView x,
                                    View y) const {
  run(&ops::Backend::scale_by_sign, z, positive, negative, x, y);
}
void CheckingBackend::normalise_groups(const GroupLayout& g, double epsilon, ConstView x, View y, View inverse) const {
  run(&ops::Backend::normalise_groups, g, epsilon, x, y, inverse);
}
void CheckingBackend::project_groups(const GroupLayout& g, ConstView y, ConstView inverse, ConstView v,
                                     View out) const {
  run(&ops::Backend::project_groups, g, y, inverse, v, out);
}
void CheckingBackend::project_groups_backward(const GroupLayout& g, ConstView y, ConstView inverse, ConstView a,
                                              ConstView b, View grad) const {
  run(&ops::Backend::project_groups_backward, g, y, inverse, a, b, grad);
}
void CheckingBackend::scale_rows_by_sample(ConstView s, ConstView x, View y) const {
  run(&ops::Backend::scale_rows_by_sample, s, x, y);
}
void CheckingBackend::add_products_by_sample(ConstView s, ConstView a, ConstView b, View y) const {
  run(&ops::Backend::add_products_by_sample, s, a, b, y);
}
void CheckingBackend::gaussian_sample(ConstView in, ConstView noise, View out) const {
  run(&ops::Backend::gaussian_sample, in, noise, out);
}
void CheckingBackend::gaussian_backward(ConstView in, ConstView out, ConstView grad_out, View grad_in) const {
  run(&ops::Backend::gaussian_backward, in, out, grad_out, grad_in);
}
void CheckingBackend::gaussian_kl(ConstView in, View sums) const { run(&ops::Backend::gaussian_kl, in, sums); }
void CheckingBackend::add_gaussian_kl_gradient(std::span<const double> factors, ConstView in, View grad) const {
  run(&ops::Backend::add_gaussian_kl_gradient, factors, in, grad);
}
void CheckingBackend::imq_kernel(std::span<const double> c, ConstView x, ConstView y, double alpha, View grad_x,
                                 View sum) const {
  run(&ops::Backend::imq_kernel, c, x, y, alpha, grad_x, sum);
}
void CheckingBackend::divide_bytes(const uint8_t* x, double divisor, View y) const {
  run(&ops::Backend::divide_bytes, x, divisor, y);
}
void CheckingBackend::sum_micro_batches(ConstView parts, int64_t first, View total) const {
  run(&ops::Backend::sum_micro_batches, parts, first, total);
}
void CheckingBackend::adam(const AdamStep& s, ConstView gradient, View w, View m, View v) const {
  run(&ops::Backend::adam, s, gradient, w, m, v);
}
void CheckingBackend::sgd(const SgdStep& s, ConstView gradient, View w, View b) const {
  run(&ops::Backend::sgd, s, gradient, w, b);
}
void CheckingBackend::rmsprop(const RmspropStep& s, ConstView gradient, View w, View v, View b) const {
  run(&ops::Backend::rmsprop, s, gradient, w, v, b);
}

CheckedDevice::CheckedDevice()
    : host_f32_(ops::backend(Device::host, DType::f32)),
      host_f64_(ops::backend(Device::host, DType::f64)),
      f32_(host_f32_, memory_),
      f64_(host_f64_, memory_) {
  ops::set_backend(Device::host, DType::f32, f32_);
  ops::set_backend(Device::host, DType::f64, f64_);
}

CheckedDevice::~CheckedDevice() {
  ops::set_backend(Device::host, DType::f32, host_f32_);
  ops::set_backend(Device::host, DType::f64, host_f64_);
}

}  // namespace hourglass
