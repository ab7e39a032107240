#include <gtest/gtest.h>
#include <hourglass/hourglass.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "hourglass/base/file.h"
#include "hourglass/model/model_file.h"
#include "memory/requests.h"

namespace hourglass {
namespace {

/// A model of tests/compat, with a threshold to score by.
class LibraryMemory : public testing::TestWithParam<std::string> {
 protected:
  LibraryMemory() {
    const TrainedModel trained = load_model(HOURGLASS_TESTS "/compat/0.1.0/" + GetParam());
    const AnomalyScale scale{std::vector<float>(trained.autoencoder.network().input().size(), 1.0f)};
    const std::string file = testing::TempDir() + GetParam() + "-with-threshold.safetensors";
    write_file_atomically(file, model_bytes(trained.recipe, trained.autoencoder, scale));
    hourglass_model* loaded = nullptr;
    EXPECT_EQ(hourglass_load(file.c_str(), &loaded), HOURGLASS_OK) << hourglass_error();
    model.reset(loaded);
  }

  /// What the first calls with `count` rows ask for at most, in bytes.
  size_t use(size_t count) const {
    std::vector<float> rows(count * hourglass_inputs(model.get()), 0.5f);
    std::vector<float> codes(count * hourglass_code_size(model.get()));
    std::vector<double> scores(count);
    const auto largest_of_calls = [&] {
      largest_request = 0;
      EXPECT_EQ(hourglass_encode(model.get(), rows.data(), count, codes.data()), HOURGLASS_OK);
      EXPECT_EQ(hourglass_decode(model.get(), codes.data(), count, rows.data()), HOURGLASS_OK);
      EXPECT_EQ(hourglass_score(model.get(), rows.data(), count, scores.data()), HOURGLASS_OK);
      EXPECT_EQ(hourglass_reconstruct(model.get(), rows.data(), count, rows.data()), HOURGLASS_OK);
      return largest_request.load();
    };
    const size_t first = largest_of_calls();
    EXPECT_LT(largest_of_calls(), 1024u) << count << " rows";
    return first;
  }

 private:
  struct Free {
    void operator()(hourglass_model* m) const { hourglass_free(m); }
  };
  std::unique_ptr<hourglass_model, Free> model;
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
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace hourglass
