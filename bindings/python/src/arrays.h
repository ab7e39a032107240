#pragma once

#include <pybind11/numpy.h>

#include <string>

#include "hourglass/data/dataset.h"

namespace hourglass::python {

namespace py = pybind11;

/// Rows of an array and the owner of their memory: the array itself if it is row-major and of the right type, else a
/// copy.
struct Rows {
  py::array keeper;
  Dataset data;
};

/// Throws Error for a masked array of NumPy: conversion to an array drops the mask.
void refuse_masked(const py::object& object, const std::string& name);

/// Reads rows from a NumPy array or anything that NumPy converts to one, of shape (rows, features), (rows, height,
/// width) or (rows, channels, height, width): uint8 as bytes, all other types as 32-bit floats. Throws Error for
/// another number of axes, for no rows, for a masked array, and for non-finite numbers, except NaN if `nan_is_missing`;
/// and what the object raises while NumPy converts it.
Rows rows_of(const py::object& rows, const std::string& name, bool nan_is_missing);

/// Codes (rows, …) as 32-bit floats and the owner of their memory: the array itself if it has such floats, else a copy.
struct Codes {
  py::array keeper;
  ConstView view;
};
Codes codes_of(const py::object& codes);

/// Moves a tensor into a NumPy array without copying its memory.
py::array array_of(Tensor tensor);

}  // namespace hourglass::python
