#include "hourglass/base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <array>
#include <atomic>
#include <cerrno>

#include "hourglass/base/file.h"
#include "hourglass/base/text.h"

namespace hourglass {
namespace {

std::array<std::atomic<const MappedFile*>, 16> all_files;
static_assert(std::atomic<const MappedFile*>::is_always_lock_free, "a signal handler looks through them");

void replace_in_list(const MappedFile* from, const MappedFile* to) {
  for (auto& place : all_files) {
    const MappedFile* expected = from;
    if (place.compare_exchange_strong(expected, to)) return;
  }
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path) : path_(printable(path.string())) {
  const Descriptor file(open_retrying(path, O_RDONLY));
  struct stat info;
  if (file.value < 0 || ::fstat(file.value, &info) != 0) cannot_read(path, errno);
  if (!S_ISREG(info.st_mode)) cannot_read(path, S_ISDIR(info.st_mode) ? EISDIR : EINVAL);
  const auto size = static_cast<size_t>(info.st_size);
  if (size == 0) return;
  void* start = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.value, 0);
  if (start == MAP_FAILED) cannot_read(path, errno);
  bytes_ = {static_cast<const char*>(start), size};
  replace_in_list(nullptr, this);
}

MappedFile::~MappedFile() {
  if (bytes_.empty()) return;
  replace_in_list(this, nullptr);
  ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

const char* mapped_file_at(const void* address) {
  for (const auto& place : all_files) {
    const MappedFile* file = place.load();
    const auto* byte = static_cast<const char*>(address);
    if (file && byte >= file->bytes_.data() && byte < file->bytes_.data() + file->bytes_.size())
      return file->path_.c_str();
  }
  return nullptr;
}

}  // namespace hourglass
