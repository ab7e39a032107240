#pragma once

#include <optional>
#include <string>
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

/// The keys of [data] that control how files are read.
struct ReadOptions {
  MissingValues missing = MissingValues::refuse;
  std::string label = "";  ///< the column of a table that contains the labels, no feature; empty: none
  std::vector<std::string> categorical = {};  ///< one-hot encoded columns
  std::vector<std::string> ignore = {};       ///< columns that are not used
  std::vector<std::string> classes = {};      ///< label texts, in the order of their numbers from 0
  std::optional<ImagesConfig> images = {};

  bool operator==(const ReadOptions&) const = default;
};

/// [data]
struct DataConfig {
  std::string source;  ///< "mnist", "fashion-mnist" or a path
  ScalerKind scale = ScalerKind::unit;
  double validation = 0.0;  ///< fraction of the training rows held out, in [0, 1)
  bool shuffle = true;
  ReadOptions read;

  bool operator==(const DataConfig&) const = default;
};

void fields(auto& v, DataConfig& c) {
  v.needs("source");
  v.field("source", c.source, Anything{}, "a path, or the name of a known data set (mnist, fashion-mnist)");
  v.check(!c.source.empty(), "source: expected a name or a path, found empty text");
  v.field("scale", c.scale, OneOf{kNames<ScalerKind>},
          "how features are scaled; unit: bytes / 255; center: unit minus the mean of the training rows");
  v.field("validation", c.validation, fraction(),
          "fraction of the training rows held out for validation; with early stopping the default is 0.1");
  v.field("shuffle", c.shuffle, Anything{}, "shuffle the training rows in every epoch");
  v.field("missing", c.read.missing, OneOf{kNames<MissingValues>},
          "missing values are an error, become the mean of the training rows, or their rows are dropped");
  v.field_if_given("label", c.read.label, Anything{}, "the column of a table that contains the labels");
  v.field_if_given("categorical", c.read.categorical, Anything{}, "columns of a table that are one-hot encoded");
  v.field_if_given("ignore", c.read.ignore, Anything{}, "columns of a table that are ignored");
  v.field_if_given("classes", c.read.classes, Anything{}, "the texts of the labels, numbered from 0; set by training");
  v.table("images", c.read.images, "how the images of a folder are resized to one shape");
}

}  // namespace hourglass
