#pragma once

#include <hourglass/hourglass.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

/// C++ interface of the Hourglass library: encode, decode and score with a trained autoencoder. Wraps hourglass.h,
/// which describes rows, units, threads and memory.
namespace hourglass {
inline namespace v0 {

/// The only exception type of this library: a file or buffer that is not suitable (HOURGLASS_BAD_INPUT), or a runtime
/// failure that the input did not cause (HOURGLASS_FAILED). The message names the place, what was found and what was
/// expected.
class Error : public std::runtime_error {
 public:
  Error(hourglass_status status, const std::string& message) : std::runtime_error(message), status_(status) {}
  hourglass_status status() const noexcept { return status_; }

 private:
  hourglass_status status_;
};

/// A trained model; any number of threads may use it. Every call throws Error if the sizes of its spans do not match
/// each other and the model. Movable, not copyable; calls of a moved-from model throw, too.
class Model {
 public:
  /// Loads a model from a run folder or a .safetensors file. Throws Error if there is none or it is damaged.
  static Model load(const std::filesystem::path& path) {
    hourglass_model* model = nullptr;
    check(hourglass_load(path.c_str(), &model));
    return Model(model);
  }

  /// Number of values in a row.
  std::size_t inputs() const noexcept { return hourglass_inputs(model_.get()); }
  /// Number of values in a code.
  std::size_t code_size() const noexcept { return hourglass_code_size(model_.get()); }
  /// True if the model can compute anomaly scores.
  bool has_scores() const noexcept { return hourglass_has_scores(model_.get()) != 0; }

  /// Computes codes (n × code_size) from rows (n × inputs).
  void encode(std::span<const float> rows, std::span<float> codes) const {
    const std::size_t count = count_of("rows", rows.size(), inputs());
    expect("codes", codes.size(), count * code_size());
    check(hourglass_encode(model_.get(), rows.data(), count, codes.data()));
  }
  /// Computes rows (n × inputs) from codes (n × code_size).
  void decode(std::span<const float> codes, std::span<float> rows) const {
    const std::size_t count = count_of("codes", codes.size(), code_size());
    expect("rows", rows.size(), count * inputs());
    check(hourglass_decode(model_.get(), codes.data(), count, rows.data()));
  }
  /// Reconstructs rows (n × inputs) into out (n × inputs); out may be the same buffer as rows.
  void reconstruct(std::span<const float> rows, std::span<float> out) const {
    const std::size_t count = count_of("rows", rows.size(), inputs());
    expect("out", out.size(), rows.size());
    check(hourglass_reconstruct(model_.get(), rows.data(), count, out.data()));
  }
  /// Computes anomaly scores (n) of rows (n × inputs); a score above 1 exceeds the threshold of the model. Throws Error
  /// unless has_scores().
  void score(std::span<const float> rows, std::span<double> scores) const {
    const std::size_t count = count_of("rows", rows.size(), inputs());
    expect("scores", scores.size(), count);
    check(hourglass_score(model_.get(), rows.data(), count, scores.data()));
  }

 private:
  struct Free {
    void operator()(hourglass_model* model) const noexcept { hourglass_free(model); }
  };

  explicit Model(hourglass_model* model) : model_(model) {}

  static void check(hourglass_status status) {
    if (status != HOURGLASS_OK) throw Error(status, hourglass_error());
  }
  static void expect(const char* name, std::size_t found, std::size_t expected) {
    if (found != expected)
      throw Error(HOURGLASS_BAD_INPUT,
                  std::string(name) + ": " + std::to_string(found) + " values, expected " + std::to_string(expected));
  }
  static std::size_t count_of(const char* name, std::size_t values, std::size_t width) {
    if (width == 0) throw Error(HOURGLASS_INVALID_ARGUMENT, "the model is empty: it was moved from");
    if (values % width != 0)
      throw Error(HOURGLASS_BAD_INPUT, std::string(name) + ": " + std::to_string(values) +
                                           " values, expected a multiple of " + std::to_string(width));
    return values / width;
  }

  std::unique_ptr<hourglass_model, Free> model_;
};

}  // namespace v0
}  // namespace hourglass
