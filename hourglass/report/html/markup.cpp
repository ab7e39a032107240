#include "hourglass/report/html/markup.h"

#include "hourglass/base/text.h"

namespace hourglass {

Html Html::escaped(std::string_view text) {
  std::string escaped;
  for_each_character(text, [&](std::string_view c, bool is_valid) {
    const bool is_removed = changes_direction(c) || (is_control(c) && c != "\n" && c != "\t");
    if (!is_valid)
      escaped += "\uFFFD";
    else if (!is_removed)
      escaped += c == "&"    ? "&amp;"
                 : c == "<"  ? "&lt;"
                 : c == ">"  ? "&gt;"
                 : c == "\"" ? "&quot;"
                 : c == "'"  ? "&#39;"
                             : c;
  });
  return Html(std::move(escaped));
}

}  // namespace hourglass
