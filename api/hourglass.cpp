#include "hourglass/hourglass.h"

#include <array>
#include <cstdio>
#include <new>

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

/// Calls f(model) for a call with buffers, which may be NULL only where they hold nothing.
template <class F>
hourglass_status with(const hourglass_model* model, const void* in, size_t count, const void* out, F f) {
  if (!model) return refuse(HOURGLASS_BAD_INPUT, "the model is NULL");
  if (count && (!in || !out)) return refuse(HOURGLASS_BAD_INPUT, "a buffer is NULL");
  return guarded([&] { f(*model, static_cast<int64_t>(count)); });
}

}  // namespace

const char* hourglass_error() { return last_error.data(); }

const char* hourglass_version() { return hourglass::version(); }

hourglass_status hourglass_load(const char* path, hourglass_model** model) {
  if (!model) return refuse(HOURGLASS_BAD_INPUT, "the place for the model is NULL");
  *model = nullptr;
  if (!path) return refuse(HOURGLASS_BAD_INPUT, "the path is NULL");
  return guarded([&] { *model = new hourglass_model(path); });
}

void hourglass_free(hourglass_model* model) { delete model; }

size_t hourglass_inputs(const hourglass_model* model) { return static_cast<size_t>(model->inputs()); }

size_t hourglass_code_size(const hourglass_model* model) { return static_cast<size_t>(model->code_size()); }

int hourglass_has_scores(const hourglass_model* model) { return model->has_scores(); }

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
