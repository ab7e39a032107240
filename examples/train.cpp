#include <iostream>

#include "hourglass/app/training_session.h"
#include "hourglass/report/terminal/progress.h"

// train RECIPE DATA FOLDER: a run folder with the trained model, its metrics and a report.
int main(int argc, char** argv) {
  if (argc != 4) return 2;
  hourglass::ProgressBar progress(std::cerr);
  const auto result = hourglass::train({.recipe = {.name = argv[1], .data = argv[2]}, .folder = argv[3]}, progress);
  std::cout << result.loss << ' ' << result.epochs.back().train.reconstruction << '\n';
}
