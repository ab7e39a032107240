#pragma once

#include <nlohmann/json.hpp>

#include "hourglass/eval/metric_value.h"

namespace hourglass {

/// An object whose keys are the metrics' names: a number, an array, or {"radii": …, "ratios": …}.
inline nlohmann::ordered_json metrics_json(const Metrics& metrics) {
  nlohmann::ordered_json j = nlohmann::ordered_json::object();
  for (const auto& [name, value] : metrics) {
    if (const auto* curve = std::get_if<ContractionCurve>(&value))
      j[name] = {{"radii", curve->radii}, {"ratios", curve->ratios}};
    else if (const auto* list = std::get_if<std::vector<double>>(&value))
      j[name] = *list;
    else
      j[name] = std::get<double>(value);
  }
  return j;
}

}  // namespace hourglass
