#include "hourglass/base/schema/fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hourglass {

std::string Range::complaint(double x) const {
  if (!std::isfinite(x)) return "a finite number";
  if (x < low || (low_open && x == low)) return fmt::format("{} {}", low_open ? "above" : "at least", low);
  if (x > high || (high_open && x == high)) return fmt::format("{} {}", high_open ? "below" : "at most", high);
  return "";
}

std::string Range::text() const {
  const auto end = [](double x) { return std::isinf(x) ? "∞" : fmt::format("{}", x); };
  return fmt::format("{}{}, {}{}", low_open ? "(" : "[", end(low), end(high),
                     high_open || std::isinf(high) ? ")" : "]");
}

std::string OneOf::text() const { return fmt::format("\"{}\"", fmt::join(names, "\", \"")); }

}  // namespace hourglass
