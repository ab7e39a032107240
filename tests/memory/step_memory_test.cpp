#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <new>

#include "hourglass/data/source.h"
#include "hourglass/train/trainer.h"

namespace {

std::atomic<size_t> largest_request = 0;

void* allocate(size_t bytes) {
  size_t seen = largest_request;
  while (bytes > seen && !largest_request.compare_exchange_weak(seen, bytes)) {
  }
  return std::malloc(bytes);
}

}  // namespace

// The whole program's, that of the libraries it links included. Those that do not throw too, for a sanitizer's own
// would not fit the operators delete below.
void* operator new(size_t bytes) {
  if (void* p = allocate(bytes)) return p;
  throw std::bad_alloc();
}
void* operator new[](size_t bytes) { return operator new(bytes); }
void* operator new(size_t bytes, const std::nothrow_t&) noexcept { return allocate(bytes); }
void* operator new[](size_t bytes, const std::nothrow_t&) noexcept { return allocate(bytes); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { std::free(p); }
void operator delete[](void* p, size_t) noexcept { std::free(p); }

namespace hourglass {
namespace {

namespace fs = std::filesystem;

const std::string kGolden = std::string(HOURGLASS_TESTS) + "/golden/trajectories";

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kGolden)) names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// Looks at what is asked for from one step of an epoch to its next, in every epoch but the first.
class LargestRequest final : public RunListener {
 public:
  void on_step(const StepRecord& step) override {
    if (step.epoch > 1 && step.step > 1) {
      bytes = std::max(bytes, largest_request.load());
      ++steps;
    }
    largest_request = 0;
  }
  size_t bytes = 0;
  int steps = 0;
};

class StepMemory : public testing::TestWithParam<std::string> {};

/// Small objects, such as a vector with a value for every penalty, are allowed; working memory is not.
TEST_P(StepMemory, IsAllTakenInTheFirstEpoch) {
  const SafeTensors golden = read_safetensors(kGolden + "/" + GetParam() + ".safetensors");
  Recipe recipe = parse_recipe(golden.metadata.at("recipe"), GetParam());
  recipe.train.epochs = 2;
  const DataSplits data = open_source(std::string(HOURGLASS_TESTS) + "/data/mnist-sample");
  Autoencoder model(recipe.model, data.train.sample);
  Trainer trainer(recipe, model, data.train, nullptr, 1);
  LargestRequest listener;
  trainer.run({listener, [] { return false; }, [] {}});
  EXPECT_GT(listener.steps, 3);
  EXPECT_LT(listener.bytes, 1024u);
}

INSTANTIATE_TEST_SUITE_P(Golden, StepMemory, testing::ValuesIn(cases()), [](const auto& info) { return info.param; });

}  // namespace
}  // namespace hourglass
