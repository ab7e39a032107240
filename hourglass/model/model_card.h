#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace hourglass {

/// What stands in NAME.toml beside the weights of a shipped model, NAME.safetensors: where they come from and what they
/// reach. Every key is required.
struct ModelCard {
  std::string name;               ///< the file's stem; not a key
  std::filesystem::path weights;  ///< beside the card; not a key
  std::string description;
  std::string recipe;                                   ///< the shipped recipe it was trained by
  std::string data;                                     ///< what the metrics were measured on
  int64_t seed = 0;                                     ///< of the training
  std::string command;                                  ///< trains the same weights again
  std::string evaluation;                               ///< measures the metrics again
  std::string hourglass;                                ///< version of the program that trained it
  std::string sha256;                                   ///< of the weights' file, 64 lower-case hexadecimal digits
  std::vector<std::pair<std::string, double>> metrics;  ///< bce or mse among them

  /// The metric to quote: bce, else mse.
  const std::pair<std::string, double>& headline() const;
};

/// The names of the cards in `folder`, sorted; none when there is no such folder.
std::vector<std::string> card_names(const std::filesystem::path& folder);

/// Reads a card. Throws Error with file, line, column and key.
ModelCard read_card(const std::filesystem::path& path);

/// Throws Error when the weights are not there or their SHA-256 is not the card's.
void verify_weights(const ModelCard& card);

}  // namespace hourglass
