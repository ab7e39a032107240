#include "hourglass/run/checkpoint_file.h"

#include "hourglass/base/error.h"
#include "hourglass/base/hash.h"
#include "hourglass/tensor/copy.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

namespace {

constexpr const char* kKey = "sha256";
constexpr size_t kDigits = 64;

/// Position of the digits, or npos if there are none. Quotation marks within a value are escaped, so they cannot be
/// mistaken for it.
size_t find_digits(std::string_view bytes) {
  constexpr std::string_view kBefore = "\"sha256\":\"";
  const size_t at = bytes.find(kBefore);
  const bool is_there = at != std::string_view::npos && bytes.size() - at >= kBefore.size() + kDigits;
  return is_there ? at + kBefore.size() : std::string_view::npos;
}

void visit_terms(std::string_view prefix, auto& terms, auto visit) {
  visit(prefix, "loss", terms.loss);
  visit(prefix, "reconstruction", terms.reconstruction);
  for (auto& [penalty, value] : terms.penalties) visit(prefix, penalty, value);
}

/// Visits the numbers of an epoch in the order of the columns. Names have two parts to avoid allocations, because a
/// checkpoint visits all epochs.
void visit_numbers(auto& epoch, auto visit) {
  visit_terms("train.", epoch.train, visit);
  if (epoch.validation) visit_terms("validation.", *epoch.validation, visit);
  if (epoch.test) visit_terms("test.", *epoch.test, visit);
  visit("", "seconds", epoch.seconds);
  visit("", "samples_per_second", epoch.samples_per_second);
}

}  // namespace

std::string checkpoint_bytes(const std::map<std::string, ConstView>& tensors,
                             std::map<std::string, std::string> metadata) {
  metadata[kKey] = std::string(kDigits, '0');
  return with_checksum(safetensors_bytes(tensors, metadata));
}

std::string with_checksum(std::string bytes) {
  const size_t digits = find_digits(bytes);
  if (digits == std::string::npos) return bytes;
  bytes.replace(digits, kDigits, kDigits, '0');
  return bytes.replace(digits, kDigits, sha256_hex(bytes));
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
    if (!all_finite(found->second)) fail("{}: tensor {} has a value that is not a finite number", name, tensor);
  }
  for (const auto& [tensor, view] : to) copy(file.tensors.at(tensor), view);
}

std::vector<std::string> history_columns(const EpochRecord& epoch) {
  std::vector<std::string> columns;
  visit_numbers(epoch, [&](std::string_view prefix, std::string_view name, double) {
    columns.emplace_back(prefix).append(name);
  });
  return columns;
}

Tensor history_tensor(const std::vector<EpochRecord>& epochs, const EpochRecord& like) {
  Tensor history(DType::f64, {static_cast<int64_t>(epochs.size()), std::ssize(history_columns(like))});
  double* next = history.as<double>();
  for (const EpochRecord& epoch : epochs)
    visit_numbers(epoch, [&](std::string_view, std::string_view, double value) { *next++ = value; });
  HOURGLASS_CHECK(next == history.as<double>() + history.size());
  return history;
}

std::vector<EpochRecord> read_history(ConstView history, const EpochRecord& like, const std::string& name) {
  const Shape& shape = history.shape();
  const int64_t columns = std::ssize(history_columns(like));
  if (history.dtype() != DType::f64 || shape.rank() != 2 || shape[1] != columns)
    fail("{}: metrics: expected F64 of {} columns, found {} of shape {}", name, columns, name_of(history.dtype()),
         shape.text());
  std::vector<EpochRecord> epochs(static_cast<size_t>(shape[0]), like);
  const double* next = history.as<double>();
  for (size_t i = 0; i < epochs.size(); ++i) {
    epochs[i].epoch = static_cast<int64_t>(i) + 1;
    visit_numbers(epochs[i], [&](std::string_view, std::string_view, double& value) { value = *next++; });
  }
  return epochs;
}

}  // namespace hourglass
