#include "hourglass/data/formats/exif.h"

#include <gtest/gtest.h>

#include "data/image_bytes.h"

namespace hourglass {
namespace {

TEST(Exif, ReadsTheOrientationInBothByteOrders) {
  for (int orientation = 1; orientation <= 8; ++orientation)
    for (const bool little : {true, false}) EXPECT_EQ(exif_orientation(exif_of(orientation, little)), orientation);
}

TEST(Exif, TakesDamageForUpright) {
  const std::string whole = exif_of(6);
  EXPECT_EQ(exif_orientation(""), 1);
  EXPECT_EQ(exif_orientation("http://ns.adobe.com/xap/1.0/"), 1);
  for (size_t length = 0; length < whole.size() - 8; ++length) EXPECT_EQ(exif_orientation(whole.substr(0, length)), 1);
  std::string far = whole;
  far.replace(10, 4, std::string(4, char(0xff)));  // the first directory
  EXPECT_EQ(exif_orientation(far), 1);
}

}  // namespace
}  // namespace hourglass
