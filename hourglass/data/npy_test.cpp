#include "hourglass/data/npy.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

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
  EXPECT_EQ(refusal(npy(dictionary("'|O'", "(1,)"), "")),
            "f: array of Python objects ('|O'), expected '<f4', '<f8' or '|u1'");
  EXPECT_EQ(refusal(npy(dictionary("'<i8'", "(1,)"), "")), "f: array of '<i8', expected '<f4', '<f8' or '|u1'");
  EXPECT_EQ(refusal(npy(dictionary("'>f4'", "(1,)"), "")), "f: array of '>f4', expected '<f4', '<f8' or '|u1'");
  EXPECT_EQ(refusal(npy(dictionary("[('a', '<f4')]", "(1,)"), "")),
            "f: structured array, expected '<f4', '<f8' or '|u1'");
}

TEST(Npy, RefusesFortranOrderByName) {
  EXPECT_EQ(refusal(npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }", "1234")),
            "f: array in Fortran order, expected C order (numpy.ascontiguousarray)");
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
  EXPECT_EQ(refusal(content), "f: npy version 9.0, expected 1.0 or 2.0");
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
