#include "hourglass/report/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <set>

#include "hourglass/report/format.h"
#include "hourglass/report/image.h"
#include "hourglass/report/plot.h"

namespace hourglass {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr int kPictureColumns = 8;

std::vector<double> counted(size_t count, double from = 1) {
  std::vector<double> x(count);
  std::iota(x.begin(), x.end(), from);
  return x;
}

/// As pixels around grey: each picture by its own largest value.
Tensor grey_around_half(const SignedPictures& p) {
  Tensor t = p.values.clone();
  const int64_t size = p.shape.size();
  for (int64_t i = 0; i < t.rows(); ++i) {
    float* v = t.as<float>() + i * size;
    float largest = 0;
    for (int64_t k = 0; k < size; ++k) largest = std::max(largest, std::abs(v[k]));
    for (int64_t k = 0; k < size; ++k) v[k] = largest > 0 ? 0.5F + 0.5F * v[k] / largest : 0.5F;
  }
  return t;
}

/// The figures in the making; what fails is left out with its reason.
class Drawing {
 public:
  Drawing(const std::vector<EpochRecord>& epochs, const std::string& reconstruction, const Analysis& analysis,
          std::optional<double> target)
      : epochs_(epochs), reconstruction_(reconstruction), a_(analysis), target_(target) {}

  Figures run() && {
    training();
    reconstructions();
    feature_error();
    units();
    activations();
    mean_activation();
    if (a_.map) map(*a_.map);
    if (const auto* values = find_metric<std::vector<double>>(a_.metrics, "jacobian_spectrum")) spectrum(*values);
    if (const auto* curve = find_metric<ContractionCurve>(a_.metrics, "contraction_ratio")) contraction(*curve);
    return std::move(all_);
  }

 private:
  struct About {
    std::string section, name, title, caption;
  };

  void chart(const About& about, const Chart& chart) {
    attempt(about, [&](Figure& f) {
      f.svg = chart.render(PictureFormat::svg);
      f.png = chart.render(PictureFormat::png);
    });
  }

  void picture(const About& about, const std::function<Image()>& image) {
    attempt(about, [&](Figure& f) { f.png = png_bytes(image()); });
  }

  void attempt(const About& about, const std::function<void(Figure&)>& draw) {
    Figure f{about.section, about.name, about.title, about.caption, "", ""};
    try {
      draw(f);
      all_.drawn.push_back(std::move(f));
    } catch (const Error& e) {
      all_.omissions.push_back({about.title, e.what()});
    }
  }

  void training() {
    if (epochs_.empty()) return all_.omissions.push_back({"Loss", "the run folder holds no epochs"});
    const auto panels = LossPlot{epochs_, reconstruction_, ""}.charts();
    chart({"training", "loss", "Reconstruction loss",
           "Mean over the rows of each part. The training loss is taken "
           "while the weights move, on what the encoder sees in training; the others after each epoch."},
          panels[0]);
    for (size_t i = 1; i < panels.size(); ++i) {
      Chart penalty = panels[i];
      penalty.y.label = std::exchange(penalty.title, "") + " (unweighted)";
      chart({"training", "penalty-" + panels[i].title, "Penalty: " + panels[i].title,
             "Mean over the epoch's training rows, without its weight in the loss."},
            penalty);
    }
  }

  void reconstructions() {
    one_kind("best", "Best", a_.best);
    one_kind("typical", "Typical", a_.typical);
    one_kind("worst", "Worst", a_.worst);
  }

  void one_kind(const std::string& kind, const std::string& title, const Examples& e) {
    if (e.errors.empty()) return;
    const auto [low, high] = std::ranges::minmax(e.errors);
    const About about{"reconstruction", "reconstructions-" + kind, title + " reconstructions",
                      fmt::format("Inputs above, reconstructions below; mean squared error {} to {}.",
                                  format_value(low), format_value(high))};
    if (is_picture(a_.sample)) {
      const std::vector<ConstView> rows = {e.inputs, e.reconstructions};
      return picture(about, [&] { return image_grid(rows, a_.sample, {.columns = kPictureColumns}); });
    }
    const auto line = [&](const Tensor& t, const char* label, int style) {
      const float* v = t.as<float>();
      const auto size = static_cast<size_t>(a_.sample.size());
      return Series{label,
                    style,
                    size <= 60 ? Series::Mark::lines_and_points : Series::Mark::lines,
                    counted(size),
                    {v, v + size}};
    };
    Chart c{.x = {.label = "feature", .whole = true}, .y = {.label = "scaled value"}};
    c.series = {line(e.inputs, "input", 0), line(e.reconstructions, "reconstruction", 1)};
    chart({about.section, about.name, title + " reconstruction",
           fmt::format("One row of the data; mean squared error {}.", format_value(e.errors[0]))},
          c);
  }

  void feature_error() {
    if (a_.feature_error.empty()) return;
    About about{"reconstruction", "feature-error", "Error per feature",
                fmt::format("Mean over {} rows of (reconstruction − input)².", format_count(a_.rows))};
    Chart c;
    if (is_picture(a_.sample)) {
      c.x.label = "pixel column";
      c.y.label = "pixel row";
      c.heat = error_map();
    } else {
      c.x = {.label = "feature", .whole = true};
      c.y = {.label = "mean squared error (scaled units²)", .from = 0};
      c.series.push_back({"", 0, Series::Mark::bars, counted(a_.feature_error.size()), a_.feature_error});
    }
    chart(about, c);
  }

  /// Channels are averaged.
  HeatMap error_map() const {
    const Shape& s = a_.sample;
    const auto side = std::llround(std::sqrt(static_cast<double>(s.size())));
    HeatMap map{s.rank() == 3 ? s[1] : side, s.rank() == 3 ? s[2] : side, {}, "mean squared error (scaled units²)"};
    const int64_t pixels = map.rows * map.columns, channels = s.size() / pixels;
    map.values.assign(pixels, 0);
    for (int64_t i = 0; i < s.size(); ++i)
      map.values[i % pixels] += a_.feature_error[i] / static_cast<double>(channels);
    return map;
  }

  void units() {
    if (!is_picture(a_.sample))
      return all_.omissions.push_back(
          {"Filters, atoms, traversals and top inputs", "samples of " + a_.sample.text() + " are no pictures"});
    const std::string scale = " Each picture has its own scale: grey is 0, white above, black below.";
    if (a_.filters)
      signed_pictures(
          {"units", "filters", "First-layer filters",
           (a_.filters->units.empty() ? "Weights of the first layer's first filters."
                                      : "Weights of the units in the grid of decoder atoms, in the same order.") +
               scale},
          *a_.filters);
    if (a_.atoms)
      signed_pictures({"units", "atoms", "Decoder atoms",
                       fmt::format("What a unit adds to the mean code's reconstruction when it stands one standard "
                                   "deviation above its mean: {} of the code's {} units, those that add most.",
                                   a_.atoms->units.size(), a_.spread.size()) +
                           scale},
                      *a_.atoms);
    if (a_.strong) strong(*a_.strong);
  }

  void signed_pictures(const About& about, const SignedPictures& p) {
    picture(about, [&] { return tile(grey_around_half(p), p.shape, kPictureColumns); });
  }

  void strong(const StrongUnits& s) {
    std::vector<std::string> captions;
    for (const int64_t unit : s.units) captions.push_back(fmt::format("{}", unit));
    const auto grid = [&](const Tensor& samples, int64_t each) {
      std::vector<ConstView> rows;
      for (size_t i = 0; i < s.units.size(); ++i)
        rows.push_back(samples.view().slice(static_cast<int64_t>(i) * each, each));
      return image_grid(rows, a_.sample, {.captions = captions, .columns = static_cast<int>(each)});
    };
    picture({"units", "traversals", "Latent traversals",
             "A typical code decoded while one unit goes from its 1st to its 99th percentile, for the units that move "
             "the reconstruction most; numbers are units, counted from 0."},
            [&] { return grid(s.walks, s.walk_steps); });
    picture({"units", "top-inputs", "Inputs that activate a unit most", "For the same units, the largest first."},
            [&] { return grid(s.inputs, s.inputs_each); });
  }

  void activations() {
    const Histogram& h = a_.activations;
    const double total = std::accumulate(h.counts.begin(), h.counts.end(), 0.0);
    const double width = (h.high - h.low) / static_cast<double>(h.counts.size());
    Series bars{"", 0, Series::Mark::bars, {}, {}};
    for (size_t i = 0; i < h.counts.size(); ++i) {
      bars.x.push_back(h.low + (static_cast<double>(i) + 0.5) * width);
      bars.y.push_back(h.counts[i] ? 100 * static_cast<double>(h.counts[i]) / total : kMissing);
    }
    Chart c{.x = {.label = "activation"}, .y = {.label = "share of activations (%)"}};
    const auto smallest = std::ranges::min(h.counts, {}, [](int64_t n) { return n ? n : INT64_MAX; });
    const bool deep = static_cast<double>(std::ranges::max(h.counts)) > 100 * static_cast<double>(smallest);
    c.y.scale = deep ? ChartAxis::Scale::logarithmic : ChartAxis::Scale::linear;
    if (!deep) c.y.from = 0;
    c.series.push_back(std::move(bars));
    chart({"code", "activations", "Activations",
           fmt::format("All {} units on {} rows, in {} bins.{}", a_.code.size(), format_count(a_.rows), h.counts.size(),
                       deep ? " The share is on a logarithmic axis." : "")},
          c);
  }

  void mean_activation() {
    std::vector<double> sorted = a_.mean_activation;
    std::ranges::sort(sorted, std::greater{});
    const size_t count = sorted.size();
    Chart c{.x = {.label = "unit, by mean activation", .whole = true}, .y = {.label = "mean activation"}};
    c.series.push_back({target_ ? "units" : "", 0, count > 200 ? Series::Mark::lines : Series::Mark::points,
                        counted(count), std::move(sorted)});
    if (target_)
      c.series.push_back({fmt::format("target ρ = {}", *target_),
                          1,
                          Series::Mark::lines,
                          {1, static_cast<double>(count)},
                          {*target_, *target_}});
    chart({"code", "mean-activation", "Mean activation per unit",
           fmt::format("Over {} rows{}.", format_count(a_.rows), target_ ? ", against the recipe's target" : "")},
          c);
  }

  void map(const CodeMap& m) {
    const std::set<int32_t> classes(m.labels.begin(), m.labels.end());
    const bool labelled = !classes.empty() && classes.size() <= kChartStyles;
    Chart c{.x = {.label = fmt::format("1st principal component ({:.1f} % of the variance)", 100 * m.share_x)},
            .y = {.label = fmt::format("2nd principal component ({:.1f} %)", 100 * m.share_y)}};
    if (labelled)
      for (const int32_t label : classes) add_class(c, m, label);
    else
      c.series.push_back({"", 0, Series::Mark::points, m.x, m.y});
    const std::string why = labelled ? "Colour and mark tell the label, which stands at the middle of its points."
                            : classes.empty() ? "The data have no labels."
                                              : fmt::format("{} labels are too many to colour.", classes.size());
    chart({"code", "map", "Map of codes",
           fmt::format("The codes of {} rows in the plane of their first two principal components. {}",
                       format_count(a_.rows), why)},
          c);
  }

  static void add_class(Chart& c, const CodeMap& m, int32_t label) {
    Series s{"", static_cast<int>(c.series.size()), Series::Mark::points, {}, {}};
    for (size_t i = 0; i < m.labels.size(); ++i)
      if (m.labels[i] == label) s.x.push_back(m.x[i]), s.y.push_back(m.y[i]);
    const auto mean = [](const std::vector<double>& v) {
      return std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(v.size());
    };
    c.texts.push_back({mean(s.x), mean(s.y), fmt::format("{}", label)});
    c.series.push_back(std::move(s));
  }

  void spectrum(std::vector<double> values) {
    Chart c{.x = {.label = "singular value, by size", .whole = true},
            .y = {.label = "singular value of ∂h/∂x", .scale = ChartAxis::Scale::automatic}};
    // Zeros would keep the axis linear.
    for (const double least = 1e-6 * values[0]; double& v : values) v = v > least ? v : kMissing;
    c.series.push_back({"", 0, values.size() > 200 ? Series::Mark::lines : Series::Mark::points, counted(values.size()),
                        std::move(values)});
    chart({"contraction", "spectrum", "Spectrum of the encoder's Jacobian",
           fmt::format("Mean over {} rows. Few large values: the code follows few directions around an input.",
                       format_count(a_.spectrum_rows))},
          c);
  }

  void contraction(const ContractionCurve& r) {
    Chart c{.x = {.label = "distance ‖δ‖ from an input (scaled units)", .scale = ChartAxis::Scale::logarithmic},
            .y = {.label = "‖f(x+δ) − f(x)‖ / ‖δ‖", .from = 0}};
    c.series.push_back({"", 0, Series::Mark::lines_and_points, r.radii, r.ratios});
    chart({"contraction", "contraction-curve", "Contraction curve",
           fmt::format("How far the code moves per distance the input moves, in random directions: mean over {} rows.",
                       format_count(a_.rows))},
          c);
  }

  const std::vector<EpochRecord>& epochs_;
  const std::string& reconstruction_;
  const Analysis& a_;
  std::optional<double> target_;
  Figures all_;
};

}  // namespace

Figures draw_figures(const std::vector<EpochRecord>& epochs, const std::string& reconstruction,
                     const Analysis& analysis, std::optional<double> target) {
  return Drawing(epochs, reconstruction, analysis, target).run();
}

}  // namespace hourglass
