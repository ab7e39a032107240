#pragma once

#include <pybind11/numpy.h>

#include <string>

#include "hourglass/data/dataset.h"

namespace hourglass::python {

namespace py = pybind11;

/// Rows of an array, and what keeps their memory: the array itself where it is row-major and of the right type.
struct Rows {
  py::array keeper;
  Dataset data;
};

/// Rows of a NumPy array, or what NumPy makes one of, (rows, features), (rows, height, width) or (rows, channels,
/// height, width): uint8 as bytes, anything else as 32-bit floats. Throws Error on another number of axes, on no rows,
/// and on numbers that are not finite; NaN passes where `nan_is_missing`.
Rows rows_of(const py::object& rows, const std::string& name, bool nan_is_missing);

/// Codes (rows, …) as 32-bit floats: the same array where it already is that.
py::array_t<float> codes_of(const py::object& codes);
ConstView view_of(const py::array_t<float>& array);

/// A NumPy array that takes the tensor's memory over.
py::array array_of(Tensor tensor);

}  // namespace hourglass::python
