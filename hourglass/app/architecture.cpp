#include "hourglass/app/architecture.h"

#include "hourglass/app/shipped.h"
#include "hourglass/base/schema/fields_writer.h"
#include "hourglass/base/schema/toml.h"
#include "hourglass/base/text.h"

namespace hourglass {

namespace {

bool names_recipe(const std::string& name) {
  if (std::filesystem::exists(name)) return std::filesystem::path(name).extension() == ".toml";
  return name.ends_with(".toml") || (contains(shipped_recipe_names(), name) && !contains(shipped_models(), name));
}

}  // namespace

Architecture open_architecture(const std::string& name, const std::string& source, const Notify& notify) {
  if (!names_recipe(name)) {
    const TrainedModel model = open_model(name);
    return {model.recipe, Network(model.recipe.model, model.autoencoder.network().input())};
  }
  Recipe recipe = open_recipe(name);
  if (!source.empty()) recipe.data.source = source;
  const Shape sample = open_data(recipe.data.source, recipe.data.read, notify).train.sample;
  return {recipe, Network(recipe.model, sample)};
}

std::vector<LayerSummary> summarise_layers(const Architecture& architecture) {
  const auto& [recipe, network] = architecture;
  std::vector<LayerSummary> rows;
  int next = 0;
  for (const auto& [part, layers] : {std::pair("encoder", &recipe.model.encoder), {"decoder", &recipe.model.decoder}})
    for (size_t i = 0; i < layers->size(); ++i) {
      while (network.layer(next).only_reorders()) ++next;
      LayerConfig config = (*layers)[i];
      LayerSummary row{fmt::format("{}.{}", part, i), toml_text(kind_value(config)), network.layer(next++).output()};
      for (const Parameter& p : network.parameters())
        if (p.name.starts_with(row.name + ".")) row.parameters += p.shape.size();
      rows.push_back(std::move(row));
    }
  return rows;
}

}  // namespace hourglass
