#include "hourglass/recipe/recipe.h"

#include <algorithm>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"
#include "hourglass/base/schema/fields_docs.h"
#include "hourglass/base/schema/fields_json.h"
#include "hourglass/base/schema/toml.h"

namespace hourglass {
namespace {

constexpr size_t kLargestFile = 8'000'000;

/// Parses the value of an override as TOML; otherwise it is a plain text, unless it starts like a list, a table or a
/// quoted string.
Value override_value(const std::string& text, const std::string& where) {
  const bool structured = !text.empty() && std::string_view("[{\"'").find(text[0]) != std::string_view::npos;
  try {
    Value document = parse_toml("value = " + text, where);
    auto& table = *document.as<Value::Table>();
    if (table.size() != 1) fail("{}: expected one value", where);
    return std::move(table[0].value);
  } catch (const Error&) {
    if (structured) throw;
    return {text, {}};
  }
}

/// The sub-table under `key`; created if it does not exist.
Value& step_into(Value& parent, const std::string& key, const Place& place) {
  auto* table = parent.as<Value::Table>();
  if (!table) fail("{}: \"{}\" has no place inside {}", place.text(), key, parent.describe());
  const auto found = std::ranges::find(*table, key, &Value::Entry::key);
  if (found != table->end()) return found->value;
  return table->emplace_back(Value::Entry{key, place, {Value::Table(), place}}).value;
}

void apply_override(Value& root, const std::string& text) {
  constexpr size_t kDeepest = 8;
  const std::string where = fmt::format("override \"{}\"", text);
  const Place place{std::make_shared<const std::string>(where)};
  const size_t equals = text.find('=');
  std::string path = text.substr(0, equals) + ".";
  const bool named = equals != std::string::npos && path[0] != '.' && path.find("..") == std::string::npos;
  if (!named || std::count(path.begin(), path.end(), '.') > static_cast<ptrdiff_t>(kDeepest))
    fail("{}: expected section.key=value", where);
  Value* target = &root;
  for (size_t dot; (dot = path.find('.')) != std::string::npos; path.erase(0, dot + 1))
    target = &step_into(*target, path.substr(0, dot), place);
  *target = override_value(text.substr(equals + 1), where);
  set_place(*target, place);
}

Recipe recipe_from(const Value& root) {
  Recipe recipe;
  FieldReader::read_table(root, "", recipe);
  const bool validates = recipe.train.early_stopping || recipe.train.schedule.kind == ScheduleKind::plateau;
  if (validates && recipe.data.validation == 0) recipe.data.validation = 0.1;
  return recipe;
}

}  // namespace

Recipe read_recipe(const std::filesystem::path& path, std::span<const std::string> overrides) {
  return parse_recipe(read_file(path, kLargestFile), path.string(), overrides);
}

Recipe parse_recipe(std::string_view text, const std::string& name, std::span<const std::string> overrides) {
  Value root = parse_toml(text, name);
  for (const std::string& text_override : overrides) apply_override(root, text_override);
  Recipe recipe = recipe_from(root);
  recipe.name = std::filesystem::path(name).stem().string();
  return recipe;
}

std::string recipe_toml(const Recipe& recipe) {
  FieldWriter writer;
  Recipe copy = recipe;
  fields(writer, copy);
  std::string text;
  for (const auto& [key, place, value] : writer.take()) {
    const auto* section = value.as<Value::Table>();
    text += section ? fmt::format("{}[{}]\n", text.empty() ? "" : "\n", key)
                    : fmt::format("{} = {}\n", key, toml_text(value));
    if (!section) continue;
    for (const auto& entry : *section) text += fmt::format("{} = {}\n", entry.key, toml_text(entry.value));
  }
  if (text.size() > kLargestFile)
    fail(
        "the recipe would have {} bytes, and a recipe file may have {}: leave columns out of the table, or give "
        "columns "
        "and classes shorter names",
        text.size(), kLargestFile);
  return text;
}

std::string recipe_json(const Recipe& recipe) { return to_json(recipe); }

std::string recipe_reference() {
  std::vector<FieldDoc> rows;
  Recipe recipe;
  FieldDocs docs("", rows);
  fields(docs, recipe);
  std::string text = "| key | default | allowed | meaning |\n|---|---|---|---|\n";
  for (const auto& row : rows)
    text += fmt::format("| {} | {} | {} | {} |\n", row.name, row.fallback, row.allowed, row.what);
  return text;
}

Recipe recipe_from_json(std::string_view text, const std::string& name) { return recipe_from(parse_json(text, name)); }

}  // namespace hourglass
