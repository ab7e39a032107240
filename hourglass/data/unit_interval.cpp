#include "hourglass/data/unit_interval.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace hourglass {

void check_unit_interval(const Dataset& data, const Scaler& scaler) {
  if (data.is_bytes() && scaler.kind == ScalerKind::unit) return;  // bytes / 255
  constexpr int64_t kRows = 256;
  const int64_t features = data.sample.size();
  Tensor scaled(DType::f32, {kRows, features});
  std::vector<uint32_t> rows(kRows);
  for (int64_t first = 0; first < data.rows(); first += kRows) {
    const int64_t count = std::min(kRows, data.rows() - first);
    std::iota(rows.begin(), rows.end(), static_cast<uint32_t>(first));
    gather(data, scaler, std::span(rows).first(count), scaled.view().slice(0, count));
    const float* values = scaled.as<float>();
    for (int64_t i = 0; i < count * features; ++i)
      if (!(values[i] >= 0.0f && values[i] <= 1.0f))
        fail(
            "{}: row {}, feature {} is {} after scaling (\"{}\"), but bce needs values in [0, 1]; "
            "use scale = \"minmax\", or reconstruction = \"mse\" with no final sigmoid",
            data.name, first + i / features + 1, i % features + 1, values[i], name_of(scaler.kind));
  }
}

}  // namespace hourglass
