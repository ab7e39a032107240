#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/base/schema/fields.h"
#include "hourglass/base/schema/value.h"

namespace hourglass {

// Each throws Error "PLACE: KEY: expected …, found …" when the value has another type or is not allowed.
void read_value(const Value& v, std::string_view key, bool& x, const Anything&);
void read_value(const Value& v, std::string_view key, std::string& x, const Anything&);
void read_value(const Value& v, std::string_view key, std::string& x, const OneOf& allowed);
void read_value(const Value& v, std::string_view key, std::vector<std::string>& x, const Anything&);
void read_value(const Value& v, std::string_view key, int64_t& x, const Range& allowed);
void read_value(const Value& v, std::string_view key, uint64_t& x, const Range& allowed);
void read_value(const Value& v, std::string_view key, double& x, const Range& allowed);
/// The value as a list, of anything.
const Value::List& read_list(const Value& v, std::string_view key);

/// Fills a config struct from a table. Throws Error on the first thing that does not fit; call finish() at the end.
class FieldReader {
 public:
  /// `where` names the table in messages; empty for the whole document.
  FieldReader(const Value& table, std::string where);

  template <class T, class Allowed>
  void field(std::string_view key, T& x, const Allowed& allowed, std::string_view) {
    if (const Value* v = take(key)) read_value(*v, key, x, allowed);
  }
  /// As field; written only when it is not zero or empty, which stands for "not given".
  template <class T, class Allowed>
  void field_if_given(std::string_view key, T& x, const Allowed& allowed, std::string_view what) {
    field(key, x, allowed, what);
  }
  /// A table of its own that may be absent.
  template <class T>
  void table(std::string_view key, std::optional<T>& x, std::string_view) {
    if (const Value* v = take(key)) read_table(*v, key, x.emplace());
  }
  /// A table of its own in which everything may be left to defaults.
  template <class T>
  void section(std::string_view key, T& x) {
    const Value* v = take(key);
    read_table(v ? *v : Value{Value::Table(), place_}, key, x);
  }
  /// A table named by one of its keys, or a bare name; see KindReader.
  template <class T>
  void choice(std::string_view key, T& x, std::string_view);
  /// A list of such, each a `noun`.
  template <class T>
  void list(std::string_view key, std::string_view noun, std::vector<T>& x, std::string_view);

  /// This key must be there. Told at the end: a misspelt one is better called by its name.
  void needs(std::string_view key);
  /// This key must not be there, because `other` is.
  void excludes(std::string_view key, std::string_view other) const;
  /// What must hold between the fields, unless one is missing; the message follows the table's place and name.
  void check(bool holds, std::string_view message) const;
  /// Refuses keys that no field asked for, then missing ones.
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

/// Collects the names that a `kinds` definition accepts, and their options.
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

/// Reads `"relu"` or `{ conv2d = 8, kernel = 3 }`: exactly one key is the kind, its value the kind's main number, the
/// other keys are options.
class KindReader : public FieldReader {
 public:
  KindReader(const Value& v, std::string_view noun, const KindNames& names);

  /// Whether this is the kind; if so it is stored in `chosen`.
  bool kind(std::string_view name, std::string& chosen) {
    if (name != kind_) return false;
    chosen = kind_;
    return true;
  }
  /// The main number, which must be given.
  template <class T>
  void value(T& x, const Range& allowed, std::string_view) {
    read_value(main_value(), kind_, x, allowed);
  }
  /// The main number, or `fallback` for a bare name.
  void value_or(double& x, double fallback, const Range& allowed, std::string_view) {
    x = fallback;
    if (main_) read_value(main_value(), kind_, x, allowed);
  }
  /// The main number, or a share of something else's: "input" is its all, "input/4" a fourth. `divisor` is then 1 and
  /// 4, and 0 for a number.
  void value_or_share(int64_t& x, int64_t& divisor, const Range& allowed, std::string_view);
  void finish() const;

 private:
  struct Choice {
    std::string kind;
    const Value* main = nullptr;  ///< null: a bare name
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
