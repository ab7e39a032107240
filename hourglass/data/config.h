#pragma once

#include <cctype>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/base/enum_names.h"
#include "hourglass/base/schema/fields.h"

namespace hourglass {

/// Kind of feature scaling; scaler.h has the formulas.
enum class ScalerKind { unit, center, standard, minmax, robust, none };
template <>
inline const std::vector<std::string> kNames<ScalerKind> = {"unit", "center", "standard", "minmax", "robust", "none"};

/// Treatment of missing values: an error, the mean of the training rows, or the row is dropped.
enum class MissingValues { refuse, mean, drop };
template <>
inline const std::vector<std::string> kNames<MissingValues> = {"refuse", "mean", "drop"};

/// Method of resizing an image: stretch all of it, or cut out its centre.
enum class ImageFit { resize, crop };
template <>
inline const std::vector<std::string> kNames<ImageFit> = {"resize", "crop"};

/// The channels of samples; automatic: rgb if any image has colour.
enum class ImageColour { automatic, grey, rgb };
template <>
inline const std::vector<std::string> kNames<ImageColour> = {"auto", "grey", "rgb"};

/// Order of the axes of arrays of images; automatic: from their sizes, see read_layout.
enum class DataLayout { automatic, channels_first, channels_last };
template <>
inline const std::vector<std::string> kNames<DataLayout> = {"auto", "channels_first", "channels_last"};

/// images = { width = 28, height = 28, fit = "resize" }: how the images of a folder are resized to one shape.
struct ImagesConfig {
  int64_t width = 0, height = 0;  ///< pixels
  ImageFit fit = ImageFit::resize;
  ImageColour colour = ImageColour::automatic;

  bool operator==(const ImagesConfig&) const = default;
};

void fields(auto& v, ImagesConfig& c) {
  v.needs("width");
  v.needs("height");
  v.field("width", c.width, between(1, 1 << 14), "pixels of every sample");
  v.field("height", c.height, between(1, 1 << 14), "pixels of every sample");
  v.field("fit", c.fit, OneOf{kNames<ImageFit>}, "stretch the whole image, or cut out its middle");
  v.field("colour", c.colour, OneOf{kNames<ImageColour>}, "channels; auto: rgb if any image has colour");
}

/// True for a text that `delimiter` may have; empty: recognised by the content.
inline bool is_delimiter(std::string_view text) {
  if (text.empty() || text == "tab" || text == "space") return true;
  const auto c = static_cast<unsigned char>(text[0]);
  return text.size() == 1 && c < 0x7f && (c >= ' ' || c == '\t') && c != '"' && !std::isalnum(c);
}

/// The keys of [data] that control how files are read.
struct ReadOptions {
  MissingValues missing = MissingValues::refuse;
  std::string label = "";  ///< the column of a table that contains the labels, no feature; empty: none
  std::vector<std::string> categorical = {};  ///< one-hot encoded columns
  std::vector<std::string> ignore = {};       ///< columns that are not used
  std::vector<std::string> classes = {};      ///< label texts, in the order of their numbers from 0
  std::optional<ImagesConfig> images = {};
  std::vector<std::string> numeric = {};  ///< columns that stay numeric features where a recipe is suggested
  // How a text table is written; what is empty is recognised by its content (table.h).
  std::optional<bool> header = {};               ///< the first row contains the names of the columns
  std::string delimiter = "";                    ///< one character, "tab" or "space" (runs of blanks)
  std::string encoding = "";                     ///< as iconv names it: "utf-8", "latin-1", "utf-16le"
  std::string decimal = "";                      ///< "." or ",", where the numbers of a column allow both
  std::vector<std::string> missing_values = {};  ///< further texts or numbers that stand for a missing value
  /// Columns to read as texts, whatever else they are used for; not a key of a recipe (text_columns.h).
  std::vector<std::string> keep = {};
  DataLayout layout = DataLayout::automatic;

  bool operator==(const ReadOptions&) const = default;
};

/// [data]
struct DataConfig {
  std::string source;  ///< "mnist", "fashion-mnist" or a path
  ScalerKind scale = ScalerKind::unit;
  double validation = 0.0;  ///< fraction of the training rows held out, in [0, 1)
  bool shuffle = true;
  ReadOptions read;
  NumberOrText test = {};  ///< a path, or the fraction of the rows held out before those for validation, in (0, 1)

  bool operator==(const DataConfig&) const = default;
};

void fields(auto& v, DataConfig& c) {
  v.needs("source");
  v.field("source", c.source, Anything{}, "a path, or the name of a known data set (mnist, fashion-mnist)");
  v.check(!c.source.empty(), "source: expected a name or a path, found empty text");
  v.field("scale", c.scale, OneOf{kNames<ScalerKind>},
          "how features are scaled; unit: bytes / 255; center: unit minus the mean of the training rows");
  v.field("validation", c.validation, fraction(),
          "fraction of the training rows held out for validation; with early stopping, and with the plateau schedule, "
          "the default is 0.1");
  v.field_if_given("test", c.test, inside(0, 1),
                   "test rows: a path, or the fraction of the rows that is held out for testing");
  v.field("shuffle", c.shuffle, Anything{}, "shuffle the training rows in every epoch");
  v.field("missing", c.read.missing, OneOf{kNames<MissingValues>},
          "missing values are an error, become the mean of the training rows, or their rows are dropped");
  v.field_if_given("label", c.read.label, Anything{}, "the column of a table that contains the labels");
  v.field_if_given("categorical", c.read.categorical, Anything{}, "columns of a table that are one-hot encoded");
  v.field_if_given("ignore", c.read.ignore, Anything{}, "columns of a table that are ignored");
  v.field_if_given("classes", c.read.classes, Anything{}, "the texts of the labels, numbered from 0; set by training");
  v.field_if_given("numeric", c.read.numeric, Anything{},
                   "columns of a table that stay numeric features where a recipe is suggested");
  v.field_if_given("header", c.read.header, Anything{}, "whether the first row of a table contains names");
  v.field_if_given("delimiter", c.read.delimiter, Anything{}, "one character, tab, or space for runs of blanks");
  v.check(is_delimiter(c.read.delimiter),
          "delimiter: expected one character that is no letter, digit or quote, or "
          "\"tab\" or \"space\"");
  v.field_if_given("encoding", c.read.encoding, Anything{}, "encoding of a table, as iconv names it: utf-8, latin-1");
  v.field_if_given("decimal", c.read.decimal, OneOf{{".", ","}},
                   "decimal sign of a table, for columns whose numbers allow both");
  v.field_if_given("missing_values", c.read.missing_values, TextOrNumber{},
                   "texts or numbers that stand for a missing value, besides NA and its like");
  v.field_if_given("layout", c.read.layout, OneOf{kNames<DataLayout>},
                   "axes of an array (rows, a, b, c): is a or c the channels; auto, the default, goes by their sizes");
  v.table("images", c.read.images, "how the images of a folder are resized to one shape");
}

}  // namespace hourglass
