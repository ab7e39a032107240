#include "hourglass/model/model_card.h"

#include <algorithm>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"
#include "hourglass/base/hash.h"
#include "hourglass/base/schema/fields_reader.h"
#include "hourglass/base/schema/toml.h"

namespace hourglass {

namespace fs = std::filesystem;

using CardMetrics = decltype(ModelCard::metrics);

// This and fields() are outside the anonymous namespace because FieldReader must find them.
void read_value(const Value& v, std::string_view key, CardMetrics& x, const Anything&) {
  const auto* table = v.as<Value::Table>();
  if (!table) fail("{}: {}: expected a table, found {}", v.place.text(), key, v.describe());
  for (const auto& entry : *table)
    read_value(entry.value, fmt::format("{}.{}", key, entry.key), x.emplace_back(entry.key, 0.0).second, Range{});
}

namespace {

constexpr size_t kLargestCard = 1'000'000;

auto find_headline(const CardMetrics& metrics) {
  const auto named = [&](std::string_view name) {
    return std::ranges::find(metrics, name, &CardMetrics::value_type::first);
  };
  const auto bce = named("bce");
  return bce == metrics.end() ? named("mse") : bce;
}

bool is_sha256(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

void fields(FieldReader& v, ModelCard& c) {
  for (const char* key :
       {"description", "recipe", "data", "seed", "command", "evaluation", "hourglass", "sha256", "metrics"})
    v.needs(key);
  v.field("description", c.description, Anything{}, "");
  v.field("recipe", c.recipe, Anything{}, "");
  v.field("data", c.data, Anything{}, "");
  v.field("seed", c.seed, at_least(0), "");
  v.field("command", c.command, Anything{}, "");
  v.field("evaluation", c.evaluation, Anything{}, "");
  v.field("hourglass", c.hourglass, Anything{}, "");
  v.field("sha256", c.sha256, Anything{}, "");
  v.field("metrics", c.metrics, Anything{}, "");
  v.check(is_sha256(c.sha256), "sha256: expected 64 lower-case hexadecimal digits");
  v.check(find_headline(c.metrics) != c.metrics.end(), "metrics: expected bce or mse among them");
}

const std::pair<std::string, double>& ModelCard::headline() const { return *find_headline(metrics); }

std::vector<std::string> card_names(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(folder, missing))
    if (entry.path().extension() == ".toml") names.push_back(entry.path().stem());
  std::sort(names.begin(), names.end());
  return names;
}

ModelCard read_card(const fs::path& path) {
  ModelCard card;
  card.name = path.stem();
  card.weights = fs::path(path).replace_extension(".safetensors");
  FieldReader::read_table(parse_toml(read_file(path, kLargestCard), path.string()), "", card);
  return card;
}

void verify_weights(const ModelCard& card) {
  const std::string found = sha256_hex(read_file(card.weights));
  if (found != card.sha256)
    fail("{}: damaged, or not the weights of its card: its SHA-256 is {}, expected {}", card.weights.string(), found,
         card.sha256);
}

}  // namespace hourglass
