#include "hourglass/run/checkpoint_file.h"

#include "hourglass/base/error.h"
#include "hourglass/base/hash.h"
#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

constexpr const char* kKey = "sha256";
constexpr size_t kDigits = 64;

/// Position of the digits, or npos. Quotation marks within a value are escaped, so they cannot be mistaken for it.
size_t find_digits(std::string_view bytes) {
  constexpr std::string_view kBefore = "\"sha256\":\"";
  const size_t at = bytes.find(kBefore);
  return at == std::string_view::npos ? at : at + kBefore.size();
}

}  // namespace

std::string checkpoint_bytes(const std::map<std::string, ConstView>& tensors,
                             std::map<std::string, std::string> metadata) {
  metadata[kKey] = std::string(kDigits, '0');
  std::string bytes = safetensors_bytes(tensors, metadata);
  return bytes.replace(find_digits(bytes), kDigits, sha256_hex(bytes));
}

SafeTensors parse_checkpoint(std::string bytes, const std::string& name) {
  SafeTensors file = parse_safetensors(bytes, name);
  const auto sum = file.metadata.find(kKey);
  const size_t digits = find_digits(bytes);
  if (sum == file.metadata.end() || sum->second.size() != kDigits || digits == std::string::npos)
    fail("{}: not a checkpoint: it holds no checksum", name);
  const std::string found = sha256_hex(bytes.replace(digits, kDigits, kDigits, '0'));
  if (found != sum->second) fail("{}: damaged: its SHA-256 is {}, expected {}", name, found, sum->second);
  return file;
}

void restore_tensors(const SafeTensors& file, const std::map<std::string, View>& to, const std::string& name) {
  for (const auto& [tensor, view] : to) {
    const auto found = file.tensors.find(tensor);
    if (found == file.tensors.end() || !(found->second.shape() == view.shape()) ||
        found->second.dtype() != view.dtype())
      fail("{}: tensor {} is missing or of another shape", name, tensor);
  }
  for (const auto& [tensor, view] : to) copy(file.tensors.at(tensor), view);
}

}  // namespace hourglass
