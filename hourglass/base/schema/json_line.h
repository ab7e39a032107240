#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace hourglass {

/// One line of JSON, whatever the texts in it: U+FFFD stands for a byte that is not UTF-8, as a path may hold.
template <class Json>
std::string json_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace hourglass
