#include "hourglass/data/formats/csv_formula.h"

#include <algorithm>
#include <array>

#include "hourglass/data/formats/cell.h"

namespace hourglass {

bool needs_apostrophe(std::string_view text) {
  using namespace std::string_view_literals;
  // The last four are the wide forms of East Asian fonts.
  constexpr std::array kStarts = {"="sv, "+"sv, "-"sv, "@"sv, "\t"sv, "\r"sv, "\n"sv, "＝"sv, "＋"sv, "－"sv, "＠"sv};
  static const MissingMarkers markers;
  text.remove_prefix(std::min(text.find_first_not_of('\''), text.size()));
  if (std::ranges::none_of(kStarts, [&](std::string_view start) { return text.starts_with(start); })) return false;
  return !number_in(text, '.') && !number_in(text, ',') && !markers.contains(text);
}

std::string_view without_apostrophe(std::string_view cell) {
  return cell.starts_with('\'') && needs_apostrophe(cell) ? cell.substr(1) : cell;
}

}  // namespace hourglass
