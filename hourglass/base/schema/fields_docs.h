#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/base/schema/fields_writer.h"
#include "hourglass/base/schema/toml.h"

namespace hourglass {

/// Row of a reference table; texts without content are empty.
struct FieldDoc {
  std::string name;      ///< "train.epochs", "layer conv2d", "layer conv2d.kernel"
  std::string fallback;  ///< the default, in TOML, or "required"
  std::string allowed;
  std::string what;
};

/// Lists the kinds of a noun, once even if several lists use it.
void list_kinds(std::string_view noun, auto& x, std::vector<FieldDoc>& rows);

/// Lists every field of a config struct with its default. The third visitor for `fields` (fields.h).
class FieldDocs {
 public:
  FieldDocs(std::string prefix, std::vector<FieldDoc>& rows) : prefix_(std::move(prefix)), rows_(rows) {}

  void field(std::string_view key, const auto& x, const auto& allowed, std::string_view what) {
    add(key, needed_.contains(key) ? "required" : toml_text(plain_value(x)), allowed.text(), what);
  }
  void field_if_given(std::string_view key, const auto&, const auto& allowed, std::string_view what) {
    add(key, needed_.contains(key) ? "required" : "", allowed.text(), what);
  }
  template <class T>
  void table(std::string_view key, const std::optional<T>&, std::string_view what) {
    add(key, "", "a table", what);
    T x;
    section(key, x);
  }
  void section(std::string_view key, auto& x) {
    FieldDocs docs(prefix_ + std::string(key) + ".", rows_);
    fields(docs, x);
  }
  void choice(std::string_view key, auto& x, std::string_view what) {
    add(key, toml_text(kind_value(x)), fmt::format("one {}", key), what);
    list_kinds(key, x, rows_);
  }
  template <class T>
  void list(std::string_view key, std::string_view noun, const std::vector<T>&, std::string_view what) {
    add(key, needed_.contains(key) ? "required" : "[]", fmt::format("a list, each a {}", noun), what);
    T x;
    list_kinds(noun, x, rows_);
  }
  void list_if_given(std::string_view key, std::string_view noun, const auto&, std::string_view what) {
    add(key, "", fmt::format("a list, each a {}", noun), what);
  }
  void needs(std::string_view key) { needed_.emplace(key); }
  void excludes(std::string_view, std::string_view) {}
  void check(bool, std::string_view) {}

 protected:
  void add(std::string_view key, std::string fallback, std::string allowed, std::string_view what) {
    rows_.push_back({prefix_ + std::string(key), std::move(fallback), std::move(allowed), std::string(what)});
  }

  std::string prefix_;
  std::vector<FieldDoc>& rows_;
  std::set<std::string, std::less<>> needed_;
};

/// The third visitor for `kinds` (fields.h).
class KindDocs : public FieldDocs {
 public:
  KindDocs(std::string_view noun, std::vector<FieldDoc>& rows) : FieldDocs("", rows), noun_(noun) {}

  bool kind(const auto& which, const auto&) {
    const std::string name(name_of(which));
    needed_.clear();
    prefix_ = noun_ + " ";
    add(name, "", "", "");
    prefix_ += name + ".";
    return true;
  }
  void value(const auto&, const Range& allowed, std::string_view what) { describe("required", allowed, what); }
  void value_or(double, double fallback, const Range& allowed, std::string_view what) {
    describe(toml_text({fallback, {}}), allowed, what);
  }
  void value_or_share(const auto&, const auto&, const Range& allowed, std::string_view what) {
    describe("required", allowed, what);
    rows_.back().allowed += ", \"input\", \"input/2\", …";
  }
  void list_value(std::string_view noun, const auto&, std::string_view what) {
    rows_.back() = {rows_.back().name, "required", fmt::format("a list, each a {}", noun), std::string(what)};
  }

 private:
  void describe(std::string fallback, const Range& allowed, std::string_view what) {
    FieldDoc& row = rows_.back();
    row = {row.name, std::move(fallback), allowed.text(), std::string(what)};
  }

  std::string noun_;
};

void list_kinds(std::string_view noun, auto& x, std::vector<FieldDoc>& rows) {
  const std::string start = std::string(noun) + " ";
  if (std::ranges::any_of(rows, [&](const FieldDoc& d) { return d.name.starts_with(start); })) return;
  KindDocs docs(noun, rows);
  kinds(docs, x);
}

}  // namespace hourglass
