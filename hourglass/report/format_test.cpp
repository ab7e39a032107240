#include "hourglass/report/format.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace hourglass {
namespace {

TEST(Format, SeparatesThousands) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(9140), "9,140");
  EXPECT_EQ(format_count(1234567), "1,234,567");
  EXPECT_EQ(format_count(-123), "-123");
  EXPECT_EQ(format_count(-1234), "-1,234");
}

TEST(Format, GivesValuesFourSignificantDigits) {
  EXPECT_EQ(format_value(0.0731), "0.07310");
  EXPECT_EQ(format_value(18.2), "18.20");
  EXPECT_EQ(format_value(-0.5), "-0.5000");
  EXPECT_EQ(format_value(1234.4), "1,234");
  EXPECT_EQ(format_value(12345.0), "12,345");
  EXPECT_EQ(format_value(0.0001), "0.0001000");
  EXPECT_EQ(format_value(0.00001234), "1.234e-05");
  EXPECT_EQ(format_value(2e12), "2.000e+12");
}

TEST(Format, RoundsIntoTheNextDecade) {
  EXPECT_EQ(format_value(9.99996), "10.00");
  EXPECT_EQ(format_value(999.96), "1,000");
  EXPECT_EQ(format_value(0.099999), "0.1000");
}

TEST(Format, NamesWhatIsNotANumber) {
  EXPECT_EQ(format_value(0), "0");
  EXPECT_EQ(format_value(std::nan("")), "nan");
  EXPECT_EQ(format_value(-std::numeric_limits<double>::infinity()), "-inf");
}

TEST(Format, WritesDurationsAsAClockDoes) {
  EXPECT_EQ(format_duration(0.4), "0:00");
  EXPECT_EQ(format_duration(59.6), "1:00");
  EXPECT_EQ(format_duration(92), "1:32");
  EXPECT_EQ(format_duration(7509), "2:05:09");
  EXPECT_EQ(format_duration(std::nan("")), "?");
  EXPECT_EQ(format_duration(-1), "?");
  EXPECT_EQ(format_duration(1e300), "?");
}

TEST(Format, ShortensTextsFromOutside) {
  EXPECT_EQ(shortened("price", 5), "price");
  EXPECT_EQ(shortened("prices", 5), "pric…");
  EXPECT_EQ(shortened("größe", 4), "grö…");
  EXPECT_EQ(shortened("a\nb\x1b[1m", 9), "a b [1m");
  EXPECT_EQ(shortened("a\xFF\xE2", 9), "a  ");
  EXPECT_EQ(shortened("a\u202Eb\u0085", 9), "ab ");
  EXPECT_EQ(shortened("", 3), "");
}

TEST(Format, CountsCodePointsNotBytes) {
  EXPECT_EQ(display_width("abc"), 3);
  EXPECT_EQ(display_width("━━─"), 3);
}

TEST(Format, BytesHaveTheUnitThatSuits) {
  EXPECT_EQ(format_bytes(1234), "1.2 kB");
  EXPECT_EQ(format_bytes(640e3), "640 kB");
  EXPECT_EQ(format_bytes(999.7e3), "1.0 MB");
  EXPECT_EQ(format_bytes(17.6e9), "18 GB");
}

}  // namespace
}  // namespace hourglass
