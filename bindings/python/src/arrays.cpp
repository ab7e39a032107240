#include "arrays.h"

#include <limits>
#include <string_view>

#include "hourglass/tensor/visit.h"

namespace hourglass::python {

namespace {

/// Throws what the object raises while NumPy converts it.
py::array numpy_array(const py::object& object, const std::string& name) {
  refuse_masked(object, name);
  return py::array(object);
}

/// Returns the array itself if it is aligned, row-major and of this type, else a converted copy.
template <class T>
auto row_major(const py::array& array) {
  if (std::string_view("biuf").find(array.dtype().kind()) == std::string_view::npos)
    fail("expected an array of numbers, found dtype {}", std::string(py::str(array.dtype())));
  return py::array_t<T, py::array::c_style | py::array::forcecast | py::detail::npy_api::NPY_ARRAY_ALIGNED_>(array);
}

Shape shape_of(const py::array& array, const std::string& name) {
  if (array.ndim() < 2 || array.ndim() > 4)
    fail("{}: an array of {} axes, expected (rows, features), (rows, height, width) or (rows, channels, height, width)",
         name, array.ndim());
  Shape shape;
  for (py::ssize_t axis = 0; axis < array.ndim(); ++axis) {
    if (array.shape(axis) < 1) fail("{}: axis {} is empty", name, axis);
    shape.push_back(array.shape(axis));
  }
  if (shape[0] > std::numeric_limits<uint32_t>::max())
    fail("{}: {} rows, at most {} can be used", name, shape[0], std::numeric_limits<uint32_t>::max());
  return shape;
}

}  // namespace

void refuse_masked(const py::object& object, const std::string& name) {
  if (py::isinstance(object, py::module_::import("numpy.ma").attr("MaskedArray")))
    fail("{}: a masked array, whose mask would be lost; fill it, as with filled(numpy.nan) for missing values", name);
}

Rows rows_of(const py::object& rows, const std::string& name, bool nan_is_missing) {
  const py::array array = numpy_array(rows, name);
  const Shape shape = shape_of(array, name);
  const auto count = static_cast<size_t>(shape.size());
  if (py::isinstance<py::array_t<uint8_t>>(array)) {
    const auto bytes = row_major<uint8_t>(array);
    return {bytes, {name, sample_of(shape), std::span(bytes.data(), count), {}}};
  }
  const auto floats = row_major<float>(array);
  const float* x = floats.data();
  for (int64_t i = 0; i < shape.size(); ++i)
    if (!is_usable(x[i], nan_is_missing)) refuse_number(name, i, shape.size() / shape[0], x[i]);
  return {floats, {name, sample_of(shape), std::span(floats.data(), count), {}}};
}

Codes codes_of(const py::object& codes) {
  const py::array array = numpy_array(codes, "codes");
  const Shape shape = shape_of(array, "codes");
  const auto floats = row_major<float>(array);
  return {floats, {reinterpret_cast<const std::byte*>(floats.data()), DType::f32, shape}};
}

py::array array_of(Tensor tensor) {
  const std::vector<py::ssize_t> shape(tensor.shape().begin(), tensor.shape().end());
  auto* owner = new Tensor(std::move(tensor));
  const py::capsule keeper(owner, [](void* memory) { delete static_cast<Tensor*>(memory); });
  return visit_floats(owner->view(),
                      [&]<class T>(std::span<T> x) -> py::array { return py::array_t<T>(shape, x.data(), keeper); });
}

}  // namespace hourglass::python
