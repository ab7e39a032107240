#include "hourglass/run/jsonl.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "hourglass/base/error.h"

namespace hourglass {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Terms& terms) {
  Json json{{"loss", terms.loss}, {"reconstruction", terms.reconstruction}};
  for (const auto& [name, value] : terms.penalties) json[name] = value;
  return json;
}

/// Refuses an object with a repeated key, which nlohmann-json accepts.
Json parse_line(std::string_view line) {
  std::vector<std::set<std::string>> open;
  return Json::parse(line, [&](int, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event == Json::parse_event_t::key && !open.back().insert(value.get<std::string>()).second)
      fail("key {} stands twice", value.dump());
    return true;
  });
}

const Json& member(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) fail("key \"{}\" is missing", key);
  return *found;
}

double to_number(const Json& value, const std::string& key) {
  if (value.is_null()) return std::numeric_limits<double>::quiet_NaN();
  if (!value.is_number()) fail("\"{}\" should be a number or null, found {}", key, value.type_name());
  return value.get<double>();
}

Terms to_terms(const Json& json, const std::string& key) {
  if (!json.is_object()) fail("\"{}\" should be an object, found {}", key, json.type_name());
  Terms terms;
  terms.loss = to_number(member(json, "loss"), "loss");
  terms.reconstruction = to_number(member(json, "reconstruction"), "reconstruction");
  for (const auto& [name, value] : json.items())
    if (name != "loss" && name != "reconstruction") terms.penalties.emplace_back(name, to_number(value, name));
  return terms;
}

EpochRecord to_epoch(const Json& json) {
  if (!json.is_object()) fail("expected an object, found {}", json.type_name());
  static const std::set<std::string> kKeys{"epoch", "train", "validation", "test", "seconds", "samples_per_second"};
  for (const auto& [key, value] : json.items())
    if (!kKeys.contains(key)) fail("unknown key {}", Json(key).dump());
  const Json& number = member(json, "epoch");
  EpochRecord epoch;
  if (!number.is_number_integer() || (epoch.epoch = number.get<int64_t>()) < 1)
    fail("\"epoch\" should be a whole number from 1 on, found {}",
         number.is_structured() ? number.type_name() : number.dump());
  epoch.train = to_terms(member(json, "train"), "train");
  if (json.contains("validation")) epoch.validation = to_terms(json["validation"], "validation");
  if (json.contains("test")) epoch.test = to_terms(json["test"], "test");
  epoch.seconds = to_number(member(json, "seconds"), "seconds");
  epoch.samples_per_second = to_number(member(json, "samples_per_second"), "samples_per_second");
  return epoch;
}

EpochRecord epoch_after(const std::vector<EpochRecord>& before, std::string_view line) {
  EpochRecord epoch = to_epoch(parse_line(line));
  if (!before.empty() && epoch.epoch != before.back().epoch + 1)
    fail("epoch {} follows epoch {}", epoch.epoch, before.back().epoch);
  return epoch;
}

}  // namespace

std::string epoch_json(const EpochRecord& epoch) {
  Json json{{"epoch", epoch.epoch}, {"train", to_json(epoch.train)}};
  if (epoch.validation) json["validation"] = to_json(*epoch.validation);
  if (epoch.test) json["test"] = to_json(*epoch.test);
  json["seconds"] = epoch.seconds;
  json["samples_per_second"] = epoch.samples_per_second;
  return json.dump();
}

std::vector<EpochRecord> parse_epochs(std::string_view text, std::string_view name) {
  std::vector<EpochRecord> epochs;
  for (int line = 1; !text.empty(); ++line) {
    const size_t end = std::min(text.find('\n'), text.size());
    try {
      epochs.push_back(epoch_after(epochs, text.substr(0, end)));
    } catch (const Json::exception& e) {
      fail("{}, line {}: not JSON: {}", name, line, e.what());
    } catch (const Error& e) {
      fail("{}, line {}: {}", name, line, e.what());
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return epochs;
}

}  // namespace hourglass
