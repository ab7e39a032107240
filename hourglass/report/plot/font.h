#pragma once

#include <string_view>

namespace hourglass {

constexpr int kGlyphWidth = 5;
constexpr int kGlyphHeight = 9;   ///< capitals and ascenders take rows 0–6, descenders rows 7 and 8
constexpr int kGlyphAdvance = 6;  ///< from one glyph to the next

/// True if the glyph of c has ink at column x, row y. Capitals are drawn as lower-case letters, characters that the
/// font lacks as blanks.
bool glyph_pixel(char c, int x, int y);

}  // namespace hourglass
