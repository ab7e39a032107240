#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

#include "hourglass/base/error.h"

namespace hourglass {

/// Up to four extents, outermost first: of a tensor, or of one sample, (units) or (channels, height, width).
class Shape {
 public:
  static constexpr int kMaxRank = 4;

  Shape() = default;
  Shape(std::initializer_list<int64_t> extents) : Shape(std::span(extents)) {}
  explicit Shape(std::span<const int64_t> extents) {
    for (int64_t e : extents) push_back(e);
  }

  void push_back(int64_t extent) {
    HOURGLASS_CHECK(rank_ < kMaxRank);
    extents_[rank_++] = extent;
  }

  int rank() const { return rank_; }
  int64_t operator[](int axis) const { return extents_[axis]; }
  int64_t& operator[](int axis) { return extents_[axis]; }
  const int64_t* begin() const { return extents_.data(); }
  const int64_t* end() const { return extents_.data() + rank_; }

  /// Number of elements: the product of the extents, 1 for rank 0.
  int64_t size() const {
    int64_t n = 1;
    for (int64_t e : *this) n *= e;
    return n;
  }

  /// (rows, extents…): the shape of a batch of samples of this shape.
  Shape batch(int64_t rows) const {
    Shape s{rows};
    for (int64_t e : *this) s.push_back(e);
    return s;
  }

  /// "16 × 3 × 3"
  std::string text() const {
    std::string s;
    for (int64_t e : *this) s += (s.empty() ? "" : " × ") + std::to_string(e);
    return s;
  }

  friend bool operator==(const Shape& a, const Shape& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

 private:
  std::array<int64_t, kMaxRank> extents_{};
  int rank_ = 0;
};

}  // namespace hourglass
