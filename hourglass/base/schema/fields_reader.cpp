#include "hourglass/base/schema/fields_reader.h"

#include <algorithm>
#include <charconv>

#include "hourglass/base/error.h"
#include "hourglass/base/text.h"

namespace hourglass {
namespace {

[[noreturn]] void unexpected(const Value& v, std::string_view key, std::string_view expected) {
  fail("{}: {}{}expected {}, found {}", v.place.text(), key, key.empty() ? "" : ": ", expected, v.describe());
}

void check_range(const Value& v, std::string_view key, double x, const Range& allowed) {
  if (const std::string expected = allowed.complaint(x); !expected.empty()) unexpected(v, key, expected);
}

/// Returns the value as type T; throws Error with the name of the expected type.
template <class T>
const T& expect(const Value& v, std::string_view key, std::string_view expected) {
  const T* x = v.as<T>();
  if (!x) unexpected(v, key, expected);
  return *x;
}

/// Parses "input" or "input/N", 1 <= N < 10^6.
bool parse_share(std::string_view text, int64_t& divisor) {
  constexpr std::string_view kAll = "input", kPart = "input/";
  divisor = 1;
  if (text == kAll) return true;
  if (!text.starts_with(kPart) || text.size() > kPart.size() + 6) return false;
  const char *first = text.data() + kPart.size(), *last = text.data() + text.size();
  const auto [end, error] = std::from_chars(first, last, divisor);
  return error == std::errc() && end == last && divisor >= 1;
}

const Value kNoOptions{Value::Table(), {}};

}  // namespace

void read_value(const Value& v, std::string_view key, bool& x, const Anything&) {
  x = expect<bool>(v, key, "true or false");
}

void read_value(const Value& v, std::string_view key, std::string& x, const Anything&) {
  x = expect<std::string>(v, key, "text");
}

void read_value(const Value& v, std::string_view key, std::string& x, const OneOf& allowed) {
  const auto& name = expect<std::string>(v, key, allowed.text());
  if (!contains(allowed.names, name))
    fail("{}: {}: unknown \"{}\"{}", v.place.text(), key, name, did_you_mean(name, allowed.names));
  x = name;
}

void read_value(const Value& v, std::string_view key, int64_t& x, const Range& allowed) {
  x = expect<int64_t>(v, key, "a whole number");
  check_range(v, key, static_cast<double>(x), allowed);
}

void read_value(const Value& v, std::string_view key, uint64_t& x, const Range& allowed) {
  int64_t number;
  read_value(v, key, number, allowed);
  x = static_cast<uint64_t>(number);
}

void read_value(const Value& v, std::string_view key, double& x, const Range& allowed) {
  const auto* whole = v.as<int64_t>();
  x = whole ? static_cast<double>(*whole) : expect<double>(v, key, "a number");
  check_range(v, key, x, allowed);
}

void read_value(const Value& v, std::string_view key, double& x, const NumberOrNull&) {
  const auto* whole = v.as<int64_t>();
  x = whole ? static_cast<double>(*whole) : expect<double>(v, key, "a number or null");
}

void read_value(const Value& v, std::string_view key, std::vector<float>& x, const Range& allowed) {
  x.clear();
  for (const Value& item : read_list(v, key)) {
    double number;
    read_value(item, key, number, allowed);
    x.push_back(static_cast<float>(number));
    check_range(item, key, x.back(), allowed);  // rounding may make it infinite or zero
  }
}

void read_value(const Value& v, std::string_view key, std::vector<std::string>& x, const Anything&) {
  x.clear();
  for (const Value& item : read_list(v, key)) x.push_back(expect<std::string>(item, key, "a list of texts"));
}

const Value::List& read_list(const Value& v, std::string_view key) { return expect<Value::List>(v, key, "a list"); }

FieldReader::FieldReader(const Value& table, std::string where)
    : table_(&expect<Value::Table>(table, where, "a table")), place_(table.place), where_(std::move(where)) {}

const Value* FieldReader::take(std::string_view key) {
  known_.emplace_back(key);
  return find(*table_, key);
}

void FieldReader::needs(std::string_view key) {
  if (missing_.empty() && !find(*table_, key)) missing_ = key;
}

void FieldReader::excludes(std::string_view key, std::string_view other) const {
  check(find(*table_, key) == nullptr, fmt::format("expected {} or {}, found both", key, other));
}

void FieldReader::check(bool holds, std::string_view message) const {
  if (!holds && missing_.empty()) complain(message);
}

void FieldReader::complain(std::string_view message) const {
  fail("{}: {}{}{}", place_.text(), where_, where_.empty() ? "" : ": ", message);
}

void FieldReader::finish() const {
  for (const auto& entry : *table_) {
    if (contains(known_, entry.key)) continue;
    const std::string end = did_you_mean(entry.key, known_);
    if (where_.empty()) fail("{}: unknown section or key \"{}\"{}", entry.place.text(), entry.key, end);
    fail("{}: unknown key \"{}\" in {}{}", entry.place.text(), entry.key, where_, end);
  }
  if (!missing_.empty()) complain(fmt::format("\"{}\" is missing", missing_));
}

KindReader::Choice KindReader::choose(const Value& v, std::string_view noun, const KindNames& names) {
  if (const auto* name = v.as<std::string>()) {
    if (contains(names.kinds, *name)) return {*name};
    fail("{}: unknown {} \"{}\"{}", v.place.text(), noun, *name, did_you_mean(*name, names.kinds));
  }
  Choice choice;
  const Value::Entry* unknown = nullptr;
  for (const auto& entry : expect<Value::Table>(v, noun, "a name or a table")) {
    if (contains(names.kinds, entry.key)) {
      if (choice.main) fail("{}: {}: both {} and {} are given", v.place.text(), noun, choice.kind, entry.key);
      choice = {entry.key, &entry.value};
    } else if (!unknown && !contains(names.options, entry.key)) {
      unknown = &entry;
    }
  }
  if (choice.main) return choice;
  if (!unknown) fail("{}: {}: no key names it{}", v.place.text(), noun, did_you_mean("", names.kinds));
  const std::string end = did_you_mean(unknown->key, names.kinds);
  fail("{}: unknown {} \"{}\"{}", unknown->place.text(), noun, unknown->key, end);
}

KindReader::KindReader(const Value& v, std::string_view noun, const KindNames& names)
    : KindReader(v, choose(v, noun, names)) {}

KindReader::KindReader(const Value& v, const Choice& choice)
    : FieldReader(choice.main ? v : kNoOptions, choice.kind), place_(v.place), kind_(choice.kind), main_(choice.main) {
  take(kind_);
}

const Value& KindReader::main_value() {
  if (!main_) fail("{}: {} needs a value: {{ {} = … }}", place_.text(), kind_, kind_);
  main_read_ = true;
  return *main_;
}

void KindReader::value_or_share(int64_t& x, int64_t& divisor, const Range& allowed, std::string_view) {
  const Value& v = main_value();
  const auto* text = v.as<std::string>();
  if (!text) return read_value(v, kind_, x, allowed);
  if (!parse_share(*text, divisor)) unexpected(v, kind_, "a whole number, \"input\" or a share of it as \"input/2\"");
}

void KindReader::finish() const {
  if (main_ && !main_read_) fail("{}: {} takes no value: write \"{}\"", main_->place.text(), kind_, kind_);
  FieldReader::finish();
}

}  // namespace hourglass
