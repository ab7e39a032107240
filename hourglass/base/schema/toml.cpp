#include "hourglass/base/schema/toml.h"

#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>

#include "hourglass/base/error.h"
#include "hourglass/base/schema/json.h"

namespace hourglass {
namespace {

/// Refuses long dotted names. toml++ frees tables recursively, one level per part of a dotted name, so that a name of
/// about 100,000 parts would overflow the stack even if the text is refused. Skips strings and comments and counts the
/// dots of each name.
class DottedNames {
 public:
  DottedNames(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  void check() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"' || c == '\'') {
        skip_string(c);
      } else if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else {
        count(c);
        ++at_;
      }
    }
  }

 private:
  static constexpr int kMaxParts = 8;

  void count(char c) {
    if (std::string_view("=,{}[]\n").find(c) != std::string_view::npos) dots_ = 0;
    if (c != '.' || ++dots_ < kMaxParts) return;
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<ptrdiff_t>(at_), '\n');
    fail("{}:{}: a name of more than {} parts", name_, line, kMaxParts);
  }

  void skip_string(char quote) {
    const std::string fence(3, quote);
    const bool multiline = text_.substr(at_, 3) == fence;
    for (at_ += multiline ? 3 : 1; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\n' && !multiline) return ++at_, void();
      if (text_[at_] == '\\' && quote == '"') {
        ++at_;
      } else if (!multiline && text_[at_] == quote) {
        return ++at_, void();
      } else if (multiline && text_.substr(at_, 3) == fence) {
        at_ = std::min(text_.find_first_not_of(quote, at_), text_.size());
        return;
      }
    }
  }

  std::string_view text_;
  const std::string& name_;
  size_t at_ = 0;
  int dots_ = 0;
};

class FromToml {
 public:
  explicit FromToml(const std::string& name) : source_(std::make_shared<const std::string>(name)) {}

  Value operator()(const toml::node& node, int depth = 0) const {
    const Place place = place_of(node.source());
    if (depth == kMaxDepth) fail("{}: nested deeper than {} levels", place.text(), kMaxDepth);
    if (const auto* table = node.as_table()) return {entries(*table, depth + 1), place};
    if (const auto* list = node.as_array()) return {items(*list, depth + 1), place};
    if (const auto* s = node.as_string()) return {s->get(), place};
    if (const auto* b = node.as_boolean()) return {b->get(), place};
    if (const auto* i = node.as_integer()) return {i->get(), place};
    if (const auto* d = node.as_floating_point()) return {d->get(), place};
    fail("{}: dates and times have no meaning here", place.text());
  }

 private:
  static constexpr int kMaxDepth = 64;

  Place place_of(const toml::source_region& region) const { return {source_, region.begin.line, region.begin.column}; }

  Value::List items(const toml::array& list, int depth) const {
    Value::List result;
    for (const toml::node& node : list) result.push_back((*this)(node, depth));
    return result;
  }

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
  std::string operator()(bool b) const { return b ? "true" : "false"; }
  std::string operator()(int64_t i) const { return std::to_string(i); }
  std::string operator()(double d) const { return number_text(d); }
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
  DottedNames(text, name).check();
  try {
    return FromToml(name)(toml::parse(text));
  } catch (const toml::parse_error& e) {
    fail("{}:{}:{}: {}", name, e.source().begin.line, e.source().begin.column, e.description());
  }
}

std::string toml_text(const Value& value) { return std::visit(ToToml{}, value.data); }

}  // namespace hourglass
