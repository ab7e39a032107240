#include "hourglass/data/source.h"

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

void refuse_member(const fs::path& file, const std::string& member) {
  if (!member.empty())
    fail("{0}:{1}: only npz and safetensors files hold arrays with names; leave \":{1}\" out", file.string(), member);
}

/// Position of the array name in FILE:NAME, or npos.
size_t member_start(const std::string& name) {
  std::error_code ignored;
  const size_t colon = name.rfind(':');
  const bool is_member =
      colon != std::string::npos && !fs::exists(name, ignored) && fs::exists(name.substr(0, colon), ignored);
  return is_member ? colon + 1 : std::string::npos;
}

void check_is_table(std::string_view start, const std::string& file) {
  if (is_png(start) || is_jpeg(start)) fail("{}: one image; expected a folder of them", file);
  if (start.empty()) fail("{}: the file is empty", file);
  if (start.starts_with("\xff\xfe") || start.starts_with("\xfe\xff"))
    fail("{}: text in UTF-16; tables are read in UTF-8, to which iconv converts them", file);
  if (!looks_like_text(start)) fail("{}: neither npy, npz, IDX (plain or gzip), safetensors nor a text table", file);
}

decltype(Source::content) content_of(const fs::path& file, const std::string& member) {
  constexpr size_t kStart = 4096;
  const std::string start = read_start(file, kStart);
  if (is_zip(start)) return ArrayFile{ArrayFile::Format::npz, member};
  if (is_safetensors(start, fs::file_size(file))) return ArrayFile{ArrayFile::Format::safetensors, member};
  refuse_member(file, member);
  if (is_npy(start)) return ArrayFile{ArrayFile::Format::npy};
  if (is_idx(start) || is_gzip(start)) return ArrayFile{ArrayFile::Format::idx};
  check_is_table(start, file.string());
  return TableFile{};
}

}  // namespace

Source resolve_source(const std::string& name) {
  if (const KnownSet* set = find_known(name)) return {name, {}, set};
  const size_t start = member_start(name);
  const std::string member = start == std::string::npos ? "" : name.substr(start);
  const fs::path path = name.substr(0, start == std::string::npos ? start : start - 1);
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  if (!fs::exists(status))
    fail("{}: neither a file, a folder nor a known data set{}", name, did_you_mean(name, known_names()));
  // A device may be endless.
  if (!fs::is_regular_file(status) && !fs::is_directory(status)) fail("{}: neither a regular file nor a folder", name);
  if (fs::is_regular_file(status)) return {name, path, content_of(path, member)};
  refuse_member(path, member);
  if (is_image_folder(path)) return {name, path, ImageFolder{}};
  return {name, path, IdxFolder{}};
}

DataSplits open_source(const std::string& name, const ReadOptions& how, std::span<const std::string> features) {
  return read_source(resolve_source(name), how, features);
}

}  // namespace hourglass
