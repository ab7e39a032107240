#include "hourglass/base/schema/fields_reader.h"

#include <algorithm>

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

double expect_number(const Value& v, std::string_view key, std::string_view expected) {
  const auto* integer = v.as<int64_t>();
  return integer ? static_cast<double>(*integer) : expect<double>(v, key, expected);
}

/// N in "input/N", 1 <= N < 10^6; 1 for "input", 0 for other texts.
int64_t share_divisor(std::string_view text) {
  constexpr std::string_view kAll = "input", kPart = "input/";
  if (text == kAll) return 1;
  if (!text.starts_with(kPart) || text.size() > kPart.size() + 6) return 0;
  return std::max<int64_t>(0, number_from<int64_t>(text.substr(kPart.size())).value_or(0));
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

void read_value(const Value& v, std::string_view key, std::string& x, const TextOrNumber&) {
  if (const auto* integer = v.as<int64_t>())
    x = std::to_string(*integer);
  else if (const auto* number = v.as<double>())
    x = fmt::format("{}", *number);
  else
    x = expect<std::string>(v, key, "text or a number");
}

void read_value(const Value& v, std::string_view key, int64_t& x, const Range& allowed) {
  x = expect<int64_t>(v, key, "an integer");
  check_range(v, key, static_cast<double>(x), allowed);
}

void read_value(const Value& v, std::string_view key, double& x, const Range& allowed) {
  x = expect_number(v, key, "a number");
  check_range(v, key, x, allowed);
}

void read_value(const Value& v, std::string_view key, double& x, const NumberOrNull&) {
  x = expect_number(v, key, "a number or null");
}

void read_value(const Value& v, std::string_view key, float& x, const Range& allowed) {
  double number;
  read_value(v, key, number, allowed);
  x = static_cast<float>(number);
  check_range(v, key, x, allowed);  // rounding may make it infinite or zero
}

void read_value(const Value& v, std::string_view key, NumberOrText& x, const Range& allowed) {
  x = {};
  if (const auto* text = v.as<std::string>(); text && !text->empty()) {
    x.text = *text;
  } else {
    x.number = expect_number(v, key, "a number or a text");
    check_range(v, key, x.number, allowed);
  }
}

void read_value(const Value& v, std::string_view key, std::map<std::string, std::string>& x, const Anything&) {
  for (const auto& entry : expect<Value::Table>(v, key, "a table"))
    read_value(entry.value, fmt::format("{}: {}", key, entry.key), x[entry.key], Anything{});
}

void read_value(const Value& v, std::string_view key, std::array<int64_t, 2>& x, const Range& allowed) {
  if (const auto* list = v.as<Value::List>()) {
    if (list->size() != 2) unexpected(v, key, fmt::format("one integer or two, not {}", list->size()));
    for (size_t i = 0; i < 2; ++i) read_value((*list)[i], key, x[i], allowed);
  } else {
    read_value(v, key, x[0], allowed);
    x[1] = x[0];
  }
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
    if (contains(names.kinds, *name)) return {v, *name};
    fail("{}: unknown {} \"{}\"{}", v.place.text(), noun, *name, did_you_mean(*name, names.kinds));
  }
  Choice choice{v, {}};
  const Value::Entry* unknown = nullptr;
  for (const auto& entry : expect<Value::Table>(v, noun, "a name or a table")) {
    if (contains(names.kinds, entry.key)) {
      if (choice.main) fail("{}: {}: both {} and {} are given", v.place.text(), noun, choice.kind, entry.key);
      choice.kind = entry.key;
      choice.main = &entry.value;
    } else if (!unknown && !contains(names.options, entry.key)) {
      unknown = &entry;
    }
  }
  if (choice.main) return choice;
  if (!unknown) fail("{}: {}: no key names it{}", v.place.text(), noun, did_you_mean("", names.kinds));
  const std::string end = did_you_mean(unknown->key, names.kinds);
  fail("{}: unknown {} \"{}\"{}", unknown->place.text(), noun, unknown->key, end);
}

KindReader::KindReader(const Choice& choice)
    : FieldReader(choice.main ? choice.value : kNoOptions, choice.kind),
      place_(choice.value.place),
      kind_(choice.kind),
      main_(choice.main) {
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
  divisor = share_divisor(*text);
  if (divisor == 0) unexpected(v, kind_, "an integer, \"input\" or a share of it as \"input/2\"");
}

void KindReader::finish() const {
  if (main_ && !main_read_) fail("{}: {} takes no value: write \"{}\"", main_->place.text(), kind_, kind_);
  FieldReader::finish();
}

}  // namespace hourglass
