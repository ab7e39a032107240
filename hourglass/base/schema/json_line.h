#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "hourglass/base/text.h"

namespace hourglass {

/// One line of JSON, whatever the texts in it: U+FFFD stands for a byte that is not UTF-8, as a path may hold, and
/// characters that a terminal could obey are escaped: JSON reads the "\u009b" of printable() as the character.
template <class Json>
std::string json_line(const Json& json) {
  return printable(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace hourglass
