#include "hourglass/base/schema/toml.h"

#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>

#include "hourglass/base/error.h"
#include "hourglass/base/schema/json.h"

namespace hourglass {
namespace {

/// The end of the string that begins at `start`; of one that is not closed, the end of its line or of the text.
size_t string_end(std::string_view text, size_t start) {
  const char quote = text[start];
  const size_t length = text.substr(start, 3) == std::string(3, quote) ? 3 : 1;
  const std::string fence(length, quote);
  for (size_t i = start + length; i < text.size(); ++i) {
    if (text[i] == '\\' && quote == '"')
      ++i;
    else if (length == 1 && (text[i] == quote || text[i] == '\n'))
      return i + 1;
    else if (length == 3 && text.substr(i, 3) == fence)
      return std::min(text.find_first_not_of(quote, i), text.size());
  }
  return text.size();
}

/// Refuses long dotted names. toml++ frees tables recursively, one level per part of a dotted name, so that a name of
/// about 100,000 parts would overflow the stack even if the text is refused.
void check_dotted_names(std::string_view text, const std::string& name) {
  constexpr int kMaxParts = 8;
  int dots = 0;
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (std::string_view("=,{}[]\n").find(c) != std::string_view::npos) dots = 0;
    if (c == '.' && ++dots == kMaxParts)
      fail("{}:{}: a name of more than {} parts", name, 1 + std::ranges::count(text.substr(0, i), '\n'), kMaxParts);
    i = c == '"' || c == '\'' ? string_end(text, i) : c == '#' ? std::min(text.find('\n', i), text.size()) : i + 1;
  }
}

class FromToml {
 public:
  explicit FromToml(const std::string& name) : source_(std::make_shared<const std::string>(name)) {}

  Value operator()(const toml::node& node, int depth = 0) const {
    const Place place = place_of(node.source());
    if (depth == kMaxDepth) fail("{}: nested deeper than {} levels", place.text(), kMaxDepth);
    if (const auto* table = node.as_table()) return {entries(*table, depth + 1), place};
    if (const auto* list = node.as_array()) {
      Value::List items;
      for (const toml::node& item : *list) items.push_back((*this)(item, depth + 1));
      return {std::move(items), place};
    }
    if (const auto* s = node.as_string()) return {s->get(), place};
    if (const auto* b = node.as_boolean()) return {b->get(), place};
    if (const auto* i = node.as_integer()) return {i->get(), place};
    if (const auto* d = node.as_floating_point()) return {d->get(), place};
    fail("{}: dates and times have no meaning here", place.text());
  }

 private:
  static constexpr int kMaxDepth = 64;

  Place place_of(const toml::source_region& region) const { return {source_, region.begin.line, region.begin.column}; }

  /// Restores the order of the source, which toml++ does not keep; it makes better messages.
  Value::Table entries(const toml::table& table, int depth) const {
    Value::Table result;
    for (const auto& [key, node] : table)
      result.push_back({std::string(key.str()), place_of(key.source()), (*this)(node, depth)});
    std::stable_sort(result.begin(), result.end(), [](const auto& a, const auto& b) {
      return std::pair(a.place.line, a.place.column) < std::pair(b.place.line, b.place.column);
    });
    return result;
  }

  std::shared_ptr<const std::string> source_;
};

struct ToToml {
  std::string operator()(const auto& boolean_or_number) const { return Value{boolean_or_number, {}}.describe(); }
  /// Escapes a text as in JSON; TOML also requires DEL to be escaped.
  std::string operator()(const std::string& s) const {
    std::string text = json_text({s, {}});
    for (size_t at = 0; (at = text.find('\x7f', at)) != std::string::npos;) text.replace(at, 1, "\\u007f");
    return text;
  }
  std::string operator()(const Value::List& list) const {
    std::vector<std::string> parts;
    for (const Value& v : list) parts.push_back(toml_text(v));
    return fmt::format("[{}]", fmt::join(parts, ", "));
  }
  std::string operator()(const Value::Table& table) const {
    std::vector<std::string> parts;
    for (const auto& entry : table) parts.push_back(entry.key + " = " + toml_text(entry.value));
    return parts.empty() ? "{}" : fmt::format("{{ {} }}", fmt::join(parts, ", "));
  }
};

}  // namespace

Value parse_toml(std::string_view text, const std::string& name) {
  check_dotted_names(text, name);
  try {
    Value root = FromToml(name)(toml::parse(text));
    root.place = {root.place.source};
    return root;
  } catch (const toml::parse_error& e) {
    fail("{}:{}:{}: {}", name, e.source().begin.line, e.source().begin.column, e.description());
  }
}

std::string toml_text(const Value& value) { return std::visit(ToToml{}, value.data); }

}  // namespace hourglass
