#include "hourglass/eval/measured_rows.h"

#include <gtest/gtest.h>

#include <string>

namespace hourglass {
namespace {

/// Shows the order in which parts are added.
struct Letters {
  std::string text;
  void add(const Letters& part) { text += part.text; }
};

TEST(OrderedSum, AddsInTheOrderOfTheNumbers) {
  OrderedSum<Letters> sum;
  for (const int64_t number : {2, 0, 4, 1, 3}) sum.add(number, {std::string(1, static_cast<char>('a' + number))});
  EXPECT_EQ(std::move(sum).take().text, "abcde");
}

}  // namespace
}  // namespace hourglass
