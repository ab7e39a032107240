#pragma once

#include <string_view>

namespace hourglass {

constexpr int kGlyphWidth = 5;
constexpr int kGlyphHeight = 9;   ///< capitals and ascenders take rows 0–6, descenders rows 7 and 8
constexpr int kGlyphAdvance = 6;  ///< from one glyph to the next

/// Whether the glyph of c is inked at column x, row y. Capitals look like lower-case letters; what the font lacks is
/// blank.
bool glyph_pixel(char c, int x, int y);

}  // namespace hourglass
