#include "hourglass/app/shipped.h"

#include <cstdlib>

#include "hourglass/base/error.h"
#include "hourglass/base/text.h"

namespace hourglass {

namespace fs = std::filesystem;

namespace {

fs::path models_folder() {
  if (const char* folder = std::getenv("HOURGLASS_MODELS_DIR"); folder && *folder) {
    if (!fs::is_directory(folder)) fail("HOURGLASS_MODELS_DIR: {}: no such folder", folder);
    return folder;
  }
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path installed = program.parent_path().parent_path() / "share/hourglass/models";
  return fs::is_directory(installed) ? installed : HOURGLASS_MODELS;
}

}  // namespace

std::vector<std::string> shipped_recipe_names() {
  std::vector<std::string> names;
  for (const auto& [name, text] : shipped_recipes()) names.push_back(name);
  return names;
}

std::vector<std::string> shipped_models() { return card_names(models_folder()); }

ModelCard shipped_model_card(const std::string& name) {
  const auto names = shipped_models();
  if (!contains(names, name))
    fail("{}: no such run folder, model file or shipped model{}", name, did_you_mean(name, names));
  return read_card(models_folder() / (name + ".toml"));
}

}  // namespace hourglass
