#include "hourglass/recipe/difference.h"

#include "hourglass/base/schema/fields_writer.h"
#include "hourglass/base/schema/toml.h"

namespace hourglass {

namespace {

constexpr int kKeyDepth = 2;  // section.key; a value below it is shown whole

Value value_of(Recipe recipe) {
  recipe.description.clear();
  FieldWriter writer;
  fields(writer, recipe);
  return {writer.take(), {}};
}

template <class T>
const T* part(const Value* value) {
  return value ? value->as<T>() : nullptr;
}

std::string text_of(const Value* value) { return value ? toml_text(*value) : "not set"; }

void compare(const std::string& key, int depth, const Value* before, const Value* after,
             std::vector<RecipeDifference>& all) {
  const auto *table = part<Value::Table>(before), *other_table = part<Value::Table>(after);
  if (depth < kKeyDepth && (table || other_table)) {
    static const Value::Table kNone;
    const Value::Table &from = table ? *table : kNone, &to = other_table ? *other_table : kNone;
    const auto compare_entry = [&](const std::string& name) {
      compare(key.empty() ? name : key + "." + name, depth + 1, find(from, name), find(to, name), all);
    };
    for (const auto& entry : from) compare_entry(entry.key);
    for (const auto& entry : to)
      if (!find(from, entry.key)) compare_entry(entry.key);
    return;
  }
  const auto *list = part<Value::List>(before), *other_list = part<Value::List>(after);
  if (depth == kKeyDepth && list && other_list && list->size() == other_list->size()) {
    for (size_t i = 0; i < list->size(); ++i)
      compare(fmt::format("{}[{}]", key, i), depth + 1, &(*list)[i], &(*other_list)[i], all);
    return;
  }
  RecipeDifference difference{key, text_of(before), text_of(after)};
  if (difference.before != difference.after) all.push_back(std::move(difference));
}

}  // namespace

std::vector<RecipeDifference> recipe_differences(const Recipe& before, const Recipe& after) {
  std::vector<RecipeDifference> all;
  const Value from = value_of(before), to = value_of(after);
  compare("", 0, &from, &to, all);
  return all;
}

std::vector<std::string> keys_that_depend_on_epochs(const Recipe& recipe) {
  std::vector<std::string> keys;
  ScheduleConfig schedule = recipe.train.schedule;
  if (depends_on_total(schedule)) keys.push_back("train.schedule = " + toml_text(kind_value(schedule)));
  for (const auto& [name, layers] : {std::pair("encoder", &recipe.model.encoder), {"decoder", &recipe.model.decoder}})
    for (size_t i = 0; i < layers->size(); ++i) {
      LayerConfig layer = (*layers)[i];
      const auto* topk = std::get_if<TopKConfig>(&layer.options);
      if (topk && topk->from > topk->k)
        keys.push_back(fmt::format("model.{}[{}] = {}", name, i, toml_text(kind_value(layer))));
    }
  return keys;
}

}  // namespace hourglass
