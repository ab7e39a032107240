#pragma once

#include <hourglass/hourglass.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

/// Encode, decode and score with a trained autoencoder. What rows and units are, threads and memory: see hourglass.h,
/// which this wraps.
namespace hourglass {
inline namespace v0 {

/// The only exception of this library: a file or buffer that does not fit (HOURGLASS_BAD_INPUT), or a failure of the
/// world (HOURGLASS_FAILED). The message names the place, what was found and what was expected.
class Error : public std::runtime_error {
 public:
  Error(hourglass_status status, const std::string& message) : std::runtime_error(message), status_(status) {}
  hourglass_status status() const noexcept { return status_; }

 private:
  hourglass_status status_;
};

/// A trained model, ready for any number of threads. Every call throws Error when the sizes of its spans do not fit
/// each other and the model. Moves, never copies; a model that was moved from may only be assigned to or destroyed.
class Model {
 public:
  /// Reads a run folder or a .safetensors file. Throws Error when there is none, or it is damaged.
  static Model load(const std::filesystem::path& path) {
    hourglass_model* model = nullptr;
    check(hourglass_load(path.c_str(), &model));
    return Model(model);
  }

  /// Floats in a row, and in its code.
  std::size_t inputs() const noexcept { return hourglass_inputs(model_.get()); }
  std::size_t code_size() const noexcept { return hourglass_code_size(model_.get()); }
  /// The model stores what scores are measured against.
  bool has_scores() const noexcept { return hourglass_has_scores(model_.get()) != 0; }

  /// codes (n × code_size) of rows (n × inputs).
  void encode(std::span<const float> rows, std::span<float> codes) const {
    const std::size_t count = count_of("rows", rows.size(), inputs());
    expect("codes", codes.size(), count * code_size());
    check(hourglass_encode(model_.get(), rows.data(), count, codes.data()));
  }
  /// rows (n × inputs) of codes (n × code_size).
  void decode(std::span<const float> codes, std::span<float> rows) const {
    const std::size_t count = count_of("codes", codes.size(), code_size());
    expect("rows", rows.size(), count * inputs());
    check(hourglass_decode(model_.get(), codes.data(), count, rows.data()));
  }
  /// What the model makes of rows (n × inputs): out (n × inputs), which may be rows.
  void reconstruct(std::span<const float> rows, std::span<float> out) const {
    const std::size_t count = count_of("rows", rows.size(), inputs());
    expect("out", out.size(), rows.size());
    check(hourglass_reconstruct(model_.get(), rows.data(), count, out.data()));
  }
  /// How abnormal each of rows (n × inputs) is: scores (n); above 1 is beyond the threshold stored in the model.
  /// Throws Error when it has none.
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
    if (values % width != 0)
      throw Error(HOURGLASS_BAD_INPUT, std::string(name) + ": " + std::to_string(values) +
                                           " values, expected a multiple of " + std::to_string(width));
    return values / width;
  }

  std::unique_ptr<hourglass_model, Free> model_;
};

}  // namespace v0
}  // namespace hourglass
