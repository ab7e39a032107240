#pragma once

#include <array>
#include <map>
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
void read_value(const Value& v, std::string_view key, std::string& x, const TextOrNumber&);
void read_value(const Value& v, std::string_view key, int64_t& x, const Range& allowed);
void read_value(const Value& v, std::string_view key, double& x, const Range& allowed);
void read_value(const Value& v, std::string_view key, double& x, const NumberOrNull&);
void read_value(const Value& v, std::string_view key, float& x, const Range& allowed);
void read_value(const Value& v, std::string_view key, NumberOrText& x, const Range& allowed);
void read_value(const Value& v, std::string_view key, std::map<std::string, std::string>& x, const Anything&);
template <NamedEnum E>
void read_value(const Value& v, std::string_view key, E& x, const OneOf& allowed) {
  std::string name;
  read_value(v, key, name, allowed);
  x = *find_named<E>(name);
}
template <class T>
void read_value(const Value& v, std::string_view key, std::optional<T>& x, const auto& allowed) {
  read_value(v, key, x.emplace(), allowed);
}
/// Returns the value as a list of any values. Throws Error if it is not a list.
const Value::List& read_list(const Value& v, std::string_view key);
template <class T>
void read_value(const Value& v, std::string_view key, std::vector<T>& x, const auto& allowed) {
  x.clear();
  for (const Value& item : read_list(v, key)) read_value(item, key, x.emplace_back(), allowed);
}

/// Reads one number for both, or a list of two.
void read_value(const Value& v, std::string_view key, std::array<int64_t, 2>& x, const Range& allowed);

/// Reads a config with a kind, called a `noun` in messages; see KindReader.
void read_kind(const Value& v, std::string_view noun, auto& x);

/// Fills a config struct from a table. Throws Error at the first invalid value. Call finish() at the end.
class FieldReader {
 public:
  /// `where` is the name of the table in messages; empty for the whole document.
  FieldReader(const Value& table, std::string where);

  void field(std::string_view key, auto& x, const auto& allowed, std::string_view) {
    if (const Value* v = take(key)) read_value(*v, key, x, allowed);
  }
  /// Reads an optional field; zero or empty means "not given", and the writers then omit it.
  void field_if_given(std::string_view key, auto& x, const auto& allowed, std::string_view what) {
    field(key, x, allowed, what);
  }
  /// Reads a sub-table that may be absent.
  void table(std::string_view key, auto& x, std::string_view) {
    if (const Value* v = take(key)) read_table(*v, key, x.emplace());
  }
  /// Reads a sub-table whose fields all have defaults; it may be absent.
  void section(std::string_view key, auto& x) {
    const Value* v = take(key);
    read_table(v ? *v : Value{Value::Table(), place_}, key, x);
  }
  /// Reads a table named by one of its keys, or a plain name; see KindReader.
  void choice(std::string_view key, auto& x, std::string_view) {
    if (const Value* v = take(key)) read_kind(*v, key, x = {});
  }
  /// Reads a list of such tables, each called a `noun` in messages.
  void list(std::string_view key, std::string_view noun, auto& x, std::string_view) {
    const Value* v = take(key);
    if (!v) return;
    x.clear();
    for (const Value& item : read_list(*v, key)) read_kind(item, noun, x.emplace_back());
  }
  /// Reads all keys that no field has asked for, each with a number.
  void others(std::vector<std::pair<std::string, double>>& x, const auto& allowed) {
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

  /// Reads a table or, without a name, a document.
  static void read_table(const Value& v, std::string_view name, auto& x) {
    FieldReader reader(v, std::string(name));
    fields(reader, x);
    reader.finish();
  }

 protected:
  const Value* take(std::string_view key);

 private:
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

  bool kind(const auto& which, const auto&) {
    kinds.emplace_back(name_of(which));
    return true;
  }
  void value(auto&, const Range&, std::string_view) {}
  void value_or(auto&, double, const Range&, std::string_view) {}
  void value_or_share(auto&, auto&, const Range&, std::string_view) {}
  void field(std::string_view key, auto&, const auto&, std::string_view) { options.emplace_back(key); }
  void field_if_given(std::string_view key, auto&, const auto&, std::string_view) { options.emplace_back(key); }
  void needs(std::string_view) {}
  void check(bool, std::string_view) {}
};

/// Reads `"relu"` or `{ conv2d = 8, kernel = 3 }`: exactly one key is the kind, its value is the main number of the
/// kind, and the other keys are options.
class KindReader : public FieldReader {
 public:
  struct Choice {
    const Value& value;
    std::string kind;
    const Value* main = nullptr;  ///< null for a plain name
  };
  static Choice choose(const Value& v, std::string_view noun, const KindNames& names);

  explicit KindReader(const Choice& choice);

  /// True if the value has this kind, which is then stored in `chosen`.
  bool kind(const auto& which, auto& chosen) {
    if (name_of(which) != kind_) return false;
    chosen = which;
    return true;
  }
  /// Reads the main number, which is required.
  void value(auto& x, const Range& allowed, std::string_view) { read_value(main_value(), kind_, x, allowed); }
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
  const Value& main_value();

  Place place_;
  std::string kind_;
  const Value* main_;
  bool main_read_ = false;
};

void read_kind(const Value& v, std::string_view noun, auto& x) {
  KindNames names;
  kinds(names, x);
  KindReader reader(KindReader::choose(v, noun, names));
  kinds(reader, x);
  reader.finish();
}

}  // namespace hourglass
