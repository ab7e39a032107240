#include "hourglass/data/formats/idx.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "data/idx_bytes.h"
#include "hourglass/base/error.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

std::string refusal(const std::string& content) {
  return message_of<Error>([&] { parse_idx(content, "f"); });
}

void expect_counting(const IdxArray& array, const Shape& shape) {
  EXPECT_EQ(array.shape, shape);
  ASSERT_EQ(static_cast<int64_t>(array.bytes.size()), shape.size());
  for (size_t i = 0; i < array.bytes.size(); ++i) ASSERT_EQ(array.bytes[i], static_cast<uint8_t>(i));
}

TEST(Idx, ReadsOneToFourDimensions) {
  for (const Shape& shape : {Shape{7}, Shape{2, 5}, Shape{300, 2, 3}, Shape{2, 3, 4, 5}}) {
    expect_counting(parse_idx(idx_bytes(shape), "f"), shape);
  }
}

TEST(Idx, ReadsGzipByContent) {
  const Shape shape{500, 60, 60};  // more than one step of the unpacker
  expect_counting(parse_idx(gzipped(idx_bytes(shape)), "plain-looking-name"), shape);
}

TEST(Idx, ReadsTheSampleInTheRepository) {
  const IdxArray images = read_idx(HOURGLASS_TESTS "/data/mnist-sample/train-images-idx3-ubyte.gz");
  EXPECT_EQ(images.shape, (Shape{3200, 28, 28}));
}

TEST(Idx, SaysWhatTheHeaderPromisesAndTheFileHolds) {
  std::string images = idx_bytes({6, 28, 28});
  images.pop_back();
  EXPECT_EQ(refusal(images), "f: header says 6 × 28 × 28 = 4704 bytes of pixels, file holds 4703");
  EXPECT_EQ(refusal(gzipped(images)), "f: header says 6 × 28 × 28 = 4704 bytes of pixels, file holds 4703");
  EXPECT_EQ(refusal(idx_bytes({9}) + "x"), "f: header says 9 bytes of labels, file holds 10");
  EXPECT_EQ(refusal(gzipped(idx_bytes({9}) + "xyz")), "f: header says 9 bytes of labels, file holds at least 10");
}

TEST(Idx, RefusesOtherFiles) {
  EXPECT_EQ(refusal(""), "f: not an IDX file: starts with nothing, expected 00 00 08 and the number of dimensions");
  EXPECT_EQ(refusal("\x89PNG\r\n"),
            "f: not an IDX file: starts with 89 50 4e 47, expected 00 00 08 and the number of dimensions");
}

TEST(Idx, RefusesOtherTypesByName) {
  std::string content = idx_bytes({2, 2});
  content[2] = 0x0d;
  EXPECT_EQ(refusal(content), "f: IDX file of 32-bit floats (0d), expected unsigned bytes (08)");
  content[2] = 0x01;
  EXPECT_EQ(refusal(content), "f: IDX file of an unknown type (01), expected unsigned bytes (08)");
}

TEST(Idx, RefusesWrongNumbersOfDimensions) {
  std::string content = idx_bytes({2, 2});
  content[3] = 0;
  EXPECT_EQ(refusal(content), "f: IDX header says 0 dimensions, expected 1 to 4");
  content[3] = 5;
  EXPECT_EQ(refusal(content), "f: IDX header says 5 dimensions, expected 1 to 4");
}

TEST(Idx, RefusesAHeaderCutShort) {
  EXPECT_EQ(refusal(idx_header({6, 28, 28}).substr(0, 11)),
            "f: IDX header of 3 dimensions needs 16 bytes, file ends after 11");
}

TEST(Idx, RefusesEmptyDimensions) {
  EXPECT_EQ(refusal(idx_header({0, 28, 28})), "f: header says 0 × 28 × 28: every dimension must be at least 1");
}

TEST(Idx, RefusesSizesThatOverflow) {
  const int64_t most = 0xffffffff;
  EXPECT_EQ(refusal(idx_header({most, most, most})),
            "f: header says 4294967295 × 4294967295 × 4294967295: more than any file can hold");
}

TEST(Idx, TakesNoMemoryForAnEmptyPromise) {
  const Shape huge{1 << 30, 1 << 30};
  EXPECT_EQ(refusal(idx_header(huge)),
            "f: header says 1073741824 × 1073741824 = 1152921504606846976 bytes of pixels, file holds 0");
  const std::string packed = gzipped(idx_header(huge) + "abc");
  EXPECT_EQ(refusal(packed),
            fmt::format("f: header says 1073741824 × 1073741824 = 1152921504606846976 bytes, more than {} packed bytes "
                        "can hold",
                        packed.size()));
}

TEST(Idx, ReadsTheMostCompressibleFile) {
  const Shape shape{10000, 1000};
  const std::string zeros = idx_header(shape) + std::string(10'000'000, '\0');
  EXPECT_EQ(parse_idx(gzipped(zeros), "f").shape, shape);
}

TEST(Idx, RefusesBytesAfterTheGzipStream) {
  EXPECT_EQ(refusal(gzipped(idx_bytes({2, 2})) + "tail"), "f: 4 bytes follow the gzip stream");
}

TEST(Idx, RefusesAMissingFile) { EXPECT_THROW(read_idx("/no/such/file"), Error); }

/// Parses, and says whether the result is what the header promised.
bool is_refused_or_consistent(const std::string& content) {
  try {
    const IdxArray array = parse_idx(content, "f");
    return static_cast<int64_t>(array.bytes.size()) == array.shape.size() && !array.bytes.empty();
  } catch (const Error&) {
    return true;
  }
}

RC_GTEST_PROP(Idx, RefusesAnyTruncation, ()) {
  std::string content = idx_bytes({*rc::gen::inRange(1, 9), *rc::gen::inRange(1, 9), 3});
  if (*rc::gen::arbitrary<bool>()) content = gzipped(content);
  content.resize(*rc::gen::inRange<size_t>(0, content.size()));
  RC_ASSERT_THROWS_AS(parse_idx(content, "f"), Error);
}

RC_GTEST_PROP(Idx, SurvivesAnyChangedByte, ()) {
  std::string content = idx_bytes({*rc::gen::inRange(1, 9), 4, 3});
  content[*rc::gen::inRange<size_t>(0, content.size())] = *rc::gen::arbitrary<char>();
  RC_ASSERT(is_refused_or_consistent(content));
}

RC_GTEST_PROP(Idx, NeverReadsWrongNumbersFromADamagedGzip, ()) {
  const std::string plain = idx_bytes({*rc::gen::inRange(1, 9), 4, 3});
  std::string packed = gzipped(plain);
  packed[*rc::gen::inRange<size_t>(0, packed.size())] ^= static_cast<char>(*rc::gen::inRange(1, 256));
  try {
    RC_ASSERT(parse_idx(packed, "f").bytes == parse_idx(plain, "f").bytes);
  } catch (const Error&) {
  }
}

RC_GTEST_PROP(Idx, SurvivesArbitraryBytes, (const std::string& tail)) {
  RC_ASSERT(is_refused_or_consistent(tail));
  RC_ASSERT(is_refused_or_consistent(std::string("\0\0\x08", 3) + tail));
  RC_ASSERT(is_refused_or_consistent("\x1f\x8b\x08" + tail));
}

}  // namespace
}  // namespace hourglass
