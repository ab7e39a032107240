#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace hourglass {

/// A zip archive as numpy.savez (stored) or numpy.savez_compressed (deflated) writes it, entries in the order given.
inline std::string zip_bytes(const std::vector<std::pair<std::string, std::string>>& entries, bool deflated = false) {
  const auto number = [](uint64_t x, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(x >> 8 * i);
    return text;
  };
  std::string archive, directory;
  for (const auto& [name, content] : entries) {
    std::string packed = content;
    if (deflated) {
      uLongf size = compressBound(content.size());
      packed.resize(size);
      compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(content.data()),
                content.size(), 9);
      packed = packed.substr(2, size - 6);  // zlib's frame around the stream
    }
    const uint64_t crc = crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()));
    const std::string fields = number(0, 2) + number(deflated ? 8 : 0, 2) + number(0, 2) + number(0x21, 2) +
                               number(crc, 4) + number(packed.size(), 4) + number(content.size(), 4) +
                               number(name.size(), 2) + number(0, 2);
    directory += "PK\x01\x02" + number(20, 2) + number(20, 2) + fields + number(0, 2) + number(0, 2) + number(0, 2) +
                 number(0, 4) + number(archive.size(), 4) + name;
    archive += "PK\x03\x04" + number(20, 2) + fields + name + packed;
  }
  const std::string count = number(entries.size(), 2);
  return archive + directory + "PK\x05\x06" + number(0, 4) + count + count + number(directory.size(), 4) +
         number(archive.size(), 4) + number(0, 2);
}

}  // namespace hourglass
