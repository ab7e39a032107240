#include "hourglass/report/html/drawing.h"

#include <algorithm>
#include <array>

#include "hourglass/base/error.h"

namespace hourglass {
namespace {

using namespace std::string_view_literals;

constexpr std::array kElements = {"circle"sv,         "clipPath"sv, "defs"sv,  "desc"sv, "ellipse"sv, "feComposite"sv,
                                  "feFlood"sv,        "filter"sv,   "g"sv,     "line"sv, "path"sv,    "pattern"sv,
                                  "polygon"sv,        "polyline"sv, "rect"sv,  "stop"sv, "svg"sv,     "text"sv,
                                  "linearGradient"sv, "title"sv,    "tspan"sv, "use"sv};
constexpr std::array kNamespaces = {"http://www.w3.org/2000/svg"sv, "http://www.w3.org/1999/xlink"sv};
constexpr std::string_view kBlanks = " \t\r\n";

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

/// Reads an svg element from its start. What is not understood is refused.
class Drawing {
 public:
  Drawing(std::string_view svg, const std::string& name) : rest_(svg), name_(name) {}

  void check() {
    for (size_t tag; (tag = rest_.find('<')) != std::string_view::npos;) {
      take(tag + 1);
      check_tag();
    }
  }

 private:
  [[noreturn]] void refuse(std::string_view what) const {
    fail("{}: the SVG holds \"{}\", which gnuplot does not draw", name_, what.substr(0, 40));
  }

  std::string_view take(size_t count) {
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  void skip_blanks() { take(std::min(rest_.find_first_not_of(kBlanks), rest_.size())); }

  void check_tag() {
    const bool is_end = rest_.starts_with('/');
    if (is_end) take(1);
    const std::string_view element = take(std::min(rest_.find_first_of(" \t\r\n/>"), rest_.size()));
    if (std::ranges::find(kElements, element) == kElements.end()) refuse(element);
    for (skip_blanks(); !rest_.empty() && rest_[0] != '>' && rest_[0] != '/'; skip_blanks()) check_attribute();
    if (rest_.starts_with('/')) take(1);
    if (!rest_.starts_with('>')) refuse(element);
    take(1);
  }

  void check_attribute() {
    const std::string_view attribute = take(std::min(rest_.find_first_of(" \t\r\n="), rest_.size()));
    skip_blanks();
    if (!rest_.starts_with('=')) refuse(attribute);
    take(1);
    skip_blanks();
    const bool is_quoted = rest_.starts_with('"') || rest_.starts_with('\'');
    const size_t end = is_quoted ? rest_.find(rest_[0], 1) : std::string_view::npos;
    if (end == std::string_view::npos) refuse(attribute);
    const std::string_view value = take(end + 1).substr(1, end - 1);
    if (!is_harmless(attribute, value)) refuse(attribute);
  }

  static bool is_harmless(std::string_view attribute, std::string_view value) {
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-:";
    if (attribute.find_first_not_of(kLetters) != std::string_view::npos) return false;
    if (value.find_first_of("<>&\\") != std::string_view::npos) return false;
    const std::string name = lower(attribute), lower_value = lower(value);
    if (name.starts_with("on")) return false;
    if (name.starts_with("xmlns")) return std::ranges::find(kNamespaces, value) != kNamespaces.end();
    if (name.ends_with("href")) return value.starts_with('#');
    // A style may call a function that fetches a file.
    if (name == "style" && value.find('(') != value.rfind('(')) return false;
    if (name == "style" && value.find('(') != std::string_view::npos && value.find("url(#") == std::string_view::npos)
      return false;
    for (size_t at = 0; (at = lower_value.find("url(", at)) != std::string::npos; ++at)
      if (lower_value.compare(at, 5, "url(#") != 0) return false;
    return true;
  }

  std::string_view rest_;
  const std::string& name_;
};

}  // namespace

void check_drawing(std::string_view svg, const std::string& name) { Drawing(svg, name).check(); }

}  // namespace hourglass
