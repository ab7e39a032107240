#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/base/enum_names.h"
#include "hourglass/base/error.h"
#include "hourglass/base/schema/fields.h"
#include "hourglass/base/schema/value.h"

namespace hourglass {

/// Converts a bool, a number, a text or a list of them to a Value.
Value plain_value(const auto& x) { return {x, {}}; }
Value plain_value(const NamedEnum auto& x) { return {name_of(x), {}}; }
inline Value plain_value(const NumberOrText& x) { return x.text.empty() ? Value{x.number, {}} : Value{x.text, {}}; }
template <class T>
Value plain_value(const std::optional<T>& x) {
  return plain_value(*x);
}
template <class T>
Value plain_value(const std::vector<T>& x) {
  Value::List list;
  for (const T& item : x) list.push_back(plain_value(item));
  return {std::move(list), {}};
}

/// One number if both are equal.
inline Value plain_value(const std::array<int64_t, 2>& x) {
  return x[0] == x[1] ? plain_value(x[0]) : plain_value(std::vector(x.begin(), x.end()));
}

/// Converts a config to `"relu"` or `{ dense = 128 }`, in the form that KindReader reads.
Value kind_value(auto& x);
/// Converts a list of such configs.
Value kind_values(auto& x);

/// Writes a config struct as a table with all defaults; the inverse of FieldReader.
class FieldWriter {
 public:
  void field(std::string_view key, const auto& x, const auto&, std::string_view) { add(key, plain_value(x)); }
  template <class T>
  void field_if_given(std::string_view key, const T& x, const auto&, std::string_view) {
    if (x != T()) add(key, plain_value(x));
  }
  void table(std::string_view key, auto& x, std::string_view) {
    if (x) section(key, *x);
  }
  void section(std::string_view key, auto& x) {
    FieldWriter writer;
    fields(writer, x);
    add(key, {writer.take(), {}});
  }
  void choice(std::string_view key, auto& x, std::string_view) { add(key, kind_value(x)); }
  void list(std::string_view key, std::string_view, auto& x, std::string_view) { add(key, kind_values(x)); }
  void list_if_given(std::string_view key, std::string_view, auto& x, std::string_view) {
    if (!x.empty()) add(key, kind_values(x));
  }
  void others(const std::vector<std::pair<std::string, double>>& x, const auto&) {
    for (const auto& [key, number] : x) add(key, plain_value(number));
  }
  void needs(std::string_view) {}
  void excludes(std::string_view, std::string_view) {}
  void check(bool, std::string_view) {}

  Value::Table take() { return std::move(table_); }

 protected:
  void add(std::string_view key, Value value) { table_.push_back({std::string(key), {}, std::move(value)}); }

 private:
  Value::Table table_;
};

/// Writes a config with a kind; the inverse of KindReader.
class KindWriter : public FieldWriter {
 public:
  bool kind(const auto& which, const auto& chosen) {
    if (name_of(which) != name_of(chosen)) return false;
    name_ = name_of(which);
    return true;
  }
  void value(const auto& x, const Range&, std::string_view) { add(name_, plain_value(x)); }
  void value_or(double x, double, const Range&, std::string_view) { add(name_, plain_value(x)); }
  void value_or_share(int64_t x, int64_t divisor, const Range&, std::string_view) {
    if (divisor == 0) return add(name_, plain_value(x));
    add(name_, plain_value(divisor == 1 ? std::string("input") : fmt::format("input/{}", divisor)));
  }

  void list_value(std::string_view, auto& x, std::string_view) { add(name_, kind_values(x)); }

  Value finish() {
    HOURGLASS_CHECK(!name_.empty());
    Value::Table table = take();
    return table.empty() ? Value{name_, {}} : Value{std::move(table), {}};
  }

 private:
  std::string name_;
};

Value kind_value(auto& x) {
  KindWriter writer;
  kinds(writer, x);
  return writer.finish();
}

Value kind_values(auto& x) {
  Value::List items;
  for (auto& item : x) items.push_back(kind_value(item));
  return {std::move(items), {}};
}

}  // namespace hourglass
