#pragma once

#include <functional>
#include <string>

#include "hourglass/app/choose_recipe.h"
#include "hourglass/train/rate_range.h"

namespace hourglass {

/// Request for a learning rate range test.
struct FindRateRequest {
  RecipeRequest recipe;
  RateRange range;
  int threads = 0;                  ///< 0: all available cores
  std::string plot = {}, csv = {};  ///< files to write, .png or .svg, and .csv; empty: none
};

/// The test of a fresh model on the rows that the recipe trains on (test_rates), and its files. Nothing else is
/// written. Throws Error for bad input before the test begins, for a range that does not rise, and where a file would
/// replace one that is read; NotDrawn where gnuplot is missing or fails, after the CSV is written; Interrupted when
/// `progress` returns false, with nothing written.
RateTest find_rate(const FindRateRequest& request, const Notify& notify,
                   const std::function<bool(double done)>& progress);

}  // namespace hourglass
