#include "hourglass/data/formats/time_text.h"

#include <gtest/gtest.h>

namespace hourglass {
namespace {

constexpr double kJanuary31 = 1580428800;  // 2020-01-31 in seconds since 1970, as `date -u +%s` says

TEST(TimeText, ReadsDates) {
  EXPECT_EQ(parse_time("1970-01-01"), 0.0);
  EXPECT_EQ(parse_time("1969-12-31"), -86400.0);
  for (const char* text : {"2020-01-31", "2020/1/31", "2020.01.31", "31.01.2020", " 31.1.2020 "})
    EXPECT_EQ(parse_time(text), kJanuary31) << text;
}

TEST(TimeText, ReadsTimesOfDay) {
  for (const char* text : {"2020-01-31 12:00", "2020-01-31T12:00:00", "2020-01-31T12:00:00Z", "2020-01-31 13:00+01:00",
                           "2020-01-31T08:30:00-0330", "31.01.2020 12:00:00.0"})
    EXPECT_EQ(parse_time(text), kJanuary31 + 43200) << text;
  EXPECT_DOUBLE_EQ(*parse_time("2020-01-31 00:00:01.25"), kJanuary31 + 1.25);
}

TEST(TimeText, TakesNumbersAsTheyStand) {
  EXPECT_EQ(parse_time("17"), 17.0);
  EXPECT_EQ(parse_time("-1.5e3"), -1500.0);
  EXPECT_EQ(parse_time("1580428800.5"), kJanuary31 + 0.5);
}

TEST(TimeText, RefusesOtherTexts) {
  for (const char* text : {"", "yesterday", "2020-02-30", "2021-02-29", "2020-13-01", "2020-01-31 25:00", "12/31/2020",
                           "2020-01-31 12", "2020-01-31 12:60", "2020-01-31 12:00 noon", "2020-01-31T", "31.01.20",
                           "2020-01/31", "2020-01-31 12:00:00.", "2020-01-31 12:00+1"})
    EXPECT_EQ(parse_time(text), std::nullopt) << text;
}

}  // namespace
}  // namespace hourglass
