#include <gtest/gtest.h>
#include <sys/resource.h>

#include <filesystem>
#include <random>

#include "data/idx_bytes.h"
#include "fuzz/seeds.h"
#include "fuzz/targets.h"
#include "hourglass/base/file.h"
#include "hourglass/data/formats/npy.h"
#include "hourglass/model/model_file.h"
#include "support/message_of.h"

/// What the fuzzers of tests/fuzz do at length, in short and in every build.
namespace hourglass::fuzz {
namespace {

namespace fs = std::filesystem;

/// One to four changes of the kinds that break parsers.
std::string mutated(std::string bytes, std::mt19937_64& random) {
  const auto below = [&](size_t n) { return static_cast<size_t>(random() % n); };
  for (size_t changes = 1 + below(4); changes > 0 && !bytes.empty(); --changes) {
    const size_t at = below(bytes.size()), count = std::min(1 + below(8), bytes.size() - at);
    switch (below(6)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        break;
      case 1:
        bytes[at] = static_cast<char>(random());
        break;
      case 2:
        bytes.erase(at, count);
        break;
      case 3:
        bytes.insert(at, bytes.substr(below(bytes.size()), count));
        break;
      case 4:
        bytes.replace(at, count, count, '\xff');
        break;
      default:
        // More digits than the number had.
        bytes.insert(at, std::array{"0", "9", "-", "000000000", "1e99", "null", "[", "\n"}[below(8)]);
    }
  }
  return bytes;
}

void take_or_refuse(const Target& target, const std::string& bytes) {
  try {
    target.read(bytes);
  } catch (const Error&) {
  }
}

class FuzzTarget : public testing::TestWithParam<Target> {};

TEST_P(FuzzTarget, TakesWhatThisVersionWrites) {
  for (const std::string& seed : GetParam().seeds()) EXPECT_NO_THROW(GetParam().read(seed));
}

TEST_P(FuzzTarget, TakesOrRefusesMutations) {
  constexpr int kMutations = 10000;
  const auto seeds = GetParam().seeds();
  std::mt19937_64 random(5);
  for (int i = 0; i < kMutations; ++i) {
    const std::string bytes = mutated(seeds[static_cast<size_t>(i) % seeds.size()], random);
    ASSERT_NO_THROW(take_or_refuse(GetParam(), bytes)) << "mutation " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Readers, FuzzTarget, testing::ValuesIn(targets().begin(), targets().end()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(FuzzTargets, TakeOrRefuseWhatWasFoundOnce) {
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(HOURGLASS_TESTS) / "fuzz" / "found")) {
    if (!entry.is_regular_file()) continue;
    const Target& target = find_target(entry.path().parent_path().filename().string());
    EXPECT_NO_THROW(take_or_refuse(target, read_file(entry.path()))) << entry.path();
  }
}

/// The most memory this process has held, in MB.
int64_t peak() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

/// A model of 16384-32768-16384 without its 4 GB of weights.
std::string huge_model() {
  return R"({"__metadata__":{"recipe":"{\"data\":{\"source\":\"x\"},\"model\":{\"encoder\":[{\"dense\":32768}],)"
         R"(\"decoder\":[{\"dense\":16384}]}}","input":"[16384]","scaler":"{}"}})";
}

TEST(ClaimsOfAHeader, CostNothing) {
  const int64_t before = peak();
  const auto refuses = [](const char* target, const std::string& bytes, const std::string& why) {
    const std::string message = message_of<Error>([&] { find_target(target).read(bytes); });
    EXPECT_NE(message.find(why), std::string::npos) << message;
  };
  const Shape exabyte{1 << 20, 1 << 20, 1 << 20}, terabyte{1 << 20, 1 << 20}, two_gigabytes{2, 1 << 30};
  for (const Shape& shape : {exabyte, terabyte, two_gigabytes}) {
    refuses("idx", idx_header(shape), "file holds 0");
    refuses("idx", gzipped(idx_header(shape) + "x"), "packed bytes can hold");
    std::string extents;
    for (const int64_t extent : shape) extents += std::to_string(extent) + ",";
    const std::string npy = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + extents + "), }\n";
    refuses("npy", std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(npy.size()) + '\0' + npy, "file holds 0");
    extents.pop_back();
    refuses("checkpoint", R"({"w":{"dtype":"F32","shape":[)" + extents + R"(],"data_offsets":[0,8]}})",
            "do not lie in");
  }
  refuses("model", huge_model(), "tensor encoder.0.weight is missing");
  EXPECT_LT(peak(), before + 100);
}

}  // namespace
}  // namespace hourglass::fuzz
