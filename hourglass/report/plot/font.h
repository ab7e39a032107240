#pragma once

#include <string_view>

namespace hourglass {

// Size of a glyph of the built-in bitmap font, in pixels.
constexpr int kGlyphWidth = 5;
constexpr int kGlyphHeight = 9;   ///< rows 0–6 for capitals and ascenders, rows 7 and 8 for descenders
constexpr int kGlyphAdvance = 6;  ///< distance between glyphs

/// True if the glyph of c has ink at column x, row y. Capitals are drawn as lower-case letters, characters that the
/// font lacks as blanks.
bool glyph_pixel(char c, int x, int y);

}  // namespace hourglass
