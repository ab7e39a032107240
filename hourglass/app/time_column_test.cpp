#include "hourglass/app/time_column.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>

#include "hourglass/base/file.h"

namespace hourglass {
namespace {

/// The time column of a table of `rows` rows; `time` gives the text of each.
std::optional<std::string> found(const std::function<std::string(int)>& time, int rows = 1200) {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "t.csv").string();
  std::string text = "name,when,value\n";
  for (int i = 0; i < rows; ++i) text += fmt::format("n{},{},{}\n", i % 3, time(i), 0.5 * (i % 17));
  write_file_atomically(path, text);
  const Inspection inspection = inspect_source(path);
  return time_column(path, inspection, suggested_reading(inspection).how);
}

std::string date(int minutes) {
  return fmt::format("2026-03-{:02} {:02}:{:02}", 1 + minutes / 1440, minutes / 60 % 24, minutes % 60);
}

TEST(TimeColumn, IsTheOneWithAscendingDatesThatAreEquallyFarApart) {
  EXPECT_EQ(found([](int i) { return date(10 * i); }), "when");
  EXPECT_EQ(found([](int i) { return date(10 * i + (i > 500 ? 300 : 0)); }), "when") << "with a gap";
}

TEST(TimeColumn, IsNoneOfOtherColumns) {
  EXPECT_EQ(found([](int i) { return date(10 * i); }, 900), std::nullopt) << "few rows";
  EXPECT_EQ(found([](int i) { return date(10 * ((i * 7) % 1200)); }), std::nullopt) << "not ascending";
  EXPECT_EQ(found([](int i) { return date(10 * (i / 30)); }), std::nullopt) << "mostly equal";
  EXPECT_EQ(found([](int i) { return date(i * i % 11 + 12 * i); }), std::nullopt) << "irregular";
  EXPECT_EQ(found([](int i) { return std::to_string(i); }), std::nullopt) << "a number is a counter";
  EXPECT_EQ(found([](int i) { return i == 600 ? std::string() : date(10 * i); }), std::nullopt) << "one is missing";
}

}  // namespace
}  // namespace hourglass
