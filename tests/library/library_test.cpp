#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <hourglass/hourglass.hpp>
#include <string>
#include <thread>
#include <vector>

// The shared library as its users see it: what it gives is compared with the program's own output by tests/install.

namespace {

using hourglass::Error;
using hourglass::Model;
using Floats = std::vector<float>;

const std::string kModels = std::string(HOURGLASS_TESTS) + "/compat/0.1.0/";

Floats some_rows(const Model& model, size_t count) {
  Floats rows(count * model.inputs());
  for (size_t i = 0; i < rows.size(); ++i) rows[i] = 0.5f + 0.5f * std::sin(static_cast<float>(i * i % 1009));
  return rows;
}

Floats encoded(const Model& model, const Floats& rows) {
  Floats codes(rows.size() / model.inputs() * model.code_size());
  model.encode(rows, codes);
  return codes;
}

/// What `f` throws, or "nothing".
template <class F>
std::string complaint(F f, hourglass_status status = HOURGLASS_BAD_INPUT) {
  try {
    f();
  } catch (const Error& e) {
    EXPECT_EQ(e.status(), status) << e.what();
    return e.what();
  }
  return "nothing";
}

class Library : public testing::TestWithParam<const char*> {
 protected:
  Library() : model(Model::load(kModels + GetParam())) {}
  Model model;
};

INSTANTIATE_TEST_SUITE_P(Models, Library, testing::Values("dense", "convolutional"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(Library, GivesCallsOf256RowsWhatItGivesOneOfAll) {
  const Floats rows = some_rows(model, 600), whole = encoded(model, rows);
  const auto first = rows.begin() + static_cast<std::ptrdiff_t>(512 * model.inputs());
  const Floats last = encoded(model, Floats(first, rows.end()));
  EXPECT_TRUE(std::equal(last.rbegin(), last.rend(), whole.rbegin()));
}

TEST_P(Library, GivesEveryThreadTheSame) {
  const Floats rows = some_rows(model, 300);
  const Floats codes = encoded(model, rows);
  std::vector<Floats> results(4);
  std::vector<std::thread> threads;
  for (Floats& result : results)
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        Floats between(model.inputs() * 3);
        model.reconstruct(std::span(rows).first(between.size()), between);
        result = encoded(model, rows);
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (const Floats& result : results) EXPECT_EQ(result, codes);
}

TEST_P(Library, ReconstructsInPlace) {
  Floats rows = some_rows(model, 300), apart(rows.size());
  model.reconstruct(rows, apart);
  model.reconstruct(rows, rows);
  EXPECT_EQ(rows, apart);
}

TEST_P(Library, TakesNoRows) {
  model.encode({}, {});
  model.decode({}, {});
  model.reconstruct({}, {});
}

TEST_P(Library, RefusesBuffersThatDoNotFit) {
  const Floats rows = some_rows(model, 2);
  Floats codes(2 * model.code_size() - 1), row(model.inputs());
  const std::string width = std::to_string(model.inputs()), size = std::to_string(codes.size());
  EXPECT_EQ(complaint([&] { model.encode(rows, codes); }),
            "codes: " + size + " values, expected " + std::to_string(codes.size() + 1));
  EXPECT_EQ(complaint([&] { model.encode(std::span(rows).first(3), codes); }),
            "rows: 3 values, expected a multiple of " + width);
  EXPECT_EQ(complaint([&] { model.decode(codes, row); }),
            "codes: " + size + " values, expected a multiple of " + std::to_string(model.code_size()));
  EXPECT_EQ(complaint([&] { model.reconstruct(rows, row); }),
            "out: " + width + " values, expected " + std::to_string(rows.size()));
}

TEST_P(Library, RefusesMissingValuesThatTheModelDoesNotReplace) {
  Floats rows = some_rows(model, 2), codes(2 * model.code_size()), out(rows.size());
  rows[model.inputs() + 3] = NAN;
  const std::string expected =
      "row 1, value 3 (counted from 0) is missing (NaN); a model trained with [data] missing = \"mean\" takes it";
  EXPECT_EQ(complaint([&] { model.encode(rows, codes); }), expected);
  EXPECT_EQ(complaint([&] { model.reconstruct(rows, out); }), expected);
}

TEST_P(Library, DecodesInvalidCodesToInvalidRows) {
  const Floats codes(model.code_size(), NAN);
  Floats rows(model.inputs());
  model.decode(codes, rows);
  EXPECT_TRUE(std::ranges::all_of(rows, [](float x) { return std::isnan(x); }));
}

TEST_P(Library, DoesNotScoreWithoutAThreshold) {
  ASSERT_FALSE(model.has_scores());
  std::vector<double> scores(1);
  EXPECT_NE(complaint([&] { model.score(some_rows(model, 1), scores); }).find("threshold"), std::string::npos);
}

TEST(LibraryModel, MovesButDoesNotCopy) {
  Model first = Model::load(kModels + "dense");
  const Floats rows = some_rows(first, 1), codes = encoded(first, rows);
  const Model second = std::move(first);
  EXPECT_EQ(encoded(second, rows), codes);
  static_assert(!std::is_copy_constructible_v<Model>);
}

TEST(LibraryModel, RefusesCallsAfterItWasMovedFrom) {
  Model first = Model::load(kModels + "dense");
  const Floats rows = some_rows(first, 1);
  Floats codes(first.code_size());
  const Model second = std::move(first);
  EXPECT_EQ(first.inputs(), 0u);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(complaint([&] { first.encode(rows, codes); }), "the model is empty: it was moved from");
}

TEST(LibraryModel, EncodesWithAsManyUnitsAsTheRecipeKeepsForCodes) {
  const Model model = Model::load(kModels + "dense");  // topk = 2, alpha = 2
  Floats codes = encoded(model, some_rows(model, 1));
  EXPECT_EQ(std::ranges::count_if(codes, [](float c) { return c != 0; }), 4);
}

TEST(LibraryModel, NamesTheFileThatCannotBeUsed) {
  const auto load = [](const std::string& path) { return complaint([&] { Model::load(path); }); };
  EXPECT_NE(load(HOURGLASS_TESTS "/compat/rows.npy").find("rows.npy"), std::string::npos);
  EXPECT_NE(load("/nowhere/model.safetensors").find("/nowhere/model.safetensors"), std::string::npos);
}

TEST(LibraryModel, RefusesADamagedFile) {
  std::ifstream file(kModels + "dense/model.safetensors", std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), {});
  const std::string path = testing::TempDir() + "damaged.safetensors";
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size() - 4));
  EXPECT_NE(complaint([&] { Model::load(path); }).find("damaged.safetensors"), std::string::npos);
}

TEST(LibraryInC, TellsWhatWasNull) {
  hourglass_model* model = nullptr;
  EXPECT_EQ(hourglass_load(nullptr, &model), HOURGLASS_BAD_INPUT);
  EXPECT_STREQ(hourglass_error(), "the path is NULL");
  EXPECT_EQ(hourglass_load("x", nullptr), HOURGLASS_BAD_INPUT);
  float value = 0;
  EXPECT_EQ(hourglass_encode(nullptr, &value, 1, &value), HOURGLASS_BAD_INPUT);
  EXPECT_STREQ(hourglass_error(), "the model is NULL");
  ASSERT_EQ(hourglass_load((kModels + "dense").c_str(), &model), HOURGLASS_OK);
  EXPECT_EQ(hourglass_encode(model, nullptr, 1, &value), HOURGLASS_BAD_INPUT);
  EXPECT_STREQ(hourglass_error(), "a buffer is NULL");
  EXPECT_EQ(hourglass_encode(model, nullptr, 0, nullptr), HOURGLASS_OK);
  hourglass_free(model);
  hourglass_free(nullptr);
}

struct Loaded {
  hourglass_model* model = nullptr;
  Loaded() { EXPECT_EQ(hourglass_load((kModels + "dense").c_str(), &model), HOURGLASS_OK); }
  ~Loaded() { hourglass_free(model); }
  Loaded(const Loaded&) = delete;
};

/// Every function that takes a handle refuses this one.
void expect_no_model(hourglass_model* handle, const std::string& message) {
  float value = 0;
  double score = 0;
  const auto expect_refused = [&](hourglass_status status) {
    EXPECT_EQ(status, HOURGLASS_INVALID_ARGUMENT);
    EXPECT_EQ(hourglass_error(), message);
  };
  expect_refused(hourglass_encode(handle, &value, 1, &value));
  expect_refused(hourglass_decode(handle, &value, 1, &value));
  expect_refused(hourglass_reconstruct(handle, &value, 1, &value));
  expect_refused(hourglass_score(handle, &value, 1, &score));
  EXPECT_EQ(hourglass_inputs(handle), 0u);
  EXPECT_EQ(hourglass_code_size(handle), 0u);
  EXPECT_EQ(hourglass_has_scores(handle), 0);
  hourglass_free(handle);
}

TEST(LibraryInC, RefusesHandlesThatAreNoLoadedModel) {
  const std::string message = "the model is none that hourglass_load returned, or it has been freed since";
  expect_no_model(nullptr, "the model is NULL");
  char bytes[64] = {};
  expect_no_model(reinterpret_cast<hourglass_model*>(bytes), message);
  expect_no_model(reinterpret_cast<hourglass_model*>(bytes + 1), message);
  hourglass_model* freed = Loaded().model;
  expect_no_model(freed, message);
}

TEST(LibraryInC, RefusesCountsThatNoMemoryHolds) {
  const Loaded loaded;
  float value = 0;
  double score = 0;
  for (const size_t count : {SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / 4, size_t{1} << 62, size_t{1} << 33}) {
    EXPECT_EQ(hourglass_encode(loaded.model, &value, count, &value), HOURGLASS_INVALID_ARGUMENT);
    EXPECT_EQ(hourglass_decode(loaded.model, &value, count, &value), HOURGLASS_INVALID_ARGUMENT);
    EXPECT_EQ(hourglass_reconstruct(loaded.model, &value, count, &value), HOURGLASS_INVALID_ARGUMENT);
    EXPECT_EQ(hourglass_score(loaded.model, &value, count, &score), HOURGLASS_INVALID_ARGUMENT);
    EXPECT_STREQ(hourglass_error(), "count: more rows than memory can hold");
  }
}

/// A model that many threads share, and the codes that 1, 2, … of the rows have.
struct Shared {
  Model model = Model::load(kModels + "dense");
  Floats rows = some_rows(model, 5);
  std::vector<Floats> codes;

  Shared() {
    for (size_t count = 1; count <= 5; ++count) {
      const auto end = rows.begin() + static_cast<std::ptrdiff_t>(count * model.inputs());
      codes.push_back(encoded(model, Floats(rows.begin(), end)));
    }
  }
};

/// Call `i` of one of many threads.
void mixed_call(const Shared& shared, int i) {
  const size_t count = 1 + static_cast<size_t>(i) % 5;
  const auto rows = std::span(shared.rows).first(count * shared.model.inputs());
  const Floats& codes = shared.codes[count - 1];
  Floats found(codes.size()), out(rows.size());
  std::vector<double> scores(count);
  switch (i % 6) {
    case 0:
      shared.model.decode(codes, out);
      break;
    case 1:
      shared.model.reconstruct(rows, out);
      break;
    case 2:
      EXPECT_NE(complaint([&] { shared.model.score(rows, scores); }), "nothing");
      break;
    case 3:
      EXPECT_EQ(hourglass_encode(nullptr, rows.data(), 1, found.data()), HOURGLASS_INVALID_ARGUMENT);
      EXPECT_STREQ(hourglass_error(), "the model is NULL");
      break;
    default:
      shared.model.encode(rows, found);
      EXPECT_EQ(found, codes);
  }
  if (i % 50 == 0) {
    EXPECT_EQ(Model::load(kModels + "dense").inputs(), shared.model.inputs());
  }
}

TEST(LibraryModel, TakesMixedCallsOfManyThreads) {
  constexpr int kThreads = 8, kCalls = 500;
  const Shared shared;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < kCalls; ++i) mixed_call(shared, i + t);
    });
  for (std::thread& thread : threads) thread.join();
}

TEST(LibraryInC, KeepsErrorsOfThreadsApart) {
  hourglass_model* model = nullptr;
  hourglass_load(nullptr, &model);
  std::thread([] { EXPECT_STREQ(hourglass_error(), ""); }).join();
  EXPECT_STREQ(hourglass_error(), "the path is NULL");
}

TEST(LibraryInC, KnowsItsVersion) { EXPECT_STREQ(hourglass_version(), HOURGLASS_VERSION); }

}  // namespace
