#pragma once

#include <string_view>

#include "hourglass/nn/network.h"

namespace hourglass {

/// What one part of a report may cost: a number of multiplications in products of large matrices of 32-bit numbers,
/// which take one or two seconds on one core. Slower operations count several times. Operations are counted and not
/// seconds, so that a run has the same report on every machine.
inline constexpr double kPartProducts = 4e10;

/// Memory that one part of a report may take on a thread beside the pass through the network; a part that takes more
/// for a single row is left out.
inline constexpr double kPartBytes = 1 << 28;

/// Probe vectors per row for the Jacobian metrics of a report.
inline constexpr int64_t kReportProbes = 8;

/// How many steps that cost `products` each a part can afford, at most `most`; 0 where one costs too much.
int64_t affordable(double products, int64_t most);

/// Multiplications of encoder and decoder for one row.
double encoder_products(const Network& network);
double decoder_products(const Network& network);

/// What a metric of a report costs per row.
double row_products(std::string_view metric, const Network& network);
/// Memory that a metric of a report takes for a row, where it matters beside the pass.
double row_bytes(std::string_view metric, const Network& network);
/// What a decoder atom costs.
double atom_products(const Network& network);
/// What a map of codes costs per row.
double map_products(const Network& network);

}  // namespace hourglass
