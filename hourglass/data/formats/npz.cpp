#include "hourglass/data/formats/npz.h"

#include <zip.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "hourglass/base/error.h"
#include "hourglass/data/formats/named_arrays.h"

namespace hourglass {
namespace {

constexpr zip_uint64_t kStep = 1 << 20;
constexpr zip_uint64_t kLongestHeader = 1 << 16;
/// Deflate unpacks one byte to at most 1032.
constexpr zip_uint64_t kMostPerByte = 1032;

struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseEntry {
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};

std::string without_ending(std::string_view entry) {
  if (entry.ends_with(".npy")) entry.remove_suffix(4);
  return std::string(entry);
}

class Archive {
 public:
  Archive(std::string_view content, const std::string& name) : name_(name) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(content.data(), content.size(), 0, &error);
    HOURGLASS_CHECK(source != nullptr);
    archive_.reset(zip_open_from_source(source, ZIP_RDONLY, &error));
    const std::string why = archive_ ? "" : zip_error_strerror(&error);
    zip_error_fini(&error);
    if (archive_) return;
    zip_source_free(source);
    fail("{}: zip archive is damaged: {}", name_, why);
  }

  /// Index of the requested entry.
  zip_uint64_t find(const std::string& member) const {
    std::vector<std::string> names;
    const zip_int64_t entries = zip_get_num_entries(archive_.get(), 0);
    for (zip_int64_t i = 0; i < entries; ++i) names.push_back(without_ending(stat(i).name));
    return find_array(names, member, name_, "array");
  }

  std::string unpack(zip_uint64_t i) const {
    const zip_stat_t entry = stat(i);
    const std::string place = fmt::format("{}:{}", name_, without_ending(entry.name));
    if (entry.size / kMostPerByte > entry.comp_size)
      fail("{}: says that it unpacks to {} bytes, which {} packed bytes cannot hold", place, entry.size,
           entry.comp_size);
    const std::unique_ptr<zip_file_t, CloseEntry> file(zip_fopen_index(archive_.get(), i, 0));
    if (!file) fail("{}: cannot be unpacked: {}", place, zip_strerror(archive_.get()));
    std::string bytes;
    append(*file, std::min(entry.size, kLongestHeader), bytes, place);
    const NpyHeader header = read_npy_header(bytes, place);
    if ((entry.size - header.start) / header.item() != static_cast<zip_uint64_t>(header.count))
      fail("{}: header says {} of '{}', but {} bytes are announced", place, header.shape.text(), header.type,
           entry.size);
    append(*file, entry.size - bytes.size(), bytes, place);
    // libzip checks the checksum at the end of the entry.
    char more;
    const zip_int64_t rest = zip_fread(file.get(), &more, 1);
    if (rest < 0) refuse_damaged(*file, place);
    if (rest > 0) fail("{}: unpacks to more than the {} bytes announced", place, entry.size);
    return bytes;
  }

 private:
  zip_stat_t stat(zip_uint64_t i) const {
    zip_stat_t entry;
    constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
    if (zip_stat_index(archive_.get(), i, 0, &entry) != 0 || (entry.valid & kNeeded) != kNeeded)
      fail("{}: zip archive is damaged: entry {} has no name or size", name_, i);
    return entry;
  }

  [[noreturn]] static void refuse_damaged(zip_file_t& file, const std::string& place) {
    fail("{}: is damaged: {}", place, zip_error_strerror(zip_file_get_error(&file)));
  }

  static void append(zip_file_t& file, zip_uint64_t count, std::string& bytes, const std::string& place) {
    while (count > 0) {
      const zip_uint64_t piece = std::min(count, kStep);
      const size_t before = bytes.size();
      bytes.resize(before + piece);
      const zip_int64_t got = zip_fread(&file, bytes.data() + before, piece);
      if (got < 0) refuse_damaged(file, place);
      if (got == 0) fail("{}: ends after {} bytes, more are announced", place, before);
      bytes.resize(before + static_cast<size_t>(got));
      count -= static_cast<zip_uint64_t>(got);
    }
  }

  const std::string& name_;
  std::unique_ptr<zip_t, CloseArchive> archive_;
};

}  // namespace

NpyArray parse_npz(std::string_view content, const std::string& member, const std::string& name, bool nan_is_missing) {
  const Archive archive(content, name);
  const zip_uint64_t entry = archive.find(member);
  return parse_npy(archive.unpack(entry), member.empty() ? name : name + ":" + member, nan_is_missing);
}

}  // namespace hourglass
