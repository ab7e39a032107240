#include "hourglass/hourglass.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <set>
#include <shared_mutex>

#include "hourglass/base/version.h"
#include "hourglass/model/predictor.h"

struct hourglass_model : hourglass::Predictor {
  using Predictor::Predictor;
};

namespace {

/// As long as any path with a sentence; kept without allocating, for there may be no memory to say so.
thread_local std::array<char, 8192> last_error{};

hourglass_status refuse(hourglass_status status, const char* message) {
  std::snprintf(last_error.data(), last_error.size(), "%s", message);
  return status;
}

template <class F>
hourglass_status guarded(F f) {
  try {
    f();
    return HOURGLASS_OK;
  } catch (const hourglass::RuntimeFailure& e) {
    return refuse(HOURGLASS_FAILED, e.what());
  } catch (const hourglass::Error& e) {
    return refuse(HOURGLASS_BAD_INPUT, e.what());
  } catch (const std::bad_alloc&) {
    return refuse(HOURGLASS_FAILED, "out of memory");
  } catch (const std::exception& e) {
    return refuse(HOURGLASS_FAILED, e.what());
  } catch (...) {
    return refuse(HOURGLASS_FAILED, "unknown failure");
  }
}

/// The models that are loaded: a handle is looked up here before anything is read through it.
class LoadedModels {
 public:
  void add(const hourglass_model* model) {
    const std::unique_lock lock(mutex_);
    all_.insert(model);
  }
  bool remove(const hourglass_model* model) {
    const std::unique_lock lock(mutex_);
    return all_.erase(model) > 0;
  }
  bool contains(const hourglass_model* model) const {
    const std::shared_lock lock(mutex_);
    return all_.contains(model);
  }

 private:
  mutable std::shared_mutex mutex_;
  std::set<const hourglass_model*> all_;
};

/// Never destroyed: a program may free a model while it ends.
LoadedModels& loaded_models() {
  static auto& models = *new LoadedModels;
  return models;
}

hourglass_status check(const hourglass_model* model) {
  if (!model) return refuse(HOURGLASS_INVALID_ARGUMENT, "the model is NULL");
  if (!loaded_models().contains(model))
    return refuse(HOURGLASS_INVALID_ARGUMENT,
                  "the model is none that hourglass_load returned, or it has been freed since");
  return HOURGLASS_OK;
}

/// Rows have 32-bit numbers, and a buffer of `count` rows of `width` values, up to 8 bytes each, has an address.
bool fits_memory(size_t count, size_t width) {
  size_t bytes = 0;
  return count <= std::numeric_limits<uint32_t>::max() && !__builtin_mul_overflow(count, width, &bytes) &&
         !__builtin_mul_overflow(bytes, sizeof(double), &bytes) && bytes <= PTRDIFF_MAX;
}

/// Calls f(model, count) for a call with buffers, which may be NULL only where they hold nothing.
template <class F>
hourglass_status with(const hourglass_model* model, const void* in, size_t count, const void* out, F f) {
  if (const hourglass_status status = check(model); status != HOURGLASS_OK) return status;
  if (count && (!in || !out)) return refuse(HOURGLASS_INVALID_ARGUMENT, "a buffer is NULL");
  const auto width = static_cast<size_t>(std::max(model->inputs(), model->code_size()));
  if (!fits_memory(count, width)) return refuse(HOURGLASS_INVALID_ARGUMENT, "count: more rows than memory can hold");
  return guarded([&] { f(*model, static_cast<int64_t>(count)); });
}

/// f(model), or 0.
template <class F>
size_t number_of(const hourglass_model* model, F f) {
  return check(model) == HOURGLASS_OK ? static_cast<size_t>(f(*model)) : 0;
}

}  // namespace

const char* hourglass_error() { return last_error.data(); }

const char* hourglass_version() { return hourglass::version(); }

hourglass_status hourglass_load(const char* path, hourglass_model** model) {
  if (!model) return refuse(HOURGLASS_INVALID_ARGUMENT, "the place for the model is NULL");
  *model = nullptr;
  if (!path) return refuse(HOURGLASS_INVALID_ARGUMENT, "the path is NULL");
  return guarded([&] {
    auto loaded = std::make_unique<hourglass_model>(path);
    loaded_models().add(loaded.get());
    *model = loaded.release();
  });
}

void hourglass_free(hourglass_model* model) {
  if (model && loaded_models().remove(model)) delete model;
}

size_t hourglass_inputs(const hourglass_model* model) {
  return number_of(model, [](const auto& m) { return m.inputs(); });
}

size_t hourglass_code_size(const hourglass_model* model) {
  return number_of(model, [](const auto& m) { return m.code_size(); });
}

int hourglass_has_scores(const hourglass_model* model) {
  return number_of(model, [](const auto& m) { return m.has_scores(); }) != 0;
}

hourglass_status hourglass_encode(const hourglass_model* model, const float* rows, size_t count, float* codes) {
  return with(model, rows, count, codes, [&](const auto& m, int64_t n) { m.encode(rows, n, codes); });
}

hourglass_status hourglass_decode(const hourglass_model* model, const float* codes, size_t count, float* rows) {
  return with(model, codes, count, rows, [&](const auto& m, int64_t n) { m.decode(codes, n, rows); });
}

hourglass_status hourglass_reconstruct(const hourglass_model* model, const float* rows, size_t count, float* out) {
  return with(model, rows, count, out, [&](const auto& m, int64_t n) { m.reconstruct(rows, n, out); });
}

hourglass_status hourglass_score(const hourglass_model* model, const float* rows, size_t count, double* scores) {
  return with(model, rows, count, scores, [&](const auto& m, int64_t n) { m.score(rows, n, scores); });
}
