#include "hourglass/nn/config.h"

#include "hourglass/base/schema/fields_reader.h"

namespace hourglass {

void read_value(const Value& v, std::string_view key, Padding& x, const PaddingRange& allowed) {
  x = {};
  if (v.as<std::string>()) {
    std::string name;
    read_value(v, key, name, OneOf{{"same"}});
    x.same = true;
  } else {
    read_value(v, key, x.zeros, static_cast<const Range&>(allowed));
  }
}

Value plain_value(const Padding& x) { return x.same ? Value{std::string("same"), {}} : Value{x.zeros, {}}; }

}  // namespace hourglass
