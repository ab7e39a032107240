#include "hourglass/report/html/html.h"

#include <gtest/gtest.h>

#include "hourglass/base/error.h"

namespace hourglass {
namespace {

TEST(Html, EscapesWhatHasAMeaning) {
  EXPECT_EQ(html_escaped("<b class=\"x\">'&'</b>\n"), "&lt;b class=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/b&gt;\n");
  EXPECT_EQ(html_escaped(std::string("a\0b\x1B", 4)), "ab");
  EXPECT_EQ(html_escaped("ρ = 0.1"), "ρ = 0.1");
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
  EXPECT_EQ(inline_svg(svg, "loss", "Loss & more"),
            "<svg role=\"img\" viewBox=\"0 0 5 5\"><title>Loss &amp; more</title><defs><path id='loss-gpPt0'/></defs>"
            "<g id=\"loss-gnuplot_plot_1\"><use xlink:href='#loss-gpPt0' clip-path='url(#loss-clip)'/></g></svg>");
  EXPECT_THROW(inline_svg("no image", "a", "b"), Error);
}

}  // namespace
}  // namespace hourglass
