#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// A safetensors file: 8-byte little-endian header length, a JSON header {name: {dtype, shape, data_offsets}} with an
/// optional `__metadata__` of texts, then the tensors' little-endian bytes. F32 and F64, up to four axes.
struct SafeTensors {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

/// Starts as such a file does: the length of a header that lies in it and begins with a brace.
bool is_safetensors(std::string_view content);

/// Reads a file from an untrusted source. Throws Error naming the file and what is wrong: a header that is too long,
/// not JSON or holds a name twice; a dtype, shape or offset that does not fit; tensors that overlap, leave gaps or
/// bytes behind.
SafeTensors read_safetensors(const std::filesystem::path& path);

/// As read_safetensors, of bytes; `name` stands for the file in messages.
SafeTensors parse_safetensors(std::string_view bytes, const std::string& name);

/// The bytes of such a file: names sorted, header padded with spaces to a multiple of 8, tensors packed.
/// Throws Error on a name or metadata that is not UTF-8.
std::string safetensors_bytes(const std::map<std::string, ConstView>& tensors,
                              const std::map<std::string, std::string>& metadata);

}  // namespace hourglass
