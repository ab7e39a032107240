#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace hourglass {

class FigureName;

namespace detail {
struct HtmlFormat;
}

/// HTML. It is made of literals and of texts that are escaped, so that no name from a file can become markup: text that
/// is not escaped does not compile.
class Html {
 public:
  Html() = default;

  /// Markup that stands in the source.
  struct Literal {
    consteval Literal(const char* text) : text(text) {}
    std::string_view text;
  };
  static Html literal(Literal literal) { return Html(std::string(literal.text)); }

  /// A text as content or as a quoted attribute: & < > " ' become entities, bytes that are not UTF-8 U+FFFD; control
  /// characters other than tab and newline, and those that change the direction of writing, are removed.
  static Html escaped(std::string_view text);

  const std::string& bytes() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }
  Html& operator+=(const Html& more) {
    bytes_ += more.bytes_;
    return *this;
  }
  friend Html operator+(Html first, const Html& second) { return first += second; }

 private:
  explicit Html(std::string bytes) : bytes_(std::move(bytes)) {}

  friend struct detail::HtmlFormat;
  friend Html inline_svg(const std::string& svg, const FigureName& figure, const std::string& title);

  std::string bytes_;
};

namespace detail {
/// The bytes of an argument of html().
inline std::string bytes_of(const Html& html) { return html.bytes(); }
inline std::string bytes_of(std::string_view text) { return Html::escaped(text).bytes(); }
inline std::string bytes_of(size_t number) { return fmt::to_string(number); }

template <class T>
using BytesOf = decltype(bytes_of(std::declval<const T&>()));

struct HtmlFormat {
  static Html fill(fmt::string_view format, const auto&... bytes) {
    return Html(fmt::vformat(format, fmt::make_format_args(bytes...)));
  }
};
}  // namespace detail

/// The literal with its places {} filled by HTML as it is and by texts escaped.
template <class... Arguments>
Html html(std::type_identity_t<fmt::format_string<detail::BytesOf<Arguments>...>> format,
          const Arguments&... arguments) {
  return detail::HtmlFormat::fill(fmt::string_view(format), detail::bytes_of(arguments)...);
}

}  // namespace hourglass
