#include "hourglass/data/formats/gzip.h"

#include <gtest/gtest.h>

#include "data/idx_bytes.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

std::string refusal(const std::string& packed) {
  return message_of<Error>([&] { gunzip(packed, 100, "f"); });
}

TEST(Gzip, UnpacksWhatWasPacked) {
  const std::string bytes = std::string(3'000'000, 'x') + '\0' + "end";
  EXPECT_EQ(gunzip(gzipped(bytes), SIZE_MAX, "f"), bytes);
  EXPECT_EQ(gunzip(gzipped(""), 10, "f"), "");
}

TEST(Gzip, StopsAtTheLimit) {
  const std::string bomb = gzipped(std::string(50'000'000, '\0'));
  EXPECT_EQ(gunzip(bomb, 10, "f"), std::string(10, '\0'));
}

TEST(Gzip, KnowsItsMagicBytes) {
  EXPECT_TRUE(is_gzip(gzipped("a")));
  EXPECT_FALSE(is_gzip("\x1f"));
  EXPECT_FALSE(is_gzip(""));
}

TEST(Gzip, RefusesAStreamThatEndsEarly) {
  const std::string packed = gzipped("hello");
  for (size_t length = 0; length < packed.size(); ++length) {
    EXPECT_NE(refusal(packed.substr(0, length)).find("f: gzip stream ends early"), std::string::npos) << length;
  }
}

TEST(Gzip, RefusesAWrongChecksum) {
  std::string packed = gzipped("hello");
  packed[packed.size() - 8] ^= 1;
  EXPECT_EQ(refusal(packed), "f: gzip stream is damaged: incorrect data check");
}

TEST(Gzip, UnpacksSeveralStreamsWhereThatIsAsked) {
  EXPECT_EQ(gunzip_streams(gzipped("a") + gzipped("b"), 10, "f"), "ab");
  EXPECT_EQ(gunzip_streams(gzipped(std::string(50, 'x')), 10, "f").size(), 10u);
  EXPECT_EQ(gunzip_start(gzipped("abc").substr(0, 12), 10).size() <= 3, true);
  EXPECT_EQ(gunzip_start(gzipped("abc"), 2), "ab");
}

TEST(Gzip, RefusesASecondStream) {
  EXPECT_EQ(refusal(gzipped("a") + gzipped("b")),
            fmt::format("f: {} bytes follow the gzip stream", gzipped("b").size()));
}

}  // namespace
}  // namespace hourglass
