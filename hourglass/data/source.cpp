#include "hourglass/data/source.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "hourglass/base/file.h"
#include "hourglass/base/text.h"
#include "hourglass/data/formats/csv_dialect.h"
#include "hourglass/data/formats/foreign.h"
#include "hourglass/data/formats/gzip.h"
#include "hourglass/data/formats/idx.h"
#include "hourglass/data/formats/image.h"
#include "hourglass/data/formats/npy.h"
#include "hourglass/data/formats/npz.h"
#include "hourglass/data/formats/safetensors.h"
#include "hourglass/data/formats/text_encoding.h"
#include "hourglass/data/formats/zstd.h"
#include "hourglass/data/image_files.h"
#include "hourglass/data/image_folder.h"
#include "hourglass/data/layout.h"
#include "hourglass/data/series.h"
#include "hourglass/data/spool.h"
#include "hourglass/data/table.h"

namespace hourglass {
namespace {

namespace fs = std::filesystem;

void refuse_member(const fs::path& file, const std::string& member) {
  if (!member.empty())
    fail("{0}:{1}: only npz and safetensors files hold arrays with names; leave \":{1}\" out", file.string(), member);
}

void check_is_table(std::string_view start, const std::string& file) {
  if (is_png(start) || is_jpeg(start)) fail("{}: one image; expected a folder of them", file);
  if (start.empty()) fail("{}: the file is empty", file);
  if (const std::string message = foreign_format_message(start, file); !message.empty()) fail("{}", message);
  const std::string encoding = marked_encoding(start);
  if (!encoding.starts_with("UTF-16") && !looks_like_text(start))
    fail("{}: neither npy, npz, IDX, safetensors nor a text table (plain or packed by gzip or zstd)", file);
}

/// The first bytes of a file, unpacked.
std::string unpacked_start(const fs::path& file) {
  constexpr size_t kStart = 4096;
  const std::string start = read_start(file, kStart);
  if (is_gzip(start)) return gunzip_start(start, kStart);
  return is_zstd(start) ? unpack_zstd_start(start, kStart) : start;
}

/// The content of a file, unpacked.
std::string read_unpacked(const Source& source) {
  constexpr size_t kMostUnpacked = size_t{1} << 34;
  std::string content = read_file(source.path);
  if (is_gzip(content))
    content = gunzip_streams(content, kMostUnpacked, source.name);
  else if (is_zstd(content))
    content = unpack_zstd(content, kMostUnpacked, source.name);
  if (content.size() >= kMostUnpacked)
    fail("{}: unpacks to more than the {} GiB that can be read", source.name, kMostUnpacked >> 30);
  return content;
}

Source::Kind kind_of(const fs::path& path, const std::string& file, const std::string& member) {
  const std::string start = unpacked_start(path);
  if (const std::string message = is_zip(start) ? foreign_format_message(start, file) : ""; !message.empty())
    fail("{}", message);
  if (is_zip(start)) return Source::Kind::npz;
  if (is_safetensors(start, fs::file_size(path))) return Source::Kind::safetensors;
  refuse_member(file, member);
  if (is_npy(start)) return Source::Kind::npy;
  if (is_idx(start)) return Source::Kind::idx;
  check_is_table(start, file);
  return Source::Kind::table;
}

void check_rows(const Shape& array, const std::string& name) {
  if (array.rank() == 1) {
    fail("{}: {} single numbers, which is what labels look like; expected rows of features or images", name, array[0]);
  }
  if (array[0] > std::numeric_limits<uint32_t>::max()) {
    fail("{}: {} rows, at most {} can be read", name, array[0], std::numeric_limits<uint32_t>::max());
  }
}

std::vector<int32_t> read_labels(const fs::path& path, int64_t rows) {
  const IdxArray labels = read_idx(path);
  if (labels.shape != Shape{rows}) {
    fail("{}: holds {} labels, expected one for each of {} images", path.string(), labels.shape.text(), rows);
  }
  return {labels.bytes.begin(), labels.bytes.end()};
}

/// Reads one part of an MNIST-like folder; `which` is 0 for training, 1 for test.
Dataset read_part(const fs::path& folder, size_t which, const std::string& name) {
  const fs::path images_path = *plain_or_gz(folder, kSplitFiles[2 * which]);
  IdxArray images = read_idx(images_path);
  if (images.shape.rank() != 3) {
    fail("{}: holds {}, expected images × height × width", images_path.string(), images.shape.text());
  }
  check_rows(images.shape, images_path.string());
  Dataset part{name, sample_of(images.shape), std::move(images.bytes), {}};
  part.labels = read_labels(*plain_or_gz(folder, kSplitFiles[2 * which + 1]), part.rows());
  return part;
}

DataSplits read_folder(const fs::path& folder, const std::string& name) {
  if (fs::is_empty(folder))
    fail("{}: the folder is empty; expected images (PNG or JPEG), or the four files of an MNIST-like data set",
         folder.string());
  for (const char* file : kSplitFiles) {
    if (!plain_or_gz(folder, file)) {
      fail(
          "{}: a folder without {}[.gz]; expected a file, images (PNG or JPEG), or the four files of an MNIST-like "
          "data set",
          folder.string(), file);
    }
  }
  DataSplits splits{read_part(folder, 0, name + " train"), read_part(folder, 1, name + " test")};
  if (splits.train.sample != splits.test->sample) {
    fail("{}: training images are {}, test images {}", folder.string(), splits.train.sample.text(),
         splits.test->sample.text());
  }
  return splits;
}

/// The files may have changed since they were kept, so their SHA-256 is compared every time.
DataSplits read_known(const KnownSet& set) {
  const FetchResult found = fetch(set);
  DataSplits splits = read_folder(found.folder, set.name);
  if (found.has_replaced)
    splits.train.notes.push_back(fmt::format("{}: the copy in {} was not the data set; it is replaced by that of {}",
                                             set.name, found.folder.string(), found.origin));
  return splits;
}

NpyArray read_array(const Source& source) {
  const std::string file = source.name;
  if (source.kind == Source::Kind::safetensors)
    return parse_safetensors_array(MappedFile(source.path).bytes(), source.member, source.path.string());
  if (source.kind == Source::Kind::idx) {
    IdxArray bytes = parse_idx(read_file(source.path), file);
    return {bytes.shape, std::move(bytes.bytes)};
  }
  if (source.kind == Source::Kind::npz)
    return parse_npz(read_file(source.path), source.member, source.path.string(), true);
  return parse_npy(read_unpacked(source), file, true);
}

/// Refuses or drops rows with missing values; with "mean" they stay, and the scaler replaces the values.
std::vector<float> without_missing(std::vector<float> values, int64_t width, MissingValues policy,
                                   const std::string& name) {
  if (policy == MissingValues::mean) return values;
  size_t kept = 0;
  for (size_t at = 0; at < values.size(); at += static_cast<size_t>(width)) {
    const float* row = values.data() + at;
    const auto column = std::find_if(row, row + width, [](float x) { return std::isnan(x); }) - row;
    if (column == width) {
      std::copy_n(row, width, values.data() + kept);
      kept += static_cast<size_t>(width);
    } else if (policy == MissingValues::refuse) {
      fail(
          "{}: row {}, column {} (counted from 0) has no value (NaN); [data] missing = \"mean\" fills them in, "
          "\"drop\" leaves such rows out",
          name, at / static_cast<size_t>(width), column);
    }
  }
  if (kept == 0) fail("{}: every row has a missing value, so that missing = \"drop\" leaves none", name);
  values.resize(kept);
  return values;
}

std::vector<std::string> notes_of(const ArrayLayout& layout) {
  return layout.note.empty() ? std::vector<std::string>() : std::vector{layout.note};
}

Dataset read_array_data(const Source& source, const ReadOptions& how) {
  const std::string& name = source.name;
  const auto layout_in = [&](const Shape& array) {
    check_rows(array, name);
    return layout_of(array, how.layout, name);
  };
  if (source.kind == Source::Kind::npy && fs::file_size(source.path) >= kMapFrom &&
      is_npy(read_start(source.path, 16))) {
    const NpyHeader header = read_npy_header(MappedFile(source.path).bytes(), name);
    const ArrayLayout layout = layout_in(header.shape);
    // Rows of a mapped file cannot be reordered, nor dropped.
    if (!header.fortran && !layout.channels_last) {
      StoredNpy array = map_npy(name, how.missing == MissingValues::mean);
      return {name, layout.sample, std::move(array.values), {}, {}, {}, notes_of(layout)};
    }
  }
  NpyArray array = read_array(source);
  const ArrayLayout layout = layout_in(array.shape);
  if (layout.channels_last) put_channels_first(array.values, layout.sample);
  Dataset data{name, layout.sample, {}, {}, {}, {}, notes_of(layout)};
  if (auto* floats = std::get_if<std::vector<float>>(&array.values))
    data.values = without_missing(std::move(*floats), data.sample.size(), how.missing, name);
  else
    data.values = std::move(std::get<std::vector<uint8_t>>(array.values));
  return data;
}

/// Refuses keys that name columns, for data without columns.
void refuse_columns(const ReadOptions& how, const std::string& name) {
  std::vector<std::string> asked = {how.label};
  asked.insert(asked.end(), how.categorical.begin(), how.categorical.end());
  asked.insert(asked.end(), how.ignore.begin(), how.ignore.end());
  asked.insert(asked.end(), how.numeric.begin(), how.numeric.end());
  for (const std::string& column : asked)
    if (!column.empty()) fail("{}: [data] names column \"{}\", but the data have no named columns", name, column);
}

}  // namespace

std::string read_table_bytes(const Source& source) { return read_unpacked(source); }

std::pair<fs::path, std::string> split_member(const std::string& name) {
  std::error_code ignored;
  const size_t colon = std::min(name.rfind(':'), name.size());
  const bool is_member = !fs::exists(name, ignored) && fs::exists(name.substr(0, colon), ignored);
  if (!is_member) return {name, ""};
  return {name.substr(0, colon), name.substr(colon + 1)};
}

Source resolve_source(const std::string& name) {
  if (const KnownSet* set = find_known(name)) return {name, {}, Source::Kind::known, {}, set};
  if (is_stream(name)) {
    const fs::path path = spooled(name);
    return {name, path, kind_of(path, name, "")};
  }
  const auto [path, member] = split_member(name);
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  if (!fs::exists(status))
    fail("{}: neither a file, a folder nor a known data set{}", name, did_you_mean(name, known_names()));
  // A device may be endless.
  if (!fs::is_regular_file(status) && !fs::is_directory(status)) fail("{}: neither a regular file nor a folder", name);
  if (fs::is_regular_file(status)) return {name, path, kind_of(path, path.string(), member), member};
  refuse_member(path, member);
  return {name, path, holds_pictures(path) ? Source::Kind::image_folder : Source::Kind::idx_folder};
}

namespace {

/// The options to read the time steps: the columns of time and group as texts that are kept.
ReadOptions options_of_steps(ReadOptions how) {
  int kept = 0;
  for (const std::string& column : {how.series.time, how.series.group})
    if (!column.empty()) {
      if (!contains(how.ignore, column)) how.ignore.push_back(column);
      how.keep.insert(how.keep.begin() + kept++, column);
    }
  // Steps that lack a value interrupt the series, so that they must be there.
  if (how.missing == MissingValues::drop) how.missing = MissingValues::mean;
  how.series = {};
  return how;
}

}  // namespace

DataSplits read_source(const Source& source, const ReadOptions& how, std::span<const std::string> features) {
  if (how.series.window > 0) {
    DataSplits parts = read_source(source, options_of_steps(how), step_columns(features, how.series.window));
    for (Dataset* part : {&parts.train, parts.test ? &*parts.test : nullptr})
      if (part) *part = make_windows(std::move(*part), how.series, how.missing);
    return parts;
  }
  if (source.kind == Source::Kind::table)
    return {read_table(read_unpacked(source), source.name, how, features), std::nullopt};
  if (!how.keep.empty())
    fail("{}: column \"{}\" cannot be kept: the data have no named columns", source.name, how.keep[0]);
  // A model that was trained on a table also accepts arrays.
  if (features.empty()) refuse_columns(how, source.name);
  if (source.kind == Source::Kind::image_folder) return read_image_folder(source.path, how);
  if (source.kind == Source::Kind::idx_folder) return read_folder(source.path, source.name);
  if (!source.known) return {read_array_data(source, how), std::nullopt};
  return read_known(*source.known);
}

DataSplits open_source(const std::string& name, const ReadOptions& how, std::span<const std::string> features) {
  return read_source(resolve_source(name), how, features);
}

}  // namespace hourglass
