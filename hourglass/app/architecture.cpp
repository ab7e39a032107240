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
  const Network& network = architecture.network;
  std::vector<LayerSummary> rows;
  const auto add = [&](const std::string& name, LayerConfig config) {
    const bool is_residual = config.kind == "residual";
    LayerSummary row{name, is_residual ? config.kind : toml_text(kind_value(config)),
                     network.shape(network.find(name))};
    for (const Parameter& p : network.parameters())
      if (p.name.substr(0, p.name.rfind('.')) == name) row.parameters += p.shape.size();
    rows.push_back(std::move(row));
  };
  visit_layers(network.config().encoder, "encoder", add);
  visit_layers(network.config().decoder, "decoder", add);
  return rows;
}

}  // namespace hourglass
