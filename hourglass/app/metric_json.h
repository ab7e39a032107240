#pragma once

#include <nlohmann/json.hpp>

#include "hourglass/eval/metric_value.h"

namespace hourglass {

/// An object whose keys are the metrics' names: a number, an array, {"radii": …, "ratios": …}, or
/// {"value": …, "samples": …}.
inline nlohmann::ordered_json metrics_json(const Metrics& metrics) {
  nlohmann::ordered_json j = nlohmann::ordered_json::object();
  for (const auto& [name, value] : metrics) {
    if (const auto* curve = std::get_if<ContractionCurve>(&value))
      j[name] = {{"radii", curve->radii}, {"ratios", curve->ratios}};
    else if (const auto* list = std::get_if<std::vector<double>>(&value))
      j[name] = *list;
    else if (const auto* estimate = std::get_if<Estimate>(&value))
      j[name] = {{"value", estimate->value}, {"samples", estimate->samples}};
    else
      j[name] = std::get<double>(value);
  }
  return j;
}

}  // namespace hourglass
