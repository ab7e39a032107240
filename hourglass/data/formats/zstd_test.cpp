#include "hourglass/data/formats/zstd.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include "hourglass/base/error.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

std::string packed(const std::string& bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 3));
  return out;
}

TEST(Zstd, UnpacksOneFrameOrMore) {
  const std::string bytes(3'000'000, 'x');
  EXPECT_EQ(unpack_zstd(packed(bytes), SIZE_MAX, "f"), bytes);
  EXPECT_EQ(unpack_zstd(packed("a") + packed("b"), SIZE_MAX, "f"), "ab");
  EXPECT_TRUE(is_zstd(packed("a")));
}

TEST(Zstd, StopsAtTheLimit) {
  const std::string bomb = packed(std::string(50'000'000, '\0'));
  EXPECT_EQ(unpack_zstd(bomb, 10, "f").size(), 10u);
  EXPECT_EQ(unpack_zstd_start(bomb, 10).size(), 10u);
}

TEST(Zstd, RefusesWhatIsCutOrDamaged) {
  const std::string whole = packed("hello, hello, hello, hello, hello");
  for (size_t length = 4; length < whole.size(); ++length)
    EXPECT_NE(message_of<Error>([&] { unpack_zstd(whole.substr(0, length), 100, "f"); }).find("f: Zstandard"),
              std::string::npos)
        << length;
}

}  // namespace
}  // namespace hourglass
