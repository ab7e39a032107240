#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "hourglass/base/enum_names.h"
#include "hourglass/data/formats/npy.h"
#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// Element types as safetensors files and their messages name them.
template <>
inline const std::vector<std::string> kNames<DType> = {"F32", "F64"};

/// Content of a safetensors file: 8-byte little-endian header length, a JSON header {name: {dtype, shape,
/// data_offsets}} with optional texts in `__metadata__`, then the little-endian bytes of the tensors. F32 and F64, up
/// to four axes; a tensor "….num_batches_tracked" of any type, PyTorch's counter of batches, is left out.
struct SafeTensors {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

/// True if a file that begins with `start` announces a header that begins with a brace and is not longer than the file.
bool is_safetensors(std::string_view start, uint64_t file_size);

/// Reads a file from an untrusted source. Throws Error with the file and the reason: a pipe without a writer; a header
/// that is too long, not JSON or has a repeated name; an invalid dtype, shape or offset; tensors that overlap, or bytes
/// that belong to no tensor.
SafeTensors read_safetensors(const std::filesystem::path& path);

/// Parses the bytes of a safetensors file; `name` is its name in messages.
SafeTensors parse_safetensors(std::string_view bytes, const std::string& name);

/// Reads one tensor as data: the only one of the file if `tensor` is empty. It may have any size of integers, F16,
/// BF16, F32, F64 or BOOL; values become those of parse_npy, NaN being a missing value. Nothing but its own entry in
/// the header and its own bytes is looked at. Throws Error as find_array and parse_npy do, and for another type, a
/// tensor without rows, and bytes that do not match the entry.
NpyArray parse_safetensors_array(std::string_view bytes, const std::string& tensor, const std::string& name);

/// Writes a safetensors file: names sorted, header padded with spaces to a multiple of 8, tensors packed. Throws Error
/// for a name or metadata that is not UTF-8.
std::string safetensors_bytes(const std::map<std::string, ConstView>& tensors,
                              const std::map<std::string, std::string>& metadata);

}  // namespace hourglass
