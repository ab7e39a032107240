#include "hourglass/data/formats/npz.h"

#include <gtest/gtest.h>

#include "data/zip_bytes.h"
#include "hourglass/base/error.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

std::string array(const Shape& shape) {
  Tensor t(DType::f32, shape);
  for (int64_t i = 0; i < t.size(); ++i) t.as<float>()[i] = static_cast<float>(i);
  return npy_bytes(t);
}

std::string refusal(const std::string& content, const std::string& member = "") {
  return message_of<Error>([&] { parse_npz(content, member, "f.npz"); });
}

TEST(Npz, ReadsTheOnlyArray) {
  for (const bool deflated : {false, true}) {
    const NpyArray read = parse_npz(zip_bytes({{"arr_0.npy", array({100, 300})}}, deflated), "", "f.npz");
    EXPECT_EQ(read.shape, (Shape{100, 300}));
    EXPECT_EQ(std::get<1>(read.values).back(), 29999);
  }
}

TEST(Npz, ReadsTheArrayThatIsNamed) {
  const std::string content = zip_bytes({{"x.npy", array({2, 3})}, {"y.npy", array({4})}}, true);
  EXPECT_EQ(parse_npz(content, "x", "f.npz").shape, (Shape{2, 3}));
  EXPECT_EQ(parse_npz(content, "y", "f.npz").shape, Shape{4});
}

TEST(Npz, ListsTheArraysAndAsksWhich) {
  const std::string content = zip_bytes({{"x.npy", array({2, 3})}, {"y.npy", array({4})}});
  EXPECT_EQ(refusal(content), "f.npz: holds 2 arrays: x, y; name one, as in f.npz:x");
  EXPECT_EQ(refusal(content, "z"), "f.npz: no array \"z\"; it holds x, y");
  EXPECT_EQ(refusal(zip_bytes({})), "f.npz: holds no array");
}

TEST(Npz, RefusesWhatIsNoArray) {
  EXPECT_EQ(refusal(zip_bytes({{"a.txt", "hello, hello, hello"}})),
            "f.npz:a.txt: not an npy file, or cut off within its header");
}

/// Writes `value` over the announced sizes, in the entry and in the directory.
std::string announcing(std::string content, uint32_t value) {
  const auto put = [&](size_t at) {
    for (int i = 0; i < 4; ++i) content[at + i] = static_cast<char>(value >> 8 * i);
  };
  put(22);
  put(content.find("PK\x01\x02") + 24);
  return content;
}

TEST(Npz, RefusesSizesThatAreNotTrue) {
  const std::string content = zip_bytes({{"x.npy", array({2, 3})}}, true);
  EXPECT_NE(refusal(announcing(content, 0xfffffff0)).find("packed bytes cannot hold"), std::string::npos);
  for (const uint32_t size : {0u, 20u, 128u, 151u, 153u, 156u, 1000u})
    EXPECT_THROW(parse_npz(announcing(content, size), "", "f"), Error) << size;
}

TEST(Npz, RefusesABombBeforeItIsUnpacked) {
  // Ten megabytes of zeros behind the header of six numbers.
  const std::string bomb = zip_bytes({{"x.npy", array({2, 3}) + std::string(10'000'000, '\0')}}, true);
  EXPECT_LT(bomb.size(), 20'000u);
  EXPECT_EQ(refusal(bomb), "f.npz:x: header says 2 × 3 of '<f4', but 10000152 bytes are announced");
}

TEST(Npz, RefusesAnyTruncation) {
  const std::string content = zip_bytes({{"x.npy", array({2, 3})}});
  for (size_t length = 4; length < content.size(); ++length)
    EXPECT_THROW(parse_npz(content.substr(0, length), "", "f"), Error) << length;
}

TEST(Npz, RefusesAWrongChecksum) {
  std::string content = zip_bytes({{"x.npy", array({2, 3})}});
  content[content.find("PK\x01\x02") - 1] ^= 1;
  EXPECT_NE(refusal(content).find("is damaged: CRC error"), std::string::npos);
}

}  // namespace
}  // namespace hourglass
