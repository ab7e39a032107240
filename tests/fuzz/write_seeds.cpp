#include <filesystem>
#include <string>

#include "fuzz/targets.h"
#include "hourglass/base/file.h"

/// fuzz_seeds FOLDER: writes every target's seeds as FOLDER/TARGET/seed-N.
int main(int, char** arguments) {
  for (const auto& target : hourglass::fuzz::targets()) {
    const auto folder = std::filesystem::path(arguments[1]) / target.name;
    std::filesystem::create_directories(folder);
    int number = 0;
    for (const std::string& seed : target.seeds())
      hourglass::write_file_atomically(folder / ("seed-" + std::to_string(number++)), seed);
  }
}
