#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/base/enum_names.h"
#include "hourglass/base/error.h"
#include "hourglass/base/schema/fields.h"
#include "hourglass/base/schema/value.h"

namespace hourglass {

/// Converts a bool, number or text to a Value.
template <class T>
Value plain_value(const T& x) {
  return {x, {}};
}
template <NamedEnum E>
Value plain_value(const E& x) {
  return {name_of(x), {}};
}
inline Value plain_value(const std::vector<float>& x) {
  Value::List list;
  for (const float number : x) list.push_back({static_cast<double>(number), {}});
  return {std::move(list), {}};
}
inline Value plain_value(const std::vector<std::string>& x) {
  Value::List list;
  for (const std::string& text : x) list.push_back({text, {}});
  return {std::move(list), {}};
}
inline Value plain_value(uint64_t x) {
  HOURGLASS_CHECK(x <= INT64_MAX);
  return {static_cast<int64_t>(x), {}};
}

/// Converts a config to `"relu"` or `{ dense = 128 }`, in the form that KindReader reads.
template <class T>
Value kind_value(T& x);

/// Writes a config struct as a table with all defaults; the inverse of FieldReader.
class FieldWriter {
 public:
  template <class T>
  void field(std::string_view key, const T& x, const auto&, std::string_view) {
    add(key, plain_value(x));
  }
  template <class T>
  void field_if_given(std::string_view key, const T& x, const auto&, std::string_view) {
    if (x != T()) add(key, plain_value(x));
  }
  template <class T>
  void table(std::string_view key, std::optional<T>& x, std::string_view) {
    if (x) section(key, *x);
  }
  template <class T>
  void section(std::string_view key, T& x) {
    FieldWriter writer;
    fields(writer, x);
    add(key, {writer.take(), {}});
  }
  template <class T>
  void choice(std::string_view key, T& x, std::string_view) {
    add(key, kind_value(x));
  }
  template <class T>
  void list(std::string_view key, std::string_view, std::vector<T>& x, std::string_view) {
    Value::List items;
    for (T& item : x) items.push_back(kind_value(item));
    add(key, {std::move(items), {}});
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
  bool kind(std::string_view name, const std::string& chosen) {
    if (name != chosen) return false;
    name_ = name;
    return true;
  }
  template <class T>
  void value(const T& x, const Range&, std::string_view) {
    add(name_, plain_value(x));
  }
  void value_or(double x, double, const Range&, std::string_view) { add(name_, plain_value(x)); }
  void value_or_share(int64_t x, int64_t divisor, const Range&, std::string_view) {
    if (divisor == 0) return add(name_, plain_value(x));
    add(name_, plain_value(divisor == 1 ? std::string("input") : fmt::format("input/{}", divisor)));
  }

  Value finish() {
    HOURGLASS_CHECK(!name_.empty());
    Value::Table table = take();
    return table.empty() ? Value{name_, {}} : Value{std::move(table), {}};
  }

 private:
  std::string name_;
};

template <class T>
Value kind_value(T& x) {
  KindWriter writer;
  kinds(writer, x);
  return writer.finish();
}

}  // namespace hourglass
