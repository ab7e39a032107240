#include "hourglass/eval/analysis/budget.h"

#include <algorithm>

#include "hourglass/eval/analysis/code_map.h"
#include "hourglass/eval/analysis/contraction_curve.h"
#include "hourglass/eval/analysis/spectrum.h"

namespace hourglass {

namespace {

// How many times longer a multiplication takes than in a product of large matrices of 32-bit numbers, measured.
constexpr double kOfDecompositions = 1.5;  // dense decompositions in double, beside products of such matrices
constexpr double kOfThinMatrices = 28;     // products of a matrix and a few vectors in double
constexpr double kOfWrittenCodes = 100;    // a number of a code that is written and read, by estimate

double products_of(const Network& network, int first, int end) {
  double products = 0;
  for (int i = first; i < end; ++i) products += static_cast<double>(network.layer(i).products());
  return products;
}

}  // namespace

int64_t affordable(double products, int64_t most) {
  return products * static_cast<double>(most) <= kPartProducts ? most : static_cast<int64_t>(kPartProducts / products);
}

double encoder_products(const Network& network) { return products_of(network, 0, network.code_end()); }
double decoder_products(const Network& network) { return products_of(network, network.code_end(), network.layers()); }

double row_products(std::string_view metric, const Network& network) {
  if (metric == "jacobian_spectrum") return kOfDecompositions * spectrum_products(network);
  if (metric == "contraction_ratio") return static_cast<double>(kRadii.size()) * encoder_products(network);
  if (metric == "relative_contraction") return static_cast<double>(kReportProbes) * encoder_products(network);
  return encoder_products(network) + decoder_products(network);
}

double row_bytes(std::string_view metric, const Network& network) {
  return metric == "jacobian_spectrum" ? spectrum_bytes(network) : 0;
}

double atom_products(const Network& network) {
  return std::max(decoder_products(network), kOfWrittenCodes * static_cast<double>(network.code().output().size()));
}

double map_products(const Network& network) {
  return kOfThinMatrices * code_map_products(network.code().output().size());
}

}  // namespace hourglass
