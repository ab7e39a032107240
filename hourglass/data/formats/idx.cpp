#include "hourglass/data/formats/idx.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <span>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"
#include "hourglass/data/dataset.h"
#include "hourglass/data/formats/gzip.h"

namespace hourglass {
namespace {

constexpr size_t kLongestHeader = 4 + 4 * Shape::kMaxRank;

struct Header {
  Shape shape;
  size_t length, count;  // bytes of the header, values after it
};

unsigned byte_at(std::string_view content, size_t i) { return static_cast<unsigned char>(content[i]); }

std::string first_bytes(std::string_view content) {
  const std::span bytes(reinterpret_cast<const uint8_t*>(content.data()), std::min<size_t>(content.size(), 4));
  return content.empty() ? "nothing" : fmt::format("{:02x}", fmt::join(bytes, " "));
}

const char* type_name(unsigned type) {
  if (type == 0x09) return "signed bytes";
  if (type == 0x0b) return "16-bit integers";
  if (type == 0x0c) return "32-bit integers";
  if (type == 0x0d) return "32-bit floats";
  return type == 0x0e ? "64-bit floats" : "an unknown type";
}

void check_magic(std::string_view content, const std::string& name) {
  if (content.size() < 4 || !is_idx(content))
    fail("{}: not an IDX file: starts with {}, expected 00 00 08 and the number of dimensions", name,
         first_bytes(content));
  const unsigned type = byte_at(content, 2), rank = byte_at(content, 3);
  if (type != 0x08) fail("{}: IDX file of {} ({:02x}), expected unsigned bytes (08)", name, type_name(type), type);
  if (rank < 1 || rank > Shape::kMaxRank) fail("{}: IDX header says {} dimensions, expected 1 to 4", name, rank);
}

Header parse_header(std::string_view content, const std::string& name) {
  check_magic(content, name);
  const size_t rank = byte_at(content, 3), length = 4 + 4 * rank;
  if (content.size() < length)
    fail("{}: IDX header of {} dimensions needs {} bytes, file ends after {}", name, rank, length, content.size());
  Shape shape;
  for (size_t i = 4; i < length; i += 4)
    shape.push_back(int64_t{byte_at(content, i)} << 24 | byte_at(content, i + 1) << 16 | byte_at(content, i + 2) << 8 |
                    byte_at(content, i + 3));
  return {shape, length, static_cast<size_t>(announced_size(shape, name))};
}

IdxArray parse_plain(std::string_view content, const std::string& name, bool cut_off) {
  const Header header = parse_header(content, name);
  content.remove_prefix(header.length);
  if (content.size() != header.count) {
    const bool images = header.shape.rank() > 1;
    fail("{}: header says {}{} bytes of {}, file holds {}{}", name, images ? header.shape.text() + " = " : "",
         header.count, images ? "pixels" : "labels", cut_off && content.size() > header.count ? "at least " : "",
         content.size());
  }
  return {header.shape, {content.begin(), content.end()}};
}

}  // namespace

bool is_idx(std::string_view content) { return content.starts_with(std::string_view("\0\0", 2)); }

IdxArray parse_idx(std::string_view content, const std::string& name) {
  if (!is_gzip(content)) return parse_plain(content, name, false);
  const Header header = parse_header(gunzip(content, kLongestHeader, name), name);
  // Deflate compresses to 1/1032 at best, so an impossible size is refused before unpacking.
  if (header.count / 1032 > content.size())
    fail("{}: header says {} = {} bytes, more than {} packed bytes can hold", name, header.shape.text(), header.count,
         content.size());
  // One byte more than announced shows that a file is too long without unpacking all of it.
  const size_t limit = header.length + header.count + 1;
  return parse_plain(gunzip(content, limit, name), name, true);
}

IdxArray read_idx(const std::filesystem::path& path) { return parse_idx(read_file(path), path.string()); }

}  // namespace hourglass
