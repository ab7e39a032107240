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

TEST(Html, RefusesAnSvgThatIsNoDrawing) {
  for (const char* inside : {"<script>1</script>",
                             "<g onload='1'/>",
                             "<g ONLOAD='1'/>",
                             "<foreignObject/>",
                             "<a href='#x'/>",
                             "<image/>",
                             "<use xlink:href='http://x'/>",
                             "<use href='javascript:1'/>",
                             "<g style='fill:url(http://x)'/>",
                             "<g fill='URL(//x)'/>",
                             "<g style='a:url(#b);background:image-set(\"//x\")'/>",
                             "<![CDATA[<script>]]>",
                             "<!-- x -->",
                             "<style>*{}</style>",
                             "<g x=1 onload=2/>",
                             "<g x='1'onload='2'/>",
                             "<g/onload='1'/>",
                             "<g onload = '1'/>",
                             "<g xlink:href\n= '//x'/>",
                             "<g fill '1'/>",
                             "<g x='1' y",
                             "<animate attributeName='href'/>",
                             "<g d='\\75rl(//x)'/>",
                             "<svg:script/>",
                             "<div>"})
    EXPECT_THROW(inline_svg("<svg>" + std::string(inside) + "</svg>", "a", "b"), Error) << inside;
  for (const char* inside : {"<g style='filter:url(#textbox)' transform=\"rotate(90)\"><text>a > b</text></g>",
                             "<polygon fill = 'rgb(  0, 114, 178)' fill-opacity = '0.85' points = '1,2 3,4 '/>"})
    EXPECT_NO_THROW(inline_svg("<svg>" + std::string(inside) + "</svg>", "a", "b")) << inside;
}

}  // namespace
}  // namespace hourglass
