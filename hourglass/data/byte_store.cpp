#include "hourglass/data/byte_store.h"

#include <algorithm>
#include <filesystem>

#include "hourglass/data/spool.h"

namespace hourglass {

namespace {

constexpr size_t kWriteAtOnce = size_t{1} << 24;

}  // namespace

void ByteStore::append(std::span<const uint8_t> bytes) {
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  if (!file_ && buffer_.size() >= limit_) file_ = temporary_file();
  if (file_ && buffer_.size() >= std::min(limit_, kWriteAtOnce)) flush();
}

void ByteStore::flush() {
  const std::string_view bytes(reinterpret_cast<const char*>(buffer_.data()), buffer_.size());
  if (const int error = write_all(file_->value, bytes)) cannot_write(std::filesystem::temp_directory_path(), error);
  written_ += buffer_.size();
  buffer_.clear();
}

Values ByteStore::take() {
  if (!file_) return std::move(buffer_);
  flush();
  const auto count = static_cast<int64_t>(written_);
  auto mapped = std::make_shared<const MappedFile>("/proc/self/fd/" + std::to_string(file_->value));
  return StoredArray(std::move(mapped), {.type = "|u1", .shape = {count}, .count = count});
}

}  // namespace hourglass
