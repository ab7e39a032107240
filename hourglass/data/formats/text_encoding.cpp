#include "hourglass/data/formats/text_encoding.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "hourglass/base/error.h"
#include "hourglass/base/text.h"

namespace hourglass {
namespace {

constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf", kLittleMark = "\xff\xfe", kBigMark = "\xfe\xff";

struct Converter {
  iconv_t handle;

  explicit Converter(const std::string& from) : handle(::iconv_open("UTF-8", from.c_str())) {}
  Converter(const Converter&) = delete;
  ~Converter() {
    if (is_open()) ::iconv_close(handle);
  }
  bool is_open() const { return handle != reinterpret_cast<iconv_t>(-1); }
};

/// Appends the text in UTF-8 to `out`; returns the position of the first byte that is not valid, or empty.
std::optional<size_t> convert(const Converter& converter, std::string_view bytes, std::string& out) {
  constexpr size_t kStep = size_t{1} << 16;
  char* in = const_cast<char*>(bytes.data());
  size_t left = bytes.size();
  while (left > 0) {
    const size_t used = out.size();
    out.resize(used + kStep);
    char* to = out.data() + used;
    size_t space = kStep;
    const size_t status = ::iconv(converter.handle, &in, &left, &to, &space);
    const int error = errno;
    out.resize(out.size() - space);
    if (status == static_cast<size_t>(-1) && error != E2BIG) return bytes.size() - left;
  }
  return std::nullopt;
}

bool is_utf8_name(const std::string& encoding) {
  std::string name = lower_case(encoding);
  std::erase(name, '-');
  return name == "utf8" || name == "utf8sig";
}

[[noreturn]] void refuse_byte(std::string_view text_before, const std::string& encoding, const std::string& name) {
  fail("{}:{}: not valid {}; [data] encoding names another encoding", name, 1 + std::ranges::count(text_before, '\n'),
       encoding);
}

DecodedText converted(std::string_view bytes, const std::string& encoding, const std::string& name) {
  const Converter converter(encoding);
  if (!converter.is_open())
    fail(
        "{}: [data] encoding: unknown \"{}\"; `iconv --list` prints the names, such as utf-8, latin-1 and windows-1252",
        name, encoding);
  DecodedText decoded{bytes, std::string(), encoding};
  if (convert(converter, bytes, *decoded.converted)) refuse_byte(*decoded.converted, encoding, name);
  return decoded;
}

DecodedText guessed(std::string_view bytes, const std::string& name) {
  DecodedText decoded{bytes, std::string(), "Windows-1252", true};
  if (!convert(Converter("WINDOWS-1252"), bytes, *decoded.converted)) return decoded;
  decoded = converted(bytes, "ISO-8859-1", name);
  decoded.encoding = "Latin-1";
  decoded.is_guessed = true;
  return decoded;
}

/// Names that iconv does not know, and Python does.
std::string iconv_name(const std::string& encoding) {
  if (encoding == "latin-1" || encoding == "Latin-1" || encoding == "latin1") return "ISO-8859-1";
  return encoding;
}

std::string_view without(std::string_view bytes, std::string_view mark) {
  return bytes.starts_with(mark) ? bytes.substr(mark.size()) : bytes;
}

}  // namespace

std::string marked_encoding(std::string_view start) {
  if (start.starts_with(kUtf8Mark)) return "UTF-8";
  if (start.starts_with(kLittleMark)) return "UTF-16LE";
  if (start.starts_with(kBigMark)) return "UTF-16BE";
  size_t zeros[2] = {0, 0};
  start = start.substr(0, 4096);
  for (size_t i = 0; i < start.size(); ++i) zeros[i % 2] += start[i] == '\0';
  const size_t many = (start.size() + 3) / 4;  // half of the characters
  if (start.size() < 4 || std::max(zeros[0], zeros[1]) < many || std::min(zeros[0], zeros[1]) > 0) return "";
  return zeros[0] > 0 ? "UTF-16BE" : "UTF-16LE";
}

DecodedText decode_text(std::string_view bytes, const std::string& encoding, const std::string& name) {
  const std::string marked = marked_encoding(bytes);
  const std::string wanted = encoding.empty() ? marked : iconv_name(encoding);
  if (!wanted.empty() && !is_utf8_name(wanted)) {
    const bool is_marked = wanted.starts_with("UTF-16") || wanted.starts_with("utf-16");
    if (is_marked) bytes = without(without(bytes, kLittleMark), kBigMark);
    return converted(bytes, is_marked && !marked.empty() ? marked : wanted, name);
  }
  bytes = without(bytes, kUtf8Mark);
  const auto bad = first_not_utf8(bytes);
  if (!bad) return {bytes, {}, "UTF-8"};
  if (!wanted.empty()) refuse_byte(bytes.substr(0, *bad), "UTF-8", name);
  return guessed(bytes, name);
}

}  // namespace hourglass
