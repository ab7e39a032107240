#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hourglass {

/// Source position of a value: `sparse.toml:12:15`, or only the source if it has no lines.
struct Place {
  std::shared_ptr<const std::string> source;
  uint32_t line = 0;  ///< from 1; 0 = unknown
  uint32_t column = 0;

  std::string text() const;
};

/// Tree of plain values, the common part of TOML and JSON. Every node has its source position.
struct Value {
  struct Entry;
  using List = std::vector<Value>;
  using Table = std::vector<Entry>;  ///< in the order of the source; keys are unique

  std::variant<bool, int64_t, double, std::string, List, Table> data;
  Place place;

  template <class T>
  const T* as() const {
    return std::get_if<T>(&data);
  }
  template <class T>
  T* as() {
    return std::get_if<T>(&data);
  }

  /// Description for messages: `text "x"`, `3`, `0.5`, `true`, `a list`, `a table`. Long texts are shortened.
  std::string describe() const;
};

struct Value::Entry {
  std::string key;
  Place place;
  Value value;
};

/// Value of the entry with this key, or null.
const Value* find(const Value::Table& table, std::string_view key);

/// Sets the place of a value and of everything inside it.
void set_place(Value& v, const Place& place);

}  // namespace hourglass
