#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hourglass {

/// The bytes of a text file as UTF-8 without a byte order mark.
struct DecodedText {
  std::string_view bytes;                ///< used where the file is UTF-8; the caller keeps them alive
  std::optional<std::string> converted;  ///< of another encoding
  std::string encoding;                  ///< "UTF-8", "UTF-16LE", "Windows-1252", …
  bool is_guessed = false;               ///< neither a mark nor the caller said it, and the bytes are not UTF-8

  std::string_view text() const { return converted ? std::string_view(*converted) : bytes; }
};

/// The encoding that the first bytes show: UTF-8, UTF-16LE or UTF-16BE by their mark, or UTF-16 by zeros in every other
/// byte; empty if they show none.
std::string marked_encoding(std::string_view start);

/// Decodes text in the named encoding (a name that iconv knows), or, if that is empty, in the one that
/// marked_encoding finds, else UTF-8, else Windows-1252, else Latin-1 (ISO 8859-1). Throws Error with `name` for an
/// unknown encoding, and with the line of bytes that are not valid in the one that is asked for or marked.
DecodedText decode_text(std::string_view bytes, const std::string& encoding, const std::string& name);

}  // namespace hourglass
