#include "hourglass/report/html/page.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

#include "hourglass/base/text.h"
#include "hourglass/run/run_folder.h"

namespace hourglass {
namespace {

Tensor ramp(Shape shape) {
  Tensor t(DType::f32, shape);
  for (int64_t i = 0; i < t.size(); ++i) t.as<float>()[i] = static_cast<float>(i % 7) / 7;
  return t;
}

Examples examples(int64_t features) { return {ramp({2, features}), ramp({2, features}), {0.1, 0.2}}; }

/// As of a model with three units on samples of this shape.
Analysis analysis(const Shape& sample) {
  const int64_t n = sample.size();
  Analysis a;
  a.data = "digits";
  a.rows = 4;
  a.total_rows = 9;
  a.sample = sample;
  a.code = {3};
  a.metrics = {{"mse", 0.125},
               {"jacobian_spectrum", std::vector<double>{2, 1, 0.5}},
               {"contraction_ratio", ContractionCurve{{0.5, 1, 2}, {0.3, 0.2, 0.1}}}};
  a.best = examples(n);
  a.typical = examples(n);
  a.worst = examples(n);
  a.feature_error.assign(n, 0.5);
  a.activations = {0, 1, {3, 0, 9}};
  a.mean_activation = {0.1, 0.3, 0.2};
  a.deviation = {1, 1, 1};
  a.map = CodeMap{{0, 1, 2, 3}, {0, 1, 0, 1}, 0.5, 0.25, {0, 1, 0, 1}};
  a.atoms = SignedImages{ramp({2, n}), sample, {0, 2}};
  a.filters = SignedImages{ramp({2, n}), sample, {0, 2}};
  a.strong = StrongUnits{{2}, ramp({3, n}), ramp({2, n}), 3, 2};
  return a;
}

std::vector<EpochRecord> epochs() {
  EpochRecord e;
  e.epoch = 1;
  e.train = {0.3, 0.2, {{"sparse_kl", 0.1}}};
  e.test = Terms{0.25, 0.25, {}};
  e.seconds = 75;
  return {e};
}

/// As of a table of 30 columns with texts for labels, where rows are scored.
Analysis table_analysis() {
  Analysis a = analysis({30});
  for (int j = 0; j < 30; ++j) {
    a.columns.push_back(j == 4 ? "<i>hot</i>" : fmt::format("column {}", j));
    a.feature_error[j] = j == 4 ? 4 : 0.01 * j;
  }
  a.feature_variance.assign(30, 8);
  a.feature_variance[0] = 0;
  a.feature_unit.assign(30, 10);
  a.classes = {"cat & dog", "<b>"};
  a.scores = ScoreSummary{900, 1000, 3, {-1, 1, {5, 0, 2}}, {{41, 7.5, {{4, 0.75F}, {1, 0.25F}}, 1}}};
  return a;
}

RunReport undrawn(const Shape& sample) {
  return {"a <run>", "About \"it\"", "[data]\nsource = \"x\" # <&>\n", "mse", epochs(), analysis(sample), {}};
}

RunReport drawn(const Shape& sample) {
  RunReport r = undrawn(sample);
  r.figures = draw_figures(r.epochs, r.reconstruction, r.analysis, 0.05);
  return r;
}

const RunReport& of_images() {
  static const RunReport report = drawn({1, 8, 8});
  return report;
}

const RunReport& of_rows() {
  static const RunReport report = drawn({5});
  return report;
}

std::set<std::string> names(const Figures& figures) {
  std::set<std::string> all;
  for (const Figure& f : figures.drawn) all.insert(f.name.text());
  return all;
}

const std::set<std::string> kOfAnySamples = {"loss",
                                             "penalty-sparse_kl",
                                             "reconstructions-best",
                                             "reconstructions-typical",
                                             "reconstructions-worst",
                                             "feature-error",
                                             "activations",
                                             "mean-activation",
                                             "map",
                                             "spectrum",
                                             "contraction-curve"};

TEST(Figures, ShowImagesOfImages) {
  auto expected = kOfAnySamples;
  expected.insert({"filters", "atoms", "traversals", "top-inputs"});
  const Figures& figures = of_images().figures;
  EXPECT_EQ(names(figures), expected);
  EXPECT_TRUE(figures.omissions.empty());
}

TEST(Figures, ShowCurvesOfOtherSamplesAndSayWhatIsLeftOut) {
  const Figures& figures = of_rows().figures;
  EXPECT_EQ(names(figures), kOfAnySamples);
  ASSERT_EQ(figures.omissions.size(), 1u);
  EXPECT_EQ(figures.omissions[0].reason, "samples of 5 are not images");
}

TEST(Figures, ShowThePriorOfVariationalModels) {
  Analysis a = analysis({1, 8, 8});
  a.prior = PriorSamples{{0.5, 2, 0}, ramp({64, 64}), ramp({9, 64}), 3};
  const Figures figures = draw_figures({}, "bce", a, {});
  const auto drawn = names(figures);
  for (const std::string name : {"unit-kl", "prior-samples", "manifold"}) {
    EXPECT_TRUE(drawn.contains(name)) << name;
    EXPECT_TRUE(RunFolder::is_figure(name)) << name;
  }
  const auto about = std::ranges::find(figures.drawn, FigureName("unit-kl"), &Figure::name);
  EXPECT_NE(about->caption.find("mean over 4 rows, 2.500 nats in all"), std::string::npos) << about->caption;
}

/// Only files of these names are deleted with an old report.
TEST(Figures, HaveNamesThatARunFolderKnows) {
  for (const auto& all :
       {names(of_images().figures), names(of_rows().figures), names(draw_figures({}, "mse", table_analysis(), {}))})
    for (const std::string& name : all) EXPECT_TRUE(RunFolder::is_figure(name)) << name;
}

TEST(Figures, ArePngsAndPlotsAreSvgsToo) {
  for (const Figure& f : of_images().figures.drawn) {
    EXPECT_EQ(f.png.substr(1, 3), "PNG") << f.name.text();
    const bool is_grid = f.section == "units" || f.name.text().starts_with("reconstructions");
    EXPECT_EQ(f.svg.empty(), is_grid) << f.name.text();
    EXPECT_FALSE(f.caption.empty()) << f.name.text();
  }
}

TEST(Figures, ShowTheTargetOfASparseCode) {
  const auto& figures = of_rows().figures.drawn;
  const auto mean = std::ranges::find(figures, "mean-activation", &Figure::name);
  EXPECT_NE(mean->svg.find("target ρ = 0.05"), std::string::npos);
}

TEST(Figures, NameColumnsAndClasses) {
  const Figures figures = draw_figures({}, "mse", table_analysis(), {});
  const auto svg = [&](const std::string& name) { return std::ranges::find(figures.drawn, name, &Figure::name)->svg; };
  EXPECT_NE(svg("feature-error").find(">&lt;i>hot&lt;/i><"), std::string::npos);
  EXPECT_EQ(svg("feature-error").find(">column 1<"), std::string::npos) << "a column with a small error";
  EXPECT_NE(svg("map").find(">cat &amp; dog<"), std::string::npos);
}

TEST(Figures, ShowScoresAndTheirThreshold) {
  const Figures figures = draw_figures({}, "mse", table_analysis(), {});
  const auto scores = std::ranges::find(figures.drawn, "scores", &Figure::name);
  ASSERT_NE(scores, figures.drawn.end());
  EXPECT_NE(scores->svg.find(">threshold<"), std::string::npos);
  EXPECT_NE(scores->caption.find("Of 900 rows, 3 above"), std::string::npos);
}

TEST(Page, ShowsColumnsAndRowsOfATable) {
  RunReport r = undrawn({5});
  r.analysis = table_analysis();
  const std::string page = report_page(r);
  EXPECT_NE(page.find("<td>&lt;i&gt;hot&lt;/i&gt;</td><td data-head=\"root mean squared error\">20.00</td>"
                      "<td data-head=\"unexplained variance\">50.00 %</td>"),
            std::string::npos)
      << page.substr(page.find("Column, worst"), 400);
  EXPECT_LT(page.find("hot&lt;"), page.find("<td>column 29</td>")) << "the worst column is first";
  EXPECT_NE(page.find("<td>12 others, median</td>"), std::string::npos);
  EXPECT_NE(page.find("<td>column 0</td>"), std::string::npos) << "a constant column is the last";
  EXPECT_NE(page.find("<td>row 41</td><td data-head=\"score\">7.500</td><td data-head=\"label\">&lt;b&gt;</td>"
                      "<td data-head=\"largest shares of the score\">&lt;i&gt;hot&lt;/i&gt; 75 %, column 1 25 %</td>"),
            std::string::npos);
  EXPECT_EQ(page.find("<i>"), std::string::npos);
}

TEST(Figures, LeaveOutWhatTheAnalysisLacks) {
  RunReport r = undrawn({5});
  r.analysis.metrics.clear();
  r.analysis.map.reset();
  const auto left = names(draw_figures({}, "mse", r.analysis, {}));
  for (const char* name : {"spectrum", "contraction-curve", "map", "loss"}) EXPECT_FALSE(left.contains(name)) << name;
}

TEST(Page, StandsAlone) {
  const std::string page = report_page(of_images());
  for (const char* word : {"<script", "<link rel=\"stylesheet", "@import", "srcset"})
    EXPECT_EQ(page.find(word), std::string::npos) << word;
  const std::regex address("(?:src|href)=['\"]([^'\"]{0,40})");
  for (std::sregex_iterator i(page.begin(), page.end(), address), end; i != end; ++i) {
    const std::string target = (*i)[1];
    EXPECT_TRUE(target.starts_with("data:") || target.starts_with("#")) << target;
  }
}

TEST(Page, GivesEveryPartAnIdOfItsOwn) {
  const std::string page = report_page(of_images());
  const std::regex id("\\sid=['\"]([^'\"]+)");
  std::set<std::string> seen;
  for (std::sregex_iterator i(page.begin(), page.end(), id), end; i != end; ++i)
    EXPECT_TRUE(seen.insert((*i)[1]).second) << (*i)[1];
  EXPECT_GT(seen.size(), 50u);
}

TEST(Page, EscapesWhatTheRecipeSays) {
  const std::string page = report_page(undrawn({5}));
  EXPECT_NE(page.find("<h1>a &lt;run&gt;</h1>"), std::string::npos);
  EXPECT_NE(page.find("About &quot;it&quot;"), std::string::npos);
  EXPECT_NE(page.find("# &lt;&amp;&gt;"), std::string::npos);
  EXPECT_EQ(page.find("<run>"), std::string::npos);
}

/// Names from files wherever a page has some.
RunReport hostile(const std::string& text) {
  RunReport r = undrawn({5});
  r.analysis = table_analysis();
  r.name = r.description = r.recipe = r.reconstruction = r.analysis.data = text;
  r.epochs[0].train.penalties[0].first = text;
  r.analysis.columns.assign(30, text);
  r.analysis.classes = {text, text};
  r.analysis.omissions = {{text, text}};
  r.figures.omissions = {{text, text}};
  r.figures.drawn = {{"training", text, text, text, "<svg><title>Gnuplot</title></svg>", ""},
                     {"units", text, text, text, "", "png"}};
  return r;
}

TEST(Page, MakesMarkupOfNoName) {
  const std::string page = report_page(hostile("q' onload='1\"><script>&\x1b\xff\u202E"));
  for (const char* bad : {"<script", "q'", "q\"", "='1", "\x1b", "\u202E"})
    EXPECT_EQ(page.find(bad), std::string::npos) << bad;
  EXPECT_EQ(first_not_utf8(page), std::nullopt);
}

TEST(Figures, MakeNeitherPathNorIdOfTheNameOfAPenalty) {
  std::vector<EpochRecord> odd = epochs();
  odd[0].train.penalties = {{"x/../../victim", 1}, {"' `touch victim`\n!touch victim\n", 2}};
  std::set<std::string> files;
  for (const Figure& figure : draw_figures(odd, "mse", analysis({5}), {}).drawn) files.insert(figure.name.text());
  EXPECT_TRUE(files.contains("penalty-x-..-..-victim"));
  EXPECT_TRUE(files.contains("penalty----touch-victim---touch-victim-"));
}

TEST(Page, TellsHowManyRowsWereAnalysed) {
  EXPECT_NE(report_page(undrawn({5})).find("4 of the 9 rows of digits"), std::string::npos);
}

TEST(Page, SaysWhatIsLeftOutAndWhy) {
  RunReport r = undrawn({5});
  r.analysis.omissions.push_back({"Spectrum", "it would take too long"});
  EXPECT_NE(report_page(r).find("<b>Spectrum</b>: it would take too long."), std::string::npos);
  EXPECT_EQ(report_page(of_images()).find("Left out"), std::string::npos);
}

}  // namespace
}  // namespace hourglass
