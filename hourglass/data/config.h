#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hourglass/base/schema/fields.h"

namespace hourglass {

/// images = { width = 28, height = 28, fit = "resize" }: how the pictures of a folder become samples of one shape.
struct ImagesConfig {
  int64_t width = 0, height = 0;  ///< pixels
  std::string fit = "resize";     ///< "resize" stretches the whole picture, "crop" cuts out its middle
  std::string colour = "auto";    ///< "grey", "rgb"; "auto": rgb if any picture has colour

  bool operator==(const ImagesConfig&) const = default;
};

template <class V>
void fields(V& v, ImagesConfig& c) {
  v.needs("width");
  v.needs("height");
  v.field("width", c.width, between(1, 1 << 14), "pixels of every sample");
  v.field("height", c.height, between(1, 1 << 14), "pixels of every sample");
  v.field("fit", c.fit, OneOf{{"resize", "crop"}}, "stretch the whole picture, or cut out its middle");
  v.field("colour", c.colour, OneOf{{"auto", "grey", "rgb"}}, "channels; auto: rgb if any picture has colour");
}

/// The keys of [data] that say how files are read.
struct ReadOptions {
  std::string missing = "refuse";             ///< what becomes of missing values: "refuse", "mean", "drop"
  std::string label = "";                     ///< the column of a table that holds labels, no feature; empty: none
  std::vector<std::string> categorical = {};  ///< columns that become a feature for each of their values
  std::vector<std::string> ignore = {};       ///< columns that are no features
  std::vector<std::string> classes = {};      ///< texts of labels, in the order of their numbers from 0
  std::optional<ImagesConfig> images = {};

  bool operator==(const ReadOptions&) const = default;
};

/// [data]
struct DataConfig {
  std::string source;          ///< "mnist", "fashion-mnist" or a path
  std::string scale = "unit";  ///< "unit" (bytes / 255), "center", "standard", "minmax", "robust", "none"
  double validation = 0.0;     ///< fraction of the training rows held out, in [0, 1)
  bool shuffle = true;
  ReadOptions read;

  bool operator==(const DataConfig&) const = default;
};

template <class V>
void fields(V& v, DataConfig& c) {
  v.needs("source");
  v.field("source", c.source, Anything{}, "a known name (mnist, fashion-mnist) or a path");
  v.check(!c.source.empty(), "source: expected a name or a path, found empty text");
  v.field("scale", c.scale, OneOf{{"unit", "center", "standard", "minmax", "robust", "none"}},
          "how features are scaled; unit: bytes / 255; center: that minus the training rows' mean");
  v.field("validation", c.validation, fraction(), "fraction of the training rows held out; 0.1 if early stopping asks");
  v.field("shuffle", c.shuffle, Anything{}, "a new order in every epoch");
  v.field("missing", c.read.missing, OneOf{{"refuse", "mean", "drop"}},
          "missing values are refused, take the training rows' mean, or their rows are left out");
  v.field_if_given("label", c.read.label, Anything{}, "the column of a table that holds labels");
  v.field_if_given("categorical", c.read.categorical, Anything{}, "columns that become one feature per value");
  v.field_if_given("ignore", c.read.ignore, Anything{}, "columns of a table that are left out");
  v.field_if_given("classes", c.read.classes, Anything{}, "the labels' texts, numbered from 0; training fills them in");
  v.table("images", c.read.images, "how pictures of a folder become samples of one shape");
}

}  // namespace hourglass
