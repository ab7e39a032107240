#include "hourglass/data/byte_store.h"

#include <gtest/gtest.h>

namespace hourglass {
namespace {

std::vector<uint8_t> content(const Values& values) {
  if (const auto* in_memory = std::get_if<std::vector<uint8_t>>(&values)) return *in_memory;
  const std::string_view bytes = std::get<StoredArray>(values).bytes();
  return {bytes.begin(), bytes.end()};
}

TEST(ByteStore, KeepsFewBytesInMemoryAndManyInAFile) {
  for (const size_t count : {size_t{0}, size_t{90}, size_t{100}, size_t{101}, size_t{1000}}) {
    ByteStore store(100);
    std::vector<uint8_t> all;
    while (all.size() < count) {
      const size_t before = all.size();
      for (size_t i = 0; i < 7 && all.size() < count; ++i) all.push_back(static_cast<uint8_t>(all.size() * 37));
      store.append(std::span(all).subspan(before));
    }
    const Values values = store.take();
    EXPECT_EQ(std::holds_alternative<StoredArray>(values), count >= 100) << count;
    EXPECT_EQ(content(values), all) << count;
  }
}

TEST(ByteStore, GivesRowsOfADataset) {
  ByteStore store(4);
  for (uint8_t i = 0; i < 6; ++i) store.append(std::vector<uint8_t>{i, uint8_t(10 * i)});
  const Dataset data{"images", {2}, store.take(), {}};
  EXPECT_EQ(data.rows(), 6);
  EXPECT_TRUE(data.is_bytes());
  EXPECT_EQ(content(data.select(std::vector<uint32_t>{5, 1}).values), (std::vector<uint8_t>{5, 50, 1, 10}));
}

}  // namespace
}  // namespace hourglass
