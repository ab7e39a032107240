#include "hourglass/data/layout.h"

#include <gtest/gtest.h>

namespace hourglass {
namespace {

ArrayLayout automatic(const Shape& array) { return layout_of(array, DataLayout::automatic, "x.npy"); }

TEST(Layout, TakesFewLastForChannels) {
  for (const int64_t channels : {1, 3, 4}) {
    const ArrayLayout found = automatic({20, 16, 12, channels});
    EXPECT_TRUE(found.channels_last);
    EXPECT_EQ(found.sample, (Shape{channels, 16, 12}));
  }
  EXPECT_EQ(automatic({20, 16, 16, 3}).note,
            "x.npy: 20 × 16 × 16 × 3 is read with the channels last, as Keras writes images: 3 channels of 16 × 16 "
            "pixels; data.layout = \"channels_first\" reads 16 channels of 16 × 3 pixels");
}

TEST(Layout, KeepsChannelsFirst) {
  for (const Shape& array :
       {Shape{20, 3, 16, 12}, {20, 1, 28, 28}, {20, 64, 7, 7}, {20, 2, 5, 5}, {20, 8, 8}, {20, 5}}) {
    const ArrayLayout found = automatic(array);
    EXPECT_FALSE(found.channels_last) << array.text();
    EXPECT_EQ(found.note, "") << array.text();
  }
  EXPECT_EQ(automatic({20, 8, 8}).sample, (Shape{1, 8, 8}));
}

TEST(Layout, SaysWhatIsAmbiguous) {
  for (const Shape& array : {Shape{20, 3, 16, 3}, {20, 4, 4, 3}, {20, 1, 28, 1}, {20, 32, 32, 2}, {20, 64, 4, 4}}) {
    const ArrayLayout found = automatic(array);
    EXPECT_FALSE(found.channels_last) << array.text();
    EXPECT_NE(found.note.find("may have its channels first or last"), std::string::npos) << array.text();
  }
}

TEST(Layout, DoesAsItIsTold) {
  const ArrayLayout last = layout_of({20, 3, 16, 2}, DataLayout::channels_last, "x"),
                    first = layout_of({20, 16, 16, 3}, DataLayout::channels_first, "x");
  EXPECT_EQ(last.sample, (Shape{2, 3, 16}));
  EXPECT_TRUE(last.channels_last);
  EXPECT_EQ(first.sample, (Shape{16, 16, 3}));
  EXPECT_EQ(last.note + first.note, "");
  EXPECT_EQ(layout_of({20, 5}, DataLayout::channels_last, "x").sample, Shape{5});
}

TEST(Layout, PutsChannelsFirst) {
  std::variant<std::vector<uint8_t>, std::vector<float>> values =
      std::vector<uint8_t>{1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60};
  put_channels_first(values, {2, 1, 3});
  EXPECT_EQ(std::get<0>(values), (std::vector<uint8_t>{1, 2, 3, 10, 20, 30, 4, 5, 6, 40, 50, 60}));
}

}  // namespace
}  // namespace hourglass
