#pragma once

#include <string_view>

namespace hourglass {

// A spreadsheet computes a cell that begins with = + - @, a tab or a line end, and its formulas can run programs. A CSV
// file therefore has an apostrophe before such a text, as spreadsheets write it themselves, and reading takes it away.
// A number and what stands for a missing value, such as "-", are no such texts.

/// True for a text that is written behind an apostrophe: one that a spreadsheet would compute, or that is one behind
/// apostrophes, so that every text comes back.
bool needs_apostrophe(std::string_view text);

/// The text of a cell: without the first apostrophe where that stands before a formula.
std::string_view without_apostrophe(std::string_view cell);

}  // namespace hourglass
