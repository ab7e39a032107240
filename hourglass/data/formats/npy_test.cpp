#include "hourglass/data/formats/npy.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "hourglass/base/error.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

/// A file with this dictionary as its header, as NumPy pads it.
std::string npy(std::string header, const std::string& data) {
  header.append(117 - header.size(), ' ') += '\n';
  return std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + data;
}

std::string dictionary(const std::string& type, const std::string& shape) {
  return "{'descr': " + type + ", 'fortran_order': False, 'shape': " + shape + ", }";
}

template <class T>
std::string raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

std::string refusal(const std::string& content) {
  return message_of<Error>([&] { parse_npy(content, "f"); });
}

const std::string kMalformed = "f: npy header is malformed; expected descr, fortran_order and shape";

TEST(Npy, WritesWhatNumPyWrites) {
  // numpy.save of numpy.float32([[1, 2, 3], [4, 5, 6]])
  Tensor t(DType::f32, {2, 3});
  for (int i = 0; i < 6; ++i) t.as<float>()[i] = static_cast<float>(i + 1);
  EXPECT_EQ(npy_bytes(t), npy(dictionary("'<f4'", "(2, 3)"), raw<float>({1, 2, 3, 4, 5, 6})));
}

TEST(Npy, WritesOneDimensionAsATuple) {
  EXPECT_EQ(npy_bytes(Tensor(DType::f64, {2})), npy(dictionary("'<f8'", "(2,)"), raw<double>({0, 0})));
}

TEST(Npy, ReadsWhatItWrites) {
  Tensor t(DType::f64, {2, 1, 2, 3});
  for (int i = 0; i < 12; ++i) t.as<double>()[i] = i * 0.5;
  for (DType type : {DType::f32, DType::f64}) {
    const NpyArray array = parse_npy(npy_bytes(t.cast(type)), "f");
    EXPECT_EQ(array.shape, t.shape());
    for (size_t i = 0; i < 12; ++i) EXPECT_EQ(std::get<1>(array.values).at(i), static_cast<float>(i) * 0.5f);
  }
}

TEST(Npy, KeepsBytesAsBytes) {
  const NpyArray array = parse_npy(npy(dictionary("'|u1'", "(3,)"), "\x01\x02\xff"), "f");
  EXPECT_EQ(array.shape, Shape{3});
  EXPECT_EQ(std::get<0>(array.values), (std::vector<uint8_t>{1, 2, 255}));
}

TEST(Npy, ReadsVersionTwo) {
  const std::string header = dictionary("'|u1'", "(1, 1)") + "\n";
  const std::string content =
      std::string("\x93NUMPY\x02\x00", 8) + static_cast<char>(header.size()) + std::string(3, '\0') + header + "a";
  EXPECT_EQ(parse_npy(content, "f").shape, (Shape{1, 1}));
}

TEST(Npy, TakesKeysInAnyOrder) {
  EXPECT_EQ(parse_npy(npy("{'shape':(1,2),'descr':'|u1','fortran_order':False}", "ab"), "f").shape, (Shape{1, 2}));
}

TEST(Npy, RefusesOtherTypesByName) {
  const std::string expected = ", expected integers, floats of 2, 4 or 8 bytes, or bool";
  EXPECT_EQ(refusal(npy(dictionary("'|O'", "(1,)"), "")), "f: array of Python objects ('|O')" + expected);
  EXPECT_EQ(refusal(npy(dictionary("[('a', '<f4')]", "(1,)"), "")), "f: structured array" + expected);
  for (const std::string type : {"<c8", "<U3", "<M8[ns]", "|S1", "<f16", "f4", "", "<f3", "<b4", "< u"})
    EXPECT_EQ(refusal(npy(dictionary("'" + type + "'", "(1,)"), "")), "f: array of '" + type + "'" + expected);
}

template <class T>
std::string backwards(const std::vector<T>& values) {
  std::string bytes = raw(values);
  for (size_t i = 0; i < bytes.size(); i += sizeof(T)) std::reverse(bytes.begin() + i, bytes.begin() + i + sizeof(T));
  return bytes;
}

std::vector<float> read(const std::string& type, const std::string& data) {
  return std::get<1>(parse_npy(npy(dictionary("'" + type + "'", "(2,)"), data), "f").values);
}

/// The largest and the smallest of a type, in either byte order.
template <class T>
void expect_extremes(const std::string& type) {
  const std::vector<T> ends = {std::numeric_limits<T>::lowest(), std::numeric_limits<T>::max()};
  const std::vector<float> expected = {static_cast<float>(ends[0]), static_cast<float>(ends[1])};
  EXPECT_EQ(read("<" + type, raw(ends)), expected) << type;
  EXPECT_EQ(read(">" + type, backwards(ends)), expected) << type;
}

TEST(Npy, ReadsEveryNumberInEitherByteOrder) {
  expect_extremes<int8_t>("i1");
  expect_extremes<int16_t>("i2");
  expect_extremes<uint16_t>("u2");
  expect_extremes<int32_t>("i4");
  expect_extremes<uint32_t>("u4");
  expect_extremes<int64_t>("i8");
  expect_extremes<uint64_t>("u8");
  expect_extremes<float>("f4");
  EXPECT_EQ(read(">f8", backwards<double>({0.5, -3})), (std::vector<float>{0.5f, -3}));
}

TEST(Npy, ReadsHalves) {
  // 1/3, the largest number; the smallest, −2
  EXPECT_EQ(read("<f2", raw<uint16_t>({0x3555, 0x7bff})), (std::vector<float>{0.33325195f, 65504}));
  EXPECT_EQ(read(">f2", backwards<uint16_t>({0x0001, 0xc000})), (std::vector<float>{0x1p-24f, -2}));
  EXPECT_EQ(refusal(npy(dictionary("'<f2'", "(1,)"), raw<uint16_t>({0x7c00}))),
            "f: row 0, column 0 (counted from 0): inf is not a finite 32-bit number");
}

TEST(Npy, ReadsBoolsAsNumbers) { EXPECT_EQ(read("|b1", std::string("\x00\x01", 2)), (std::vector<float>{0, 1})); }

TEST(Npy, ReadsFortranOrder) {
  const auto with = [](const std::string& type, const std::string& data) {
    return parse_npy(npy("{'descr': '" + type + "', 'fortran_order': True, 'shape': (2, 3, 2), }", data), "f");
  };
  // numpy.asfortranarray(numpy.arange(12).reshape(2, 3, 2))
  const std::vector<uint8_t> lies = {0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11}, c = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  EXPECT_EQ(std::get<0>(with("|u1", raw(lies)).values), c);
  EXPECT_EQ(std::get<1>(with("<f4", raw(std::vector<float>(lies.begin(), lies.end()))).values),
            std::vector<float>(c.begin(), c.end()));
}

TEST(Npy, KeepsNanWhereItStandsForAMissingValue) {
  const std::string content = npy(dictionary("'<f4'", "(2,)"), raw<float>({1, std::nanf("")}));
  EXPECT_TRUE(std::isnan(std::get<1>(parse_npy(content, "f", true).values).at(1)));
  EXPECT_THROW(parse_npy(npy(dictionary("'<f4'", "(1,)"), raw<float>({HUGE_VALF})), "f", true), Error);
}

TEST(Npy, ReadsAHeaderWithoutTheNumbers) {
  const NpyHeader header = read_npy_header(npy(dictionary("'<f8'", "(1000, 1000)"), ""), "f");
  EXPECT_EQ(header.shape, (Shape{1000, 1000}));
  EXPECT_EQ(header.type, "<f8");
  EXPECT_EQ(header.start, 128u);
}

TEST(Npy, RefusesWrongShapes) {
  const auto with = [](const std::string& shape) { return refusal(npy(dictionary("'|u1'", shape), "a")); };
  EXPECT_EQ(with("()"), "f: a single number, expected an array of 1 to 4 dimensions");
  EXPECT_EQ(with("(1, 1, 1, 1, 1)"), "f: array of more than 4 dimensions, expected 1 to 4");
  EXPECT_EQ(with("(0, 3)"), "f: header says 0 × 3: every dimension must be at least 1");
  EXPECT_EQ(with("(4294967296, 4294967296)"), "f: header says 4294967296 × 4294967296: more than any file can hold");
  for (const char* shape : {"(1)", "(-1,)", "1", "(1,,)", "(99999999999999999999,)", "(1.5,)"}) {
    EXPECT_EQ(with(shape), kMalformed) << shape;
  }
}

TEST(Npy, RefusesIncompleteHeaders) {
  for (const char* header : {"", "{}", "{'descr': '|u1'}", "{'descr': '|u1', 'shape': (1,), 'shape': (1,), }",
                             "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'shape': (1,), }",
                             "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'more': 1, }",
                             "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), } x",
                             "{'descr': '|u1', 'fortran_order': None, 'shape': (1,), }"}) {
    EXPECT_EQ(refusal(npy(header, "a")), kMalformed) << header;
  }
}

TEST(Npy, RefusesAnInexactLength) {
  const std::string content = npy(dictionary("'<f4'", "(2, 2)"), raw<float>({1, 2, 3, 4}));
  EXPECT_EQ(refusal(content + "x"), "f: header says 2 × 2 of '<f4' (4 bytes each), file holds 17 bytes");
  EXPECT_EQ(refusal(npy(dictionary("'<f8'", "(1152921504606846976, 2)"), "")),
            "f: header says 1152921504606846976 × 2 of '<f8' (8 bytes each), file holds 0 bytes");
}

TEST(Npy, NamesThePlaceOfANumberThatIsNotFinite) {
  const float nan = std::nanf(""), inf = HUGE_VALF;
  EXPECT_EQ(refusal(npy(dictionary("'<f4'", "(2, 3)"), raw<float>({1, 2, 3, 4, nan, 6}))),
            "f: row 1, column 1 (counted from 0): nan is not a finite 32-bit number");
  EXPECT_EQ(refusal(npy(dictionary("'<f4'", "(1, 2)"), raw<float>({1, -inf}))),
            "f: row 0, column 1 (counted from 0): -inf is not a finite 32-bit number");
  EXPECT_EQ(refusal(npy(dictionary("'<f8'", "(2,)"), raw<double>({1, 1e300}))),
            "f: row 1, column 0 (counted from 0): 1e+300 is not a finite 32-bit number");
}

TEST(Npy, RefusesAHeaderCutShort) {
  EXPECT_EQ(refusal("\x93NUMPY"), "f: not an npy file, or cut off within its header");
  EXPECT_EQ(refusal(npy("{}", "").substr(0, 50)), "f: npy header of 118 bytes announced, file holds 40");
}

TEST(Npy, RefusesOtherVersions) {
  std::string content = npy(dictionary("'|u1'", "(1,)"), "a");
  content[6] = 9;
  EXPECT_EQ(refusal(content), "f: npy version 9.0, expected 1.0 to 3.0");
}

RC_GTEST_PROP(Npy, RefusesAnyTruncation, ()) {
  const std::string content = npy(dictionary("'<f4'", "(2, 2)"), raw<float>({1, 2, 3, 4}));
  RC_ASSERT_THROWS_AS(parse_npy(content.substr(0, *rc::gen::inRange<size_t>(0, content.size())), "f"), Error);
}

RC_GTEST_PROP(Npy, SurvivesAnyChangedByte, ()) {
  std::string content = npy(dictionary("'<f4'", "(2, 2)"), raw<float>({1, 2, 3, 4}));
  content[*rc::gen::inRange<size_t>(0, content.size())] = *rc::gen::arbitrary<char>();
  try {
    const NpyArray array = parse_npy(content, "f");
    const size_t count = std::visit([](const auto& v) { return v.size(); }, array.values);
    RC_ASSERT(static_cast<int64_t>(count) == array.shape.size());
  } catch (const Error&) {
  }
}

RC_GTEST_PROP(Npy, SurvivesArbitraryHeaders, (const std::string& header)) {
  RC_PRE(header.size() < 117u);
  RC_ASSERT_THROWS_AS(parse_npy(npy("{'descr': '<f4', " + header.substr(0, 90), ""), "f"), Error);
}

}  // namespace
}  // namespace hourglass
