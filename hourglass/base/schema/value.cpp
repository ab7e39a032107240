#include "hourglass/base/schema/value.h"

#include <fmt/format.h>

namespace hourglass {
namespace {

struct Describe {
  std::string operator()(bool b) const { return b ? "true" : "false"; }
  std::string operator()(int64_t i) const { return std::to_string(i); }
  std::string operator()(double d) const { return number_text(d); }
  std::string operator()(const std::string& s) const {
    constexpr size_t kLongest = 60;
    return fmt::format("text \"{}\"", s.size() > kLongest ? s.substr(0, kLongest) + "…" : s);
  }
  std::string operator()(const Value::List&) const { return "a list"; }
  std::string operator()(const Value::Table&) const { return "a table"; }
};

}  // namespace

std::string Place::text() const {
  const std::string name = source ? *source : "";
  return line == 0 ? name : fmt::format("{}:{}:{}", name, line, column);
}

std::string Value::describe() const { return std::visit(Describe{}, data); }

std::string number_text(double x) {
  const std::string text = fmt::format("{}", x);
  return text.find_first_not_of("-0123456789") == std::string::npos ? text + ".0" : text;
}

const Value* find(const Value::Table& table, std::string_view key) {
  for (const Value::Entry& entry : table)
    if (entry.key == key) return &entry.value;
  return nullptr;
}

Value* find(Value::Table& table, std::string_view key) {
  return const_cast<Value*>(find(static_cast<const Value::Table&>(table), key));
}

}  // namespace hourglass
