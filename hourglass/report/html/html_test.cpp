#include "hourglass/report/html/html.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "hourglass/base/error.h"

namespace hourglass {
namespace {

TEST(Html, EscapesWhatHasAMeaning) {
  const auto escaped = [](std::string_view text) { return Html::escaped(text).bytes(); };
  EXPECT_EQ(escaped("<b class=\"x\">'&'</b>\n"), "&lt;b class=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/b&gt;\n");
  EXPECT_EQ(escaped(std::string("a\0b\x1B\u0085\u202E", 9)), "ab");
  EXPECT_EQ(escaped("ρ = 0.1"), "ρ = 0.1");
  EXPECT_EQ(escaped("a\xFF"), "a\uFFFD");
}

TEST(Html, EscapesEveryTextAndNoHtml) {
  const Html cell = html("<td>{}</td>", std::string("<i>"));
  EXPECT_EQ(cell.bytes(), "<td>&lt;i&gt;</td>");
  EXPECT_EQ(html("<tr title=\"{}\">{}{}</tr>", "\"", cell, size_t{7}).bytes(),
            "<tr title=\"&quot;\"><td>&lt;i&gt;</td>7</tr>");
  static_assert(!std::is_constructible_v<Html, std::string> && !std::is_convertible_v<const char*, Html>);
}

TEST(Html, WritesImagesAsBase64) {
  EXPECT_EQ(png_url(""), "data:image/png;base64,");
  EXPECT_EQ(png_url("f"), "data:image/png;base64,Zg==");
  EXPECT_EQ(png_url("foobar"), "data:image/png;base64,Zm9vYmFy");
}

TEST(Html, PutsAnSvgIntoThePageUnderNamesOfItsOwn) {
  const std::string svg =
      "<?xml version=\"1.0\"?>\n<svg viewBox=\"0 0 5 5\"><title>Gnuplot</title><defs><path id='gpPt0'/></defs>"
      "<g id=\"gnuplot_plot_1\"><title>gnuplot_plot_1</title><use xlink:href='#gpPt0' clip-path='url(#clip)'/></g>"
      "</svg>";
  EXPECT_EQ(inline_svg(svg, "loss", "Loss & more").bytes(),
            "<svg role=\"img\" viewBox=\"0 0 5 5\"><title>Loss &amp; more</title><defs><path id='loss-gpPt0'/></defs>"
            "<g id=\"loss-gnuplot_plot_1\"><use xlink:href='#loss-gpPt0' clip-path='url(#loss-clip)'/></g></svg>");
  EXPECT_THROW(inline_svg("no image", "a", "b"), Error);
}

}  // namespace
}  // namespace hourglass
