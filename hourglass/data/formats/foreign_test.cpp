#include "hourglass/data/formats/foreign.h"

#include <gtest/gtest.h>

#include "data/zip_bytes.h"

namespace hourglass {
namespace {

using namespace std::string_literals;

TEST(Foreign, KnowsFormatsByTheirFirstBytes) {
  const std::pair<std::string, const char*> known[] = {{"PAR1\x15\x04"s, "Parquet"},
                                                       {"\x89HDF\r\n\x1a\n"s, "HDF5"},
                                                       {"\x80\x04\x95\x10\0"s, "pickle"},
                                                       {"RIFF\x10\0\0\0WEBPVP8 "s, "WebP"},
                                                       {"BM\x36\0\0"s, "BMP"},
                                                       {"II*\0\x08"s, "TIFF"},
                                                       {"GIF89a\x01"s, "GIF"},
                                                       {"{\"a\": 1}\n{\"a\": 2}\n"s, "lines of JSON"},
                                                       {"[{\"a\": 1}]"s, "JSON"},
                                                       {"{\n \"a\": 1}"s, "JSON"},
                                                       {"<!DOCTYPE html><html>"s, "web page"},
                                                       {"% remark\n@RELATION iris\n"s, "ARFF"},
                                                       {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"s, "Excel"}};
  for (const auto& [start, name] : known) {
    const std::string message = foreign_format_message(start, "f.x");
    EXPECT_NE(message.find(name), std::string::npos) << name << ": " << message;
    EXPECT_NE(message.find("convert it: "), std::string::npos);
    EXPECT_EQ(message.find('\n'), std::string::npos);
  }
  EXPECT_NE(foreign_format_message(zip_bytes({{"[Content_Types].xml", "x"}}), "a.xlsx").find("Excel"),
            std::string::npos);
}

TEST(Foreign, LeavesTablesAndArraysAlone) {
  for (const std::string& start : {"BMI,age\n1,2\n"s, "a,b\n"s, "GIF,b\n"s, "PAR1,b\n1,2\n"s, "[a],[b]\n1,2\n"s,
                                   "BZh,b\n"s, zip_bytes({{"x.npy", "x"}}), ""s})
    EXPECT_EQ(foreign_format_message(start, "f"), "") << start;
}

TEST(Foreign, QuotesTheFileForAShell) {
  EXPECT_NE(foreign_format_message("GIF89a\x01", "a b.gif").find("convert 'a b.gif'"), std::string::npos);
  EXPECT_NE(foreign_format_message("GIF89a\x01", "-rf.gif").find("convert ./-rf.gif"), std::string::npos);
}

}  // namespace
}  // namespace hourglass
