#include "hourglass/data/formats/text_encoding.h"

#include <gtest/gtest.h>

#include "hourglass/base/error.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

using namespace std::string_literals;

TEST(TextEncoding, LeavesUtf8AsItIsWithoutItsMark) {
  const std::string plain = "Z\xc3\xbcrich", marked = "\xef\xbb\xbf" + plain;
  EXPECT_EQ(decode_text(plain, "", "f").text(), plain);
  EXPECT_EQ(decode_text(marked, "", "f").text(), plain);
  EXPECT_EQ(decode_text(marked, "utf-8", "f").text(), plain);
  EXPECT_FALSE(decode_text(plain, "", "f").is_guessed);
}

TEST(TextEncoding, ReadsUtf16) {
  const std::string little = "\xff\xfe"s + "a\0\xfc\0\n\0"s, big = "\xfe\xff"s + "\0a\0\xfc\0\n"s;
  for (const std::string& bytes : {little, big, little.substr(2), big.substr(2)}) {
    const DecodedText decoded = decode_text(bytes, "", "f");
    EXPECT_EQ(decoded.text(), "a\xc3\xbc\n");
    EXPECT_TRUE(decoded.encoding.starts_with("UTF-16"));
    EXPECT_FALSE(decoded.is_guessed);
  }
  EXPECT_EQ(decode_text(little, "utf-16", "f").text(), "a\xc3\xbc\n");
}

TEST(TextEncoding, GuessesWhatIsNotUtf8) {
  const std::string windows = "\x80 gr\xf6\xdf\x65", latin = "\x81\xe9";
  EXPECT_EQ(decode_text(windows, "", "f").text(), "€ größe");
  EXPECT_EQ(decode_text(windows, "", "f").encoding, "Windows-1252");
  EXPECT_TRUE(decode_text(windows, "", "f").is_guessed);
  EXPECT_EQ(decode_text(latin, "", "f").encoding, "Latin-1");
  EXPECT_EQ(decode_text("\xe9", "latin-1", "f").text(), "é");
}

TEST(TextEncoding, NamesTheLineThatIsNotValid) {
  const auto refusal = [](std::string_view bytes, const std::string& encoding) {
    return message_of<Error>([&] { decode_text(bytes, encoding, "f"); });
  };
  EXPECT_EQ(refusal("a\n\n\xe9", "utf-8"), "f:3: not valid UTF-8; [data] encoding names another encoding");
  EXPECT_NE(refusal("a", "klingon").find("f: [data] encoding: unknown \"klingon\""), std::string::npos);
}

}  // namespace
}  // namespace hourglass
