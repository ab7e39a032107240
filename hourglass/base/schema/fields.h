#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/base/schema/value.h"

/// One definition of a config struct serves reading, writing and documentation. It is a function next to the struct:
///
///     void fields(auto& v, TrainConfig& c) {
///       v.field("epochs", c.epochs, between(1, 1e6), "passes over the training rows");
///     }
///
/// and, for a struct whose table is named by one key (`{ normal = 0.1 }`, `"he"`),
///
///     void kinds(auto& v, InitConfig& c) {
///       v.kind(InitKind::he, c.kind);
///       if (v.kind(InitKind::normal, c.kind)) v.value(c.std, above(0), "standard deviation");
///     }
///
/// where a kind is an enum with names (enum_names.h) or a text.
/// The visitors v are FieldReader and KindReader (fields_reader.h), FieldWriter and KindWriter (fields_writer.h).
/// A field that is not in the source keeps the default of the struct.
namespace hourglass {

/// Interval of the allowed numbers of a field; each end is open or closed. NaN and infinities are never allowed.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_open = false;
  bool high_open = false;

  /// Empty if x is allowed, otherwise the expected numbers: "at least 1", "below 1", "a finite number".
  std::string complaint(double x) const;
  /// Text of the interval: "[1, 1000000]", "(0, ∞)".
  std::string text() const;
};

constexpr Range at_least(double low) { return {.low = low}; }
constexpr Range above(double low) { return {.low = low, .low_open = true}; }
constexpr Range between(double low, double high) { return {.low = low, .high = high}; }
constexpr Range inside(double low, double high) { return {low, high, true, true}; }
/// The interval [0, 1).
constexpr Range fraction() { return {.low = 0, .high = 1, .high_open = true}; }

/// The allowed values of a text field.
struct OneOf {
  std::vector<std::string> names;
  std::string text() const;
};

/// Any number. JSON has neither NaN nor infinities: they are written as null, which JsonOptions::null_is_nan reads
/// back.
struct NumberOrNull {};

/// Value of a field that takes a number or a text; without either it is not given.
struct NumberOrText {
  double number = 0;
  std::string text = {};

  bool operator==(const NumberOrText&) const = default;
};

/// No restriction: any text or boolean.
struct Anything {
  std::string text() const { return ""; }
};

/// Any text, or a number, which is stored as its text.
struct TextOrNumber {
  std::string text() const { return ""; }
};

}  // namespace hourglass
