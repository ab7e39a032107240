#pragma once

#include <string>
#include <string_view>

#include "hourglass/base/schema/fields_reader.h"
#include "hourglass/base/schema/fields_writer.h"
#include "hourglass/base/schema/json.h"

namespace hourglass {

/// Writes a struct with a `fields` definition (fields.h) as one line of JSON.
template <class T>
std::string to_json(T x) {
  FieldWriter writer;
  fields(writer, x);
  return json_text({writer.take(), {}});
}

/// The inverse of to_json. Throws Error beginning with `name` as parse_json does, and for whatever the definition does
/// not allow: an unknown or missing key, another type, a number outside its range.
template <class T>
T from_json(std::string_view text, const std::string& name, const JsonOptions& options = {}) {
  T x;
  FieldReader::read_table(parse_json(text, name, options), "", x);
  return x;
}

}  // namespace hourglass
