#include "hourglass/base/schema/value.h"

#include <fmt/format.h>

#include "hourglass/base/text.h"

namespace hourglass {
namespace {

/// Shortest text that reads back to the same double, with a decimal point or an exponent: "1.0", "1e-05".
std::string number_text(double x) {
  const std::string text = fmt::format("{}", x);
  return text.find_first_not_of("-0123456789") == std::string::npos ? text + ".0" : text;
}

struct Describe {
  std::string operator()(bool b) const { return b ? "true" : "false"; }
  std::string operator()(int64_t i) const { return std::to_string(i); }
  std::string operator()(double d) const { return number_text(d); }
  std::string operator()(const std::string& s) const { return fmt::format("text \"{}\"", beginning(s, 60)); }
  std::string operator()(const Value::List&) const { return "a list"; }
  std::string operator()(const Value::Table&) const { return "a table"; }
};

}  // namespace

std::string Place::text() const {
  const std::string name = source ? *source : "";
  return line == 0 ? name : fmt::format("{}:{}:{}", name, line, column);
}

std::string Value::describe() const { return std::visit(Describe{}, data); }

const Value* find(const Value::Table& table, std::string_view key) {
  for (const Value::Entry& entry : table)
    if (entry.key == key) return &entry.value;
  return nullptr;
}

void set_place(Value& v, const Place& place) {
  v.place = place;
  if (auto* list = v.as<Value::List>())
    for (Value& item : *list) set_place(item, place);
  if (auto* table = v.as<Value::Table>())
    for (auto& entry : *table) set_place(entry.value, entry.place = place);
}

}  // namespace hourglass
