#include "hourglass/data/formats/date.h"

#include <gtest/gtest.h>

namespace hourglass {
namespace {

TEST(Date, KnowsTheUsualForms) {
  for (const char* cell : {"2020-01-31", "2020-01", "2020/1/31", "31.01.2020", "1/31/2020", "31-Jan-2020",
                           "Jan 31, 2020", "31 January 2020", "12:00", "12:00:59.5", "2020-01-31T12:00:00Z",
                           "2020-01-31 12:00:00+02:00", "1/31/20 1:05 PM", "2020-01-31T12:00:00.123456"})
    EXPECT_TRUE(is_date(cell)) << cell;
}

TEST(Date, LeavesOtherTextsAlone) {
  for (const char* cell : {"", "2020", "1.5", "2020-13-01", "99/99/2020", "1.2.3", "12-5", "Jan", "Mary 31",
                           "31.01.2020 x", "10.0.0.1", "2020-01-31T"})
    EXPECT_FALSE(is_date(cell)) << cell;
}

}  // namespace
}  // namespace hourglass
