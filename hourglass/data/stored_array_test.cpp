#include "hourglass/data/stored_array.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"
#include "hourglass/data/scaler.h"
#include "hourglass/data/source.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

template <class T>
std::string npy(const std::string& type, const std::vector<T>& numbers, int64_t width) {
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}, {}), }}", type,
                                   static_cast<int64_t>(numbers.size()) / width, width);
  header.resize(117, ' ');
  return std::string("\x93NUMPY\x01\x00v\x00", 10) + header + "\n" +
         std::string(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T));
}

class Stored : public testing::Test {
 protected:
  std::string file(const std::string& content) const {
    write_file_atomically(folder_.path() / "a.npy", content);
    return (folder_.path() / "a.npy").string();
  }
  /// The data set on disk, and the same in memory.
  std::pair<Dataset, Dataset> both(const std::string& content, const ReadOptions& how = {}) const {
    const std::string path = file(content);
    StoredNpy npy = map_npy(path, how.missing != MissingValues::refuse);
    return {Dataset{path, {npy.shape[1]}, std::move(npy.values), {}}, open_source(path, how).train};
  }
  std::string refusal(const std::string& content) const {
    return message_of<Error>([&] { map_npy(file(content)); }).substr(file(content).size());
  }
  TemporaryFolder folder_;
};

std::vector<float> gathered(const Dataset& data, const Scaler& scaler, const std::vector<uint32_t>& rows) {
  Tensor out(DType::f32, {static_cast<int64_t>(rows.size()), data.sample.size()});
  gather(data, scaler, rows, out);
  return {out.as<float>(), out.as<float>() + out.size()};
}

void expect_alike(const Dataset& stored, const Dataset& read, bool fill = false) {
  ASSERT_EQ(stored.rows(), read.rows());
  EXPECT_EQ(stored.is_bytes(), read.is_bytes());
  const std::vector<uint32_t> rows = {2, 0, 1};
  using enum ScalerKind;
  for (const ScalerKind kind : {unit, center, standard, minmax, robust, none}) {
    const Scaler a = fit_scaler(kind, stored, rows, fill), b = fit_scaler(kind, read, rows, fill);
    EXPECT_EQ(a.offset, b.offset) << name_of(kind);
    EXPECT_EQ(a.factor, b.factor) << name_of(kind);
    EXPECT_EQ(gathered(stored, a, rows), gathered(read, b, rows)) << name_of(kind);
  }
  EXPECT_EQ(gathered(stored.slice(1, 2), {}, {1}), gathered(read.slice(1, 2), {}, {1}));
}

TEST_F(Stored, ArraysAreWhatTheyWouldBeInMemory) {
  const auto check = [&](const std::string& content) {
    const auto [stored, read] = both(content);
    expect_alike(stored, read);
  };
  check(npy<float>("<f4", {1, 2.5f, -3, 4, 5, 60}, 2));
  check(npy<double>("<f8", {0.1, 2, 3, 4, 1e-3, 6}, 2));
  check(npy<uint8_t>("|u1", {1, 2, 3, 4, 5, 255}, 2));
  check(npy<int64_t>("<i8", {1, -2, 3, 4, 5, 1 << 30}, 2));
  check(npy<uint16_t>(">u2", {0x100, 0x200, 0x301, 0x400, 0x500, 0x6000}, 2));
  check(npy<uint8_t>("|b1", {1, 0, 0, 1, 1, 1}, 2));
}

TEST_F(Stored, MissingValuesAreFilledIn) {
  const auto [stored, read] = both(npy<float>("<f4", {1, NAN, -3, 4, 5, 60}, 2), {.missing = MissingValues::mean});
  expect_alike(stored, read, true);
}

TEST_F(Stored, SlicesOutliveTheWhole) {
  Dataset part;
  {
    auto [stored, read] = both(npy<double>("<f8", {1, 2, 3, 4, 5, 6}, 2));
    part = stored.slice(1, 2);
  }
  EXPECT_EQ(gathered(part, {}, {0, 1}), (std::vector<float>{3, 4, 5, 6}));
}

TEST_F(Stored, RowsVisitedTogetherDoNotShareABuffer) {
  const auto [stored, read] = both(npy<double>("<f8", {1, 2, 3, 4, 5, 6}, 2));
  const std::vector<uint32_t> all = {0, 1, 2};
  std::vector<double> products;
  stored.with_rows([&](const auto& rows) {
    rows.for_each(all,
                  [&](const auto* a) { rows.for_each(all, [&](const auto* b) { products.push_back(a[0] * b[1]); }); });
  });
  EXPECT_EQ(products, (std::vector<double>{2, 4, 6, 6, 12, 18, 10, 20, 30}));
}

TEST_F(Stored, SelectedRowsAreCopies) {
  auto [stored, read] = both(npy<double>("<f8", {1, 2, 3, 4, 5, 6}, 2));
  read.labels = {7, 8, 9};
  const std::vector<uint32_t> rows = {2, 0, 2};
  EXPECT_EQ(std::get<1>(stored.select(rows).values), (std::vector<float>{5, 6, 1, 2, 5, 6}));
  EXPECT_EQ(std::get<1>(read.select(rows).values), (std::vector<float>{5, 6, 1, 2, 5, 6}));
  EXPECT_EQ(read.select(rows).labels, (std::vector<int32_t>{9, 7, 9}));
}

TEST_F(Stored, RefusesWhatCannotBeRead) {
  EXPECT_EQ(
      refusal(npy<float>("<f4", {1, NAN, -3, 4}, 2)),
      ": row 0, column 1 (counted from 0) has no value (NaN); [data] missing = \"mean\" fills them in, in a file of "
      "256 MiB and more");
  EXPECT_EQ(refusal(npy<double>("<f8", {1, 2, 3, 1e300}, 2)),
            ": row 1, column 1 (counted from 0): inf is not a finite 32-bit number");
  EXPECT_EQ(refusal(npy<float>("<f4", {1, 2, 3, 4}, 2) + "x"),
            ": header says 2 × 2 of '<f4' (4 bytes each), file holds 17 bytes");
  EXPECT_EQ(refusal(""), ": not an npy file, or cut off within its header");
  EXPECT_THROW(map_npy(folder_.path().string()), Error);
}

TEST_F(Stored, FilesAreKnownByTheirAddresses) {
  const std::string path = file("content");
  const char* start;
  {
    const MappedFile mapped(path);
    start = mapped.bytes().data();
    EXPECT_EQ(mapped_file_at(start + 6), path);
    EXPECT_EQ(mapped_file_at(start + 7), nullptr);
  }
  EXPECT_EQ(mapped_file_at(start), nullptr);
}

}  // namespace
}  // namespace hourglass
