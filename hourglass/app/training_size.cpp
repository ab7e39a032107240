#include "hourglass/app/training_size.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>

#include "hourglass/base/memory.h"
#include "hourglass/base/schema/fields_writer.h"
#include "hourglass/base/schema/toml.h"
#include "hourglass/data/series.h"
#include "hourglass/data/split.h"
#include "hourglass/model/inference.h"
#include "hourglass/nn/network.h"
#include "hourglass/report/format.h"
#include "hourglass/train/step.h"
#include "hourglass/train/trainer.h"

namespace hourglass {

namespace {

constexpr int64_t kProgramBytes = int64_t{48} << 20;  // code, libraries, and products compiled for their sizes

int64_t bytes_in_memory(const Dataset& data) {
  return std::visit(
      []<class Values>(const Values& all) -> int64_t {
        if constexpr (std::is_same_v<Values, StoredArray>)
          return 0;
        else if constexpr (std::is_same_v<Values, Windows>)
          return static_cast<int64_t>(all.bytes_in_memory());
        else
          return static_cast<int64_t>(all.size() * sizeof(all[0]));
      },
      data.values);
}

/// Layer outputs while held-out rows and those of the report are measured.
int64_t measuring_memory(const Network& network, int threads) {
  return threads * Inference::rows_of_a_chunk(network, DType::f32) * MicroBatch::bytes_of_a_row(network, DType::f32);
}

int64_t validation_rows(const Recipe& recipe, const Dataset& train) {
  if (series_of(train)) return std::ssize(validation_split(recipe, train).held_out);
  return held_out_rows(static_cast<uint32_t>(train.rows()), recipe.data.validation);
}

int64_t training_rows(const Recipe& recipe, const Dataset& train) {
  if (series_of(train)) return std::ssize(validation_split(recipe, train).train);
  return train.rows() - validation_rows(recipe, train);
}

bool fits(const TrainingSize& size, const SizeLimits& limits) {
  return size.parameters <= limits.parameters && size.bytes <= limits.bytes;
}

std::string text_of(const TrainingSize& size) {
  return fmt::format("{} parameters, about {} of memory", format_count(size.parameters),
                     format_bytes(static_cast<double>(size.bytes)));
}

/// A layer with its width divided; activations stay as they are.
void divide_width(LayerConfig& layer, int64_t divisor) {
  if (auto* dense = std::get_if<DenseConfig>(&layer.options)) {
    if (dense->divisor > 0)
      dense->divisor *= divisor;
    else
      dense->units = std::max<int64_t>(1, dense->units / divisor);
  }
  if (auto* conv = std::get_if<ConvConfig>(&layer.options))
    conv->channels = std::max<int64_t>(1, conv->channels / divisor);
}

/// All layers but the last with weights are narrower; that one gives the features.
ModelConfig narrower(ModelConfig model, int64_t divisor) {
  const auto divide = [&](const std::string&, LayerConfig& layer) { divide_width(layer, divisor); };
  visit_layers(model.encoder, "encoder", divide);
  std::vector<LayerConfig*> with_width;
  visit_layers(model.decoder, "decoder", [&](const std::string&, LayerConfig& l) {
    if (std::holds_alternative<DenseConfig>(l.options) || std::holds_alternative<ConvConfig>(l.options))
      with_width.push_back(&l);
  });
  if (!with_width.empty()) with_width.pop_back();
  for (LayerConfig* layer : with_width) divide_width(*layer, divisor);
  return model;
}

std::string list_text(std::vector<LayerConfig> layers) {
  Value::List list;
  for (LayerConfig& layer : layers) list.push_back(kind_value(layer));
  return toml_text({std::move(list), {}});
}

/// A smaller batch, or else a narrower network, that is within the limits.
std::optional<std::string> what_fits(const Recipe& recipe, const Dataset& train, int threads,
                                     const SizeLimits& limits) {
  Recipe smaller = recipe;
  for (smaller.train.batch_size =
           static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(recipe.train.batch_size - 1)));
       smaller.train.batch_size >= 16; smaller.train.batch_size /= 2)
    if (fits(training_size(smaller, train, threads), limits))
      return fmt::format("It would fit with --batch-size {}.", smaller.train.batch_size);
  smaller = recipe;
  try {
    for (int64_t divisor = 2; divisor <= 4096; divisor *= 2) {
      smaller.model = narrower(recipe.model, divisor);
      const TrainingSize size = training_size(smaller, train, threads);
      if (fits(size, limits))
        return fmt::format("Layers 1/{} as wide would fit, with {}: encoder = {}, decoder = {}.", divisor,
                           text_of(size), list_text(smaller.model.encoder), list_text(smaller.model.decoder));
    }
  } catch (const Error&) {
    // A narrower layer does not suit one behind it.
  }
  return std::nullopt;
}

}  // namespace

TrainingSize training_size(const Recipe& recipe, const Dataset& train, int threads) {
  const Network network(recipe.model, train.sample);
  const Objective objective(recipe.objective, network, recipe.train.seed);
  const int64_t rows = training_rows(recipe, train), batch = std::min(recipe.train.batch_size, rows);
  // θ, its copies for divergence, best weights, their average and the bytes of a checkpoint, the whole gradient where
  // it is clipped, and the optimiser's state, twice.
  const auto moments = static_cast<int64_t>(optimizer_state_names(recipe.train.optimizer).size());
  const int64_t best = recipe.train.early_stopping ? 1 : 0, average = recipe.train.ema > 0 ? 1 : 0;
  const int64_t gradient = recipe.train.clip_norm > 0 ? 1 : 0;
  const int64_t copies = 2 + best + average + gradient + moments + (1 + best + average + moments);
  const bool corrupted = Corruption(recipe.corruption, recipe.train.seed).is_active();
  const int64_t steps = step_memory(objective, batch, corrupted, threads);
  const int64_t weights = 4 * copies * network.parameter_count();
  return {network.parameter_count(),
          kProgramBytes + weights + steps + measuring_memory(network, threads) + bytes_in_memory(train)};
}

std::string size_line(const Recipe& recipe, const DataSplits& data, int threads) {
  const Dataset& train = data.train;
  const Network network(recipe.model, train.sample);
  const int64_t rows = training_rows(recipe, train), features = train.sample.size();
  std::string parts;
  if (const int64_t held_out = validation_rows(recipe, train))
    parts += fmt::format(", {} for validation", format_count(held_out));
  if (data.test) parts += fmt::format(", {} for test", format_count(data.test->rows()));
  const std::string shape = train.sample.rank() > 1 ? train.sample.text() + " = " : "";
  return fmt::format(
      "{} parameters, about {} of memory; {} samples to train on{}; {}{} features, a code of {}, {} outputs",
      format_count(network.weight_count()),
      format_bytes(static_cast<double>(training_size(recipe, train, threads).bytes)), format_count(rows), parts, shape,
      format_count(features), format_count(network.code().output().size()),
      format_count(network.layer(network.layers() - 1).output().size()));
}

void check_training_size(const Recipe& recipe, const Dataset& train, int threads, const SizeLimits& given) {
  const SizeLimits limits{given.parameters, given.bytes > 0 ? given.bytes : available_memory()};
  const TrainingSize size = training_size(recipe, train, threads);
  if (fits(size, limits)) return;
  const Network network(recipe.model, train.sample);
  const auto largest =
      std::ranges::max_element(network.parameters(), {}, [](const Parameter& p) { return p.shape.size(); });
  const std::string limit = size.parameters > limits.parameters
                                ? fmt::format("more than {} parameters are", format_count(limits.parameters))
                                : fmt::format("more than the {} of memory of this machine is",
                                              format_bytes(static_cast<double>(limits.bytes)));
  std::string remedy = what_fits(recipe, train, threads, limits).value_or("");
  if (train.sample.rank() == 3)
    remedy += fmt::format("{}For images convolutions need far fewer: `hourglass data inspect` suggests some.",
                          remedy.empty() ? "" : " ");
  fail(
      "{}: this network on samples of {} needs {}, and {} refused by default. {} has {} of the parameters. {} To train "
      "it all the same, add --allow-large",
      train.name, train.sample.text(), text_of(size), limit, largest->name, format_count(largest->shape.size()),
      remedy);
}

}  // namespace hourglass
