#include <gtest/gtest.h>

#include <hourglass/hourglass.hpp>
#include <string>
#include <thread>
#include <vector>

#include "memory/requests.h"

namespace {

const std::string kModels = std::string(HOURGLASS_TESTS) + "/compat/0.1.0/";

class LibraryMemory : public testing::TestWithParam<const char*> {
 protected:
  LibraryMemory() : model(hourglass::Model::load(kModels + GetParam())) {}

  /// What the first calls with `count` rows ask for at most, in bytes.
  size_t use(size_t count) const {
    std::vector<float> rows(count * model.inputs(), 0.5f), codes(count * model.code_size());
    const auto calls = [&] {
      model.encode(rows, codes);
      model.decode(codes, rows);
      model.reconstruct(rows, rows);
    };
    largest_request = 0;
    calls();
    const size_t first = largest_request;
    largest_request = 0;
    calls();
    EXPECT_LT(largest_request, 1024u) << count << " rows";
    return first;
  }

  hourglass::Model model;
};

/// What oneDNN asks for itself is small; working memory is not.
TEST_P(LibraryMemory, IsAllTakenByTheFirstCallOfASize) {
  EXPECT_GT(use(1), 1024u) << "working memory is seen";
  use(300);
  use(7);
}

TEST_P(LibraryMemory, IsAThreadsOwn) {
  use(40);
  std::thread([this] { use(40); }).join();
}

INSTANTIATE_TEST_SUITE_P(Models, LibraryMemory, testing::Values("dense", "convolutional"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
