#include <cmath>

#include "hourglass/tensor/reference/reference.h"

namespace hourglass::ops::reference {

namespace {

double coefficient(std::span<const double> list, int64_t column, double absent) {
  return list.empty() ? absent : list[static_cast<size_t>(column)];
}

/// One group of one row.
struct Group {
  const GroupLayout& g;
  int64_t row, group;

  /// Position in (rows, positions·channels) of element i of the group in row `row`.
  int64_t at(int64_t i, int64_t in_row) const {
    const int64_t width = g.channels / g.groups;
    return in_row * g.row() + i / width * g.channels + group * width + i % width;
  }
  int64_t at(int64_t i) const { return at(i, row); }
  int64_t inverse() const { return row * g.groups + group; }
};

template <class F>
void for_each_group(const GroupLayout& g, int64_t rows, F f) {
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t group = 0; group < g.groups; ++group) f(Group{g, row, group});
}

/// Σ f(i) over the elements of a group.
template <class F>
double sum(const GroupLayout& g, F f) {
  double total = 0;
  for (int64_t i = 0; i < g.elements(); ++i) total += f(i);
  return total;
}

}  // namespace

void ReferenceBackend::affine_columns(const ColumnAffine& c, ConstView a, ConstView b, View y) const {
  for (int64_t i = 0; i < y.size(); ++i) {
    const int64_t j = i % y.columns();
    double value = (a.as<double>()[i] - coefficient(c.shift, j, 0)) * coefficient(c.factor, j, 1);
    if (b) value += (b.as<double>()[i] - coefficient(c.shift_b, j, 0)) * coefficient(c.factor_b, j, 1);
    y.as<double>()[i] = value + coefficient(c.offset, j, 0);
  }
}

void ReferenceBackend::scale_by_sign(ConstView z, double positive, std::span<const double> negative, ConstView x,
                                     View y) const {
  for (int64_t i = 0; i < z.size(); ++i)
    y.as<double>()[i] =
        x.as<double>()[i] * (z.as<double>()[i] > 0 ? positive : negative[static_cast<size_t>(i % z.columns())]);
}

void ReferenceBackend::normalise_groups(const GroupLayout& g, double epsilon, ConstView x, View y, View inverse) const {
  const double* from = x.as<double>();
  const auto n = static_cast<double>(g.elements());
  for_each_group(g, x.rows(), [&](const Group& of) {
    const double mean = sum(g, [&](int64_t i) { return from[of.at(i)]; }) / n;
    const double variance = sum(g, [&](int64_t i) { return std::pow(from[of.at(i)] - mean, 2); }) / n;
    const double factor = 1 / std::sqrt(variance + epsilon);
    for (int64_t i = 0; i < g.elements(); ++i) y.as<double>()[of.at(i)] = (from[of.at(i)] - mean) * factor;
    inverse.as<double>()[of.inverse()] = factor;
  });
}

void ReferenceBackend::project_groups(const GroupLayout& g, ConstView y, ConstView inverse, ConstView v,
                                      View out) const {
  const double *normal = y.as<double>(), *from = v.as<double>();
  const int64_t per_row = v.rows() / y.rows();
  const auto n = static_cast<double>(g.elements());
  for_each_group(g, v.rows(), [&](const Group& of) {
    const Group sample{g, of.row / per_row, of.group};
    const double mean = sum(g, [&](int64_t i) { return from[of.at(i)]; }) / n;
    const double slope = sum(g, [&](int64_t i) { return from[of.at(i)] * normal[sample.at(i)]; }) / n;
    for (int64_t i = 0; i < g.elements(); ++i)
      out.as<double>()[of.at(i)] =
          inverse.as<double>()[sample.inverse()] * (from[of.at(i)] - mean - normal[sample.at(i)] * slope);
  });
}

void ReferenceBackend::project_groups_backward(const GroupLayout& g, ConstView y, ConstView inverse, ConstView a,
                                               ConstView b, View grad) const {
  const double *normal = y.as<double>(), *left = a.as<double>(), *right = b.as<double>();
  const int64_t per_row = a.rows() / y.rows();
  const auto n = static_cast<double>(g.elements());
  for_each_group(g, a.rows(), [&](const Group& of) {
    const Group sample{g, of.row / per_row, of.group};
    const auto dot = [&](auto f) { return sum(g, f); };
    const double sum_a = dot([&](int64_t i) { return left[of.at(i)]; });
    const double sum_b = dot([&](int64_t i) { return right[of.at(i)]; });
    const double along_a = dot([&](int64_t i) { return left[of.at(i)] * normal[sample.at(i)]; });
    const double along_b = dot([&](int64_t i) { return right[of.at(i)] * normal[sample.at(i)]; });
    const double product = dot([&](int64_t i) { return left[of.at(i)] * right[of.at(i)]; });
    const double s = product - sum_a * sum_b / n - along_a * along_b / n, r = inverse.as<double>()[sample.inverse()];
    for (int64_t i = 0; i < g.elements(); ++i) {
      const double at = normal[sample.at(i)];
      const double pa = left[of.at(i)] - sum_a / n - at * along_a / n;
      const double pb = right[of.at(i)] - sum_b / n - at * along_b / n;
      grad.as<double>()[sample.at(i)] -= r * r / n * (s * at + along_b * pa + along_a * pb);
    }
  });
}

}  // namespace hourglass::ops::reference
