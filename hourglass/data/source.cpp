#include "hourglass/data/source.h"

#include <optional>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"
#include "hourglass/base/text.h"
#include "hourglass/data/formats/csv_rows.h"
#include "hourglass/data/formats/gzip.h"
#include "hourglass/data/formats/idx.h"
#include "hourglass/data/formats/image.h"
#include "hourglass/data/formats/npy.h"
#include "hourglass/data/formats/npz.h"
#include "hourglass/data/formats/safetensors.h"
#include "hourglass/data/image_folder.h"

namespace hourglass {
namespace {

namespace fs = std::filesystem;

/// Splits FILE:NAME, unless a file has all of this name.
std::pair<std::string, std::string> file_and_member(const std::string& name) {
  std::error_code ignored;
  const size_t colon = name.rfind(':');
  if (colon == std::string::npos || fs::exists(name, ignored) || !fs::exists(name.substr(0, colon), ignored))
    return {name, ""};
  return {name.substr(0, colon), name.substr(colon + 1)};
}

/// The format of a file that begins with `start`, if it contains arrays.
std::optional<ArrayFile::Format> array_format(std::string_view start, uintmax_t file_size) {
  if (is_npy(start)) return ArrayFile::Format::npy;
  if (is_zip(start)) return ArrayFile::Format::npz;
  if (is_safetensors(start, file_size)) return ArrayFile::Format::safetensors;
  if (is_idx(start) || is_gzip(start)) return ArrayFile::Format::idx;
  return std::nullopt;
}

void check_is_table(std::string_view start, const std::string& file) {
  if (is_png(start) || is_jpeg(start)) fail("{}: one image; expected a folder of them", file);
  if (start.empty()) fail("{}: the file is empty", file);
  if (start.starts_with("\xff\xfe") || start.starts_with("\xfe\xff"))
    fail("{}: text in UTF-16; tables are read in UTF-8, to which iconv converts them", file);
  if (!looks_like_text(start)) fail("{}: neither npy, npz, IDX (plain or gzip), safetensors nor a text table", file);
}

[[noreturn]] void refuse_member(const std::string& file, const std::string& member) {
  fail("{0}:{1}: only npz and safetensors files hold arrays with names; leave \":{1}\" out", file, member);
}

Source resolve_file(const std::string& file, const std::string& member) {
  constexpr size_t kStart = 4096;
  const std::string start = read_start(file, kStart);
  const auto format = array_format(start, fs::file_size(file));
  const bool has_names = format == ArrayFile::Format::npz || format == ArrayFile::Format::safetensors;
  if (!member.empty() && !has_names) refuse_member(file, member);
  if (format) return ArrayFile{file, member, *format};
  check_is_table(start, file);
  return TableFile{file};
}

}  // namespace

Source resolve_source(const std::string& name) {
  if (const KnownSet* set = find_known(name)) return KnownSource{set};
  const auto [file, member] = file_and_member(name);
  std::error_code ignored;
  const fs::file_status status = fs::status(file, ignored);
  if (!fs::exists(status))
    fail("{}: neither a file, a folder nor a known data set{}", name, did_you_mean(name, known_names()));
  if (fs::is_directory(status)) {
    if (!member.empty()) refuse_member(file, member);
    return is_image_folder(file) ? Source(ImageFolder{file}) : IdxFolder{file};
  }
  // A device may never end.
  if (!fs::is_regular_file(status)) fail("{}: neither a regular file nor a folder", name);
  return resolve_file(file, member);
}

DataSplits open_source(const std::string& name, const ReadOptions& how, std::span<const std::string> features) {
  return read_source(resolve_source(name), how, features);
}

}  // namespace hourglass
