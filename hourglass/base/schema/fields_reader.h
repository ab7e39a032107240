#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hourglass/base/enum_names.h"
#include "hourglass/base/schema/fields.h"
#include "hourglass/base/schema/value.h"
#include "hourglass/base/text.h"

namespace hourglass {

// Read a value. Throw Error "PLACE: KEY: expected …, found …" if it has another type or is not allowed.
void read_value(const Value& v, std::string_view key, bool& x, const Anything&);
void read_value(const Value& v, std::string_view key, std::string& x, const Anything&);
void read_value(const Value& v, std::string_view key, std::string& x, const OneOf& allowed);
void read_value(const Value& v, std::string_view key, std::vector<std::string>& x, const Anything&);
void read_value(const Value& v, std::string_view key, int64_t& x, const Range& allowed);
void read_value(const Value& v, std::string_view key, uint64_t& x, const Range& allowed);
void read_value(const Value& v, std::string_view key, double& x, const Range& allowed);
void read_value(const Value& v, std::string_view key, double& x, const NumberOrNull&);
void read_value(const Value& v, std::string_view key, std::vector<float>& x, const Range& allowed);
template <NamedEnum E>
void read_value(const Value& v, std::string_view key, E& x, const OneOf& allowed) {
  std::string name;
  read_value(v, key, name, allowed);
  x = *find_named<E>(name);
}
/// Returns the value as a list of any values. Throws Error if it is not a list.
const Value::List& read_list(const Value& v, std::string_view key);

/// Fills a config struct from a table. Throws Error at the first invalid value. Call finish() at the end.
class FieldReader {
 public:
  /// `where` is the name of the table in messages; empty for the whole document.
  FieldReader(const Value& table, std::string where);

  template <class T, class Allowed>
  void field(std::string_view key, T& x, const Allowed& allowed, std::string_view) {
    if (const Value* v = take(key)) read_value(*v, key, x, allowed);
  }
  /// Reads an optional field; zero or empty means "not given", and the writers then omit it.
  template <class T, class Allowed>
  void field_if_given(std::string_view key, T& x, const Allowed& allowed, std::string_view what) {
    field(key, x, allowed, what);
  }
  /// Reads a sub-table that may be absent.
  template <class T>
  void table(std::string_view key, std::optional<T>& x, std::string_view) {
    if (const Value* v = take(key)) read_table(*v, key, x.emplace());
  }
  /// Reads a sub-table whose fields all have defaults; it may be absent.
  template <class T>
  void section(std::string_view key, T& x) {
    const Value* v = take(key);
    read_table(v ? *v : Value{Value::Table(), place_}, key, x);
  }
  /// Reads a table named by one of its keys, or a plain name; see KindReader.
  template <class T>
  void choice(std::string_view key, T& x, std::string_view);
  /// Reads a list of such tables, each called a `noun` in messages.
  template <class T>
  void list(std::string_view key, std::string_view noun, std::vector<T>& x, std::string_view);
  /// Reads all keys that no field has asked for, each with a number.
  template <class Allowed>
  void others(std::vector<std::pair<std::string, double>>& x, const Allowed& allowed) {
    x.clear();
    for (const auto& entry : *table_) {
      if (contains(known_, entry.key)) continue;
      known_.push_back(entry.key);
      read_value(entry.value, entry.key, x.emplace_back(entry.key, 0.0).second, allowed);
    }
  }

  /// Requires a key. The error is reported in finish(), because the name of a misspelt key is the better message.
  void needs(std::string_view key);
  /// Refuses a key that contradicts `other`.
  void excludes(std::string_view key, std::string_view other) const;
  /// Checks a condition between fields, unless one of them is missing. The message follows the place and name of the
  /// table.
  void check(bool holds, std::string_view message) const;
  /// Reports unknown keys, then missing ones.
  void finish() const;

 protected:
  const Value* take(std::string_view key);

 private:
  template <class T>
  static void read_table(const Value& v, std::string_view key, T& x) {
    FieldReader reader(v, std::string(key));
    fields(reader, x);
    reader.finish();
  }
  template <class T>
  static void read_kind(const Value& v, std::string_view noun, T& x);
  [[noreturn]] void complain(std::string_view message) const;

  const Value::Table* table_;
  Place place_;
  std::string where_;
  std::vector<std::string> known_;
  std::string missing_;
};

/// Collects the kinds that a `kinds` definition accepts, and their options.
struct KindNames {
  std::vector<std::string> kinds, options;

  bool kind(std::string_view name, std::string&) {
    kinds.emplace_back(name);
    return true;
  }
  void value(auto&, const Range&, std::string_view) {}
  void value_or(auto&, double, const Range&, std::string_view) {}
  void value_or_share(auto&, auto&, const Range&, std::string_view) {}
  void field(std::string_view key, auto&, const auto&, std::string_view) { options.emplace_back(key); }
  void field_if_given(std::string_view key, auto&, const auto&, std::string_view) { options.emplace_back(key); }
  void needs(std::string_view) {}
};

/// Reads `"relu"` or `{ conv2d = 8, kernel = 3 }`: exactly one key is the kind, its value is the main number of the
/// kind, and the other keys are options.
class KindReader : public FieldReader {
 public:
  KindReader(const Value& v, std::string_view noun, const KindNames& names);

  /// True if the value has this kind, which is then stored in `chosen`.
  bool kind(std::string_view name, std::string& chosen) {
    if (name != kind_) return false;
    chosen = kind_;
    return true;
  }
  /// Reads the main number, which is required.
  template <class T>
  void value(T& x, const Range& allowed, std::string_view) {
    read_value(main_value(), kind_, x, allowed);
  }
  /// Reads the main number; uses `fallback` for a plain name.
  void value_or(double& x, double fallback, const Range& allowed, std::string_view) {
    x = fallback;
    if (main_) read_value(main_value(), kind_, x, allowed);
  }
  /// Reads the main number, or a fraction of the input size: "input" sets `divisor` to 1, "input/4" to 4. For a number
  /// `divisor` is 0.
  void value_or_share(int64_t& x, int64_t& divisor, const Range& allowed, std::string_view);
  void finish() const;

 private:
  struct Choice {
    std::string kind;
    const Value* main = nullptr;  ///< null for a plain name
  };
  static Choice choose(const Value& v, std::string_view noun, const KindNames& names);
  KindReader(const Value& v, const Choice& choice);
  const Value& main_value();

  Place place_;
  std::string kind_;
  const Value* main_;
  bool main_read_ = false;
};

template <class T>
void FieldReader::read_kind(const Value& v, std::string_view noun, T& x) {
  KindNames names;
  kinds(names, x);
  KindReader reader(v, noun, names);
  kinds(reader, x);
  reader.finish();
}

template <class T>
void FieldReader::choice(std::string_view key, T& x, std::string_view) {
  if (const Value* v = take(key)) read_kind(*v, key, x = {});
}

template <class T>
void FieldReader::list(std::string_view key, std::string_view noun, std::vector<T>& x, std::string_view) {
  const Value* v = take(key);
  if (!v) return;
  x.clear();
  for (const Value& item : read_list(*v, key)) read_kind(item, noun, x.emplace_back());
}

}  // namespace hourglass
