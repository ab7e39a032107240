#include "hourglass/report/html/metric_words.h"

#include <algorithm>
#include <vector>

namespace hourglass {

MetricWords metric_words(const std::string& name) {
  using enum Better;
  static const std::vector<MetricWords> all = {
      {"bce", "binary cross-entropy, mean per value", lower},
      {"bce_excess", "bce above the data's own entropy: 0 for perfection", lower},
      {"mse", "squared error, mean per value", lower},
      {"nmse", "squared error by the data's squares: 1 for predicting 0", lower},
      {"fvu", "share of the data's variance left unexplained", lower},
      {"explained_variance", "share of the data's variance that the reconstruction explains", higher},
      {"psnr", "peak signal to noise ratio in decibels, mean over images", higher},
      {"ssim", "structural similarity: 1 for the same image", higher},
      {"corrupted_mse", "squared error to the clean input from a corrupted one", lower},
      {"contractive", "‖∂h/∂x‖²_F, mean over rows; a smaller code has a smaller one", neither},
      {"jacobian_frobenius", "‖∂h/∂x‖_F, mean over rows; a smaller code has a smaller one", neither},
      {"relative_contraction", "how far noise of the data's own size moves the code, in units of its spread", lower},
      {"code_displacement", "how far corruption moves the code, in units of its spread", lower},
      {"mean_activation", "mean over units and rows", neither},
      {"saturation", "share of activations below 0.05 or above 0.95", neither},
      {"l0", "units that are not 0, mean over rows", neither},
      {"l1", "sum of the code's magnitudes, mean over rows", neither},
      {"dead_frac", "share of units that are 0 on all rows", lower},
      {"probe_error", "test rows that a linear classifier of codes puts in a wrong class", lower},
      {"knn_error", "test rows that their 5 nearest training codes put in a wrong class", lower},
      {"pca_mse", "the least mse of a linear code of this size", neither},
      {"pca_gap", "mse above that, by it", lower},
      {"pca_angle", "between decoder and principal plane, in degrees", lower},
  };
  const auto found = std::ranges::find(all, name, &MetricWords::name);
  return found == all.end() ? MetricWords{name, "", neither} : *found;
}

}  // namespace hourglass
