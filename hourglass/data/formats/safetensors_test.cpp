#include "hourglass/data/formats/safetensors.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstring>

#include "hourglass/base/error.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

/// A file from a header as it stands and some bytes.
std::string file_of(const std::string& header, const std::string& data = "") {
  const uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header + data;
}

std::string message_of(const std::string& bytes) {
  try {
    parse_safetensors(bytes, "m");
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

std::string one(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"w":{"dtype":)" + dtype + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
}

const std::string kEight(8, '\0');

/// A small model: two tensors and a metadata text.
std::string example() {
  Tensor weight(DType::f32, {2, 3}), bias(DType::f64, {3});
  for (int i = 0; i < 6; ++i) weight.as<float>()[i] = 0.5f * static_cast<float>(i);
  bias.as<double>()[2] = -1.0 / 3.0;
  return safetensors_bytes({{"encoder.0.weight", weight}, {"encoder.0.bias", bias}}, {{"recipe", R"({"epochs":3})"}});
}

TEST(SafeTensors, ReadBackWhatWasWritten) {
  const SafeTensors file = parse_safetensors(example(), "m");
  ASSERT_EQ(file.tensors.size(), 2u);
  const Tensor& weight = file.tensors.at("encoder.0.weight");
  EXPECT_EQ(weight.shape(), (Shape{2, 3}));
  EXPECT_EQ(weight.as<float>()[5], 2.5f);
  EXPECT_EQ(file.tensors.at("encoder.0.bias").as<double>()[2], -1.0 / 3.0);
  EXPECT_EQ(file.metadata, (std::map<std::string, std::string>{{"recipe", R"({"epochs":3})"}}));
}

TEST(SafeTensors, AreLaidOutByTheFormat) {
  Tensor a(DType::f32, {1}), b(DType::f32, {});
  a.as<float>()[0] = 1.0f;
  const std::string expected = R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                               R"("b":{"dtype":"F32","shape":[],"data_offsets":[4,8]}})";
  const std::string bytes = safetensors_bytes({{"b", b}, {"a", a}}, {});
  const std::string padding((8 - expected.size() % 8) % 8, ' ');
  EXPECT_EQ(bytes, file_of(expected + padding, std::string("\0\0\x80\x3f\0\0\0\0", 8)));
}

TEST(SafeTensors, MayBeStoredInAnyOrder) {
  const std::string header = R"({"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},)"
                             R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
  EXPECT_EQ(
      parse_safetensors(file_of(header, std::string("\0\0\0\0\0\0\x80\x3f", 8)), "m").tensors.at("b").as<float>()[0],
      1.0f);
}

/// PyTorch's batch normalisation has a counter of batches, an integer, which nothing here depends on.
TEST(SafeTensors, LeaveOutCountersOfBatches) {
  const std::string header = R"({"a.num_batches_tracked":{"dtype":"I64","shape":[],"data_offsets":[0,8]},)"
                             R"("a.weight":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})";
  const SafeTensors read = parse_safetensors(file_of(header, std::string("\x05\0\0\0\0\0\0\0\0\0\x80\x3f", 12)), "m");
  EXPECT_EQ(read.tensors.size(), 1u);
  EXPECT_EQ(read.tensors.at("a.weight").as<float>()[0], 1.0f);
}

TEST(SafeTensors, MayBeEmpty) {
  EXPECT_TRUE(parse_safetensors(file_of("{}"), "m").tensors.empty());
  const SafeTensors empty = parse_safetensors(file_of(one("\"F32\"", "[0,3]", "[0,0]")), "m");
  EXPECT_EQ(empty.tensors.at("w").size(), 0);
}

RC_GTEST_PROP(SafeTensors, RoundTripAnyTensorsAndTexts, ()) {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, ConstView> views;
  std::map<std::string, std::string> metadata;
  for (int i = *rc::gen::inRange(0, 5); i > 0; --i) {
    Shape shape;
    for (int axes = *rc::gen::inRange(0, 5); axes > 0; --axes) shape.push_back(*rc::gen::inRange(0, 4));
    const auto name = fmt::format("{}", *rc::gen::inRange(0, 1000));
    Tensor& tensor = tensors[name] = Tensor(*rc::gen::element(DType::f32, DType::f64), shape);
    for (int64_t k = 0; k < shape.size() * size_of(tensor.dtype()); ++k)
      tensor.view().bytes()[k] = static_cast<std::byte>(*rc::gen::inRange(0, 256));
    views[name] = tensor;
    metadata[name] = *rc::gen::container<std::string>(rc::gen::inRange<char>(0, 127));
  }
  const SafeTensors back = parse_safetensors(safetensors_bytes(views, metadata), "m");
  RC_ASSERT(back.metadata == metadata);
  RC_ASSERT(back.tensors.size() == tensors.size());
  for (const auto& [name, tensor] : tensors) {
    const Tensor& read = back.tensors.at(name);
    RC_ASSERT(read.dtype() == tensor.dtype() && read.shape() == tensor.shape());
    const auto bytes = static_cast<size_t>(tensor.size() * size_of(tensor.dtype()));
    RC_ASSERT(std::memcmp(read.view().bytes(), tensor.view().bytes(), bytes) == 0);
  }
}

TEST(SafeTensors, WithAnyFlippedBitAreReadOrRefused) {
  const std::string bytes = example();
  int refused = 0;
  for (size_t i = 0; i < bytes.size() * 8; ++i) {
    std::string flipped = bytes;
    flipped[i / 8] = static_cast<char>(flipped[i / 8] ^ (1 << i % 8));
    refused += message_of(flipped) != "nothing was thrown";
  }
  EXPECT_GT(refused, 500);
}

TEST(SafeTensors, CutAnywhereAreRefused) {
  const std::string bytes = example();
  for (size_t n = 0; n < bytes.size(); ++n) EXPECT_NE(message_of(bytes.substr(0, n)), "nothing was thrown") << n;
}

TEST(SafeTensors, RefuseTrailingBytes) {
  EXPECT_EQ(message_of(example() + "x"), "m: tensors cover 48 bytes of data, the file holds 49");
}

TEST(SafeTensors, RefuseAHeaderThatDoesNotFit) {
  EXPECT_EQ(message_of("short"), "m: 5 bytes, too short for a safetensors file");
  EXPECT_EQ(message_of(std::string(8, '\xff')),
            "m: not a safetensors file: its first 8 bytes announce a header of 18446744073709551615 bytes, of "
            "100000000 allowed");
  EXPECT_EQ(message_of(std::string("\x05\0\0\0\0\0\0\0{}", 10)), "m: header of 5 bytes, but only 2 follow");
}

TEST(SafeTensors, RefuseAHeaderThatIsNoTable) {
  EXPECT_EQ(message_of(file_of("[]")), "m: header: expected a table, found a list");
  EXPECT_NE(message_of(file_of("")), "nothing was thrown");
  EXPECT_NE(message_of(file_of("{\"w\":")), "nothing was thrown");
}

TEST(SafeTensors, RefuseADeepHeaderWithoutOverflowingTheStack) {
  EXPECT_EQ(message_of(file_of(std::string(100'000'000, '['))), "m: JSON: nested deeper than 64 levels");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_EQ(message_of(file_of(objects)), "m: JSON: nested deeper than 64 levels");
}

TEST(SafeTensors, RefuseTheSameNameTwice) {
  const std::string entry = R"("w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
  EXPECT_EQ(message_of(file_of("{" + entry + "," + entry + "}", "1234")), "m: JSON: key \"w\" appears twice");
}

TEST(SafeTensors, RefuseOtherDtypesByName) {
  EXPECT_EQ(message_of(file_of(one("\"I64\"", "[1]", "[0,8]"), kEight)), "m: w: dtype I64, expected F32 or F64");
  EXPECT_EQ(message_of(file_of(one("3", "[1]", "[0,8]"), kEight)), "m: w: dtype: expected text, found 3");
}

TEST(SafeTensors, RefuseImpossibleShapes) {
  const auto with = [](const std::string& shape) {
    return message_of(file_of(one("\"F32\"", shape, "[0,8]"), kEight));
  };
  EXPECT_EQ(with("[2]"), "nothing was thrown");
  EXPECT_EQ(with("[3]"), "m: w: shape 3 takes 12 bytes, data_offsets give 8");
  EXPECT_EQ(with("[-2]"), "m: w: shape: expected at least 0, found -2");
  EXPECT_EQ(with("[2.0]"), "m: w: shape: expected an integer, found 2.0");
  EXPECT_EQ(with("\"x\""), "m: w: shape: expected a list, found text \"x\"");
  EXPECT_EQ(with("[1,1,1,1,2]"), "m: w: shape: 5 axes, at most 4 are supported");
  EXPECT_EQ(with("[4611686018427387904,2]"), "m: w: shape 4611686018427387904 × 2 is too large");
  EXPECT_EQ(with("[1099511627776,1099511627776]"), "m: w: shape 1099511627776 × 1099511627776 is too large");
}

TEST(SafeTensors, RefuseImpossibleOffsets) {
  const auto with = [](const std::string& offsets) {
    return message_of(file_of(one("\"F32\"", "[2]", offsets), kEight));
  };
  EXPECT_EQ(with("[0,16]"), "m: w: data_offsets [0, 16] do not lie in 8 bytes of data");
  EXPECT_EQ(with("[8,0]"), "m: w: data_offsets [8, 0] do not lie in 8 bytes of data");
  EXPECT_EQ(with("[0]"), "m: w: data_offsets: expected 2 numbers, found 1");
  EXPECT_EQ(with("[0,9223372036854775808]"), "m: w: data_offsets: expected an integer, found 9.223372036854776e+18");
}

TEST(SafeTensors, RefuseGapsAndOverlaps) {
  const auto two = [](const std::string& a, const std::string& b) {
    return message_of(file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":)" + a +
                                  R"(},"b":{"dtype":"F32","shape":[1],"data_offsets":)" + b + "}}",
                              kEight + "1234"));
  };
  EXPECT_EQ(two("[0,4]", "[8,12]"), "m: b: begins at byte 8 of the data, expected 4");
  EXPECT_EQ(two("[0,4]", "[0,4]"), "m: b: begins at byte 0 of the data, expected 4");
  EXPECT_EQ(two("[4,8]", "[8,12]"), "m: a: begins at byte 4 of the data, expected 0");
}

TEST(SafeTensors, RefuseIncompleteEntries) {
  EXPECT_EQ(message_of(file_of(R"({"w":3})")), "m: w: expected a table, found 3");
  EXPECT_EQ(message_of(file_of(R"({"w":{"dtype":"F32","shape":[]}})")), "m: w: \"data_offsets\" is missing");
  EXPECT_EQ(message_of(file_of(R"({"w":{"dtype":"F32","shape":[],"offsets":[0,4]}})")),
            "m: w: unknown section or key \"offsets\"; known: dtype, shape, data_offsets");
}

TEST(SafeTensors, RefuseMetadataThatIsNotText) {
  EXPECT_EQ(message_of(file_of(R"({"__metadata__":{"a":1}})")), "m: __metadata__: a: expected text, found 1");
  EXPECT_EQ(message_of(file_of(R"({"__metadata__":[]})")), "m: __metadata__: expected a table, found a list");
}

/// The values of a tensor of one row, in any type.
std::vector<float> row(const std::string& dtype, const std::string& numbers, size_t size) {
  const std::string shape = fmt::format("[1,{}]", numbers.size() / size);
  const NpyArray array = parse_safetensors_array(
      file_of(one('"' + dtype + '"', shape, fmt::format("[0,{}]", numbers.size())), numbers), "", "m");
  return std::visit([](const auto& v) { return std::vector<float>(v.begin(), v.end()); }, array.values);
}

template <class T>
std::string bytes_of(std::vector<T> numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T)};
}

TEST(SafeTensors, AsDataMayBeOfAnyType) {
  using Floats = std::vector<float>;
  EXPECT_EQ(row("F16", bytes_of<uint16_t>({0x3c00, 0xc000, 0x0001, 0x83ff, 0x7bff, 0x8000}), 2),
            (Floats{1, -2, 0x1p-24f, -1023 * 0x1p-24f, 65504, -0.0f}));
  EXPECT_EQ(row("BF16", bytes_of<uint16_t>({0x3f80, 0xc000, 0x0001, 0x7f7f}), 2),
            (Floats{1, -2, 0x1p-133f, 0x1.fep127f}));
  EXPECT_EQ(row("F32", bytes_of<float>({0.1f, -3}), 4), (Floats{0.1f, -3}));
  EXPECT_EQ(row("F64", bytes_of<double>({0.1, -3}), 8), (Floats{0.1f, -3}));
  EXPECT_EQ(row("I8", bytes_of<int8_t>({-128, 127}), 1), (Floats{-128, 127}));
  EXPECT_EQ(row("I16", bytes_of<int16_t>({-32768}), 2), (Floats{-32768}));
  EXPECT_EQ(row("I32", bytes_of<int32_t>({-7}), 4), (Floats{-7}));
  EXPECT_EQ(row("I64", bytes_of<int64_t>({-7, int64_t{1} << 40}), 8), (Floats{-7, 0x1p40f}));
  EXPECT_EQ(row("U8", bytes_of<uint8_t>({0, 255}), 1), (Floats{0, 255}));
  EXPECT_EQ(row("U16", bytes_of<uint16_t>({65535}), 2), (Floats{65535}));
  EXPECT_EQ(row("U32", bytes_of<uint32_t>({4294967295u}), 4), (Floats{0x1p32f}));
  EXPECT_EQ(row("U64", bytes_of<uint64_t>({UINT64_MAX}), 8), (Floats{0x1p64f}));
  EXPECT_EQ(row("BOOL", std::string("\0\1", 2), 1), (Floats{0, 1}));
}

TEST(SafeTensors, AsDataHoldNumbersOrMissingValues) {
  EXPECT_TRUE(std::isnan(row("F16", bytes_of<uint16_t>({0x7e00}), 2)[0]));
  EXPECT_TRUE(std::isnan(row("BF16", bytes_of<uint16_t>({0x7fc0}), 2)[0]));
  const auto refusal = [](auto f) { return hourglass::message_of<Error>(f); };
  EXPECT_EQ(refusal([] {
              row("F16", bytes_of<uint16_t>({0, 0x7c00}), 2);
            }),
            "m:w: row 0, column 1 (counted from 0): inf is not a finite 32-bit number");
  EXPECT_EQ(refusal([] { row("BF16", bytes_of<uint16_t>({0xff80}), 2); }),
            "m:w: row 0, column 0 (counted from 0): -inf is not a finite 32-bit number");
  EXPECT_EQ(refusal([] { row("F8_E4M3", "12", 1); }),
            "m: w: dtype F8_E4M3, expected integers, F16, BF16, F32, F64 or BOOL");
  EXPECT_EQ(refusal([] { row("F16", "123", 2); }), "m: w: shape 1 × 1 takes 2 bytes, data_offsets give 3");
  EXPECT_EQ(refusal([] { parse_safetensors_array(file_of(one("\"F32\"", "[]", "[0,4]"), "1234"), "w", "m"); }),
            "m:w: shape [], expected rows of values");
}

TEST(SafeTensors, AsDataAreReadWithoutTheirNeighbours) {
  const std::string header = R"({"labels":{"dtype":"I64","shape":[1,1,1,1,1],"data_offsets":[8,999]},"odd":3,)"
                             R"("x":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"__metadata__":7})";
  const NpyArray array = parse_safetensors_array(file_of(header, bytes_of<float>({1, 2})), "x", "m");
  EXPECT_EQ(array.shape, (Shape{2, 1}));
  EXPECT_EQ(std::get<std::vector<float>>(array.values), (std::vector<float>{1, 2}));
  EXPECT_EQ(hourglass::message_of<Error>([&] { parse_safetensors_array(file_of(header), "y", "m"); }),
            "m: no tensor \"y\"; it holds labels, odd, x");
}

TEST(SafeTensors, RefuseToWriteTextThatIsNotUtf8) { EXPECT_THROW(safetensors_bytes({}, {{"a", "\xff"}}), Error); }

}  // namespace
}  // namespace hourglass
