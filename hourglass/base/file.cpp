#include "hourglass/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "hourglass/base/error.h"

namespace hourglass {
namespace {

constexpr std::string_view kTemporaryBegin = ".hourglass-", kTemporaryEnd = ".tmp";

std::string reason(int error) { return std::generic_category().message(error); }

/// Reads at most `count` bytes; returns how many, 0 at the end of the file.
size_t read_some(const Descriptor& file, const std::filesystem::path& path, char* out, size_t count) {
  const ssize_t n = TEMP_FAILURE_RETRY(::read(file.value, out, count));
  if (n < 0) cannot_read(path, errno);
  return static_cast<size_t>(n);
}

/// A temporary file: created empty, deleted by the destructor unless it was renamed.
struct Temporary {
  std::filesystem::path path;
  Descriptor file;
  bool renamed = false;

  explicit Temporary(const std::filesystem::path& final_path) : file(create(final_path)) {}
  ~Temporary() {
    if (file.value >= 0 && !renamed) ::unlink(path.c_str());
  }

 private:
  // Process ids are reused, so the name of a file left by a killed process is skipped.
  int create(const std::filesystem::path& final_path) {
    static std::atomic<unsigned> counter{0};
    int descriptor;
    do {
      path = final_path.parent_path() / fmt::format("{}{}-{}{}", kTemporaryBegin, ::getpid(), counter++, kTemporaryEnd);
      descriptor = open_retrying(path, O_WRONLY | O_CREAT | O_EXCL);
    } while (descriptor < 0 && errno == EEXIST);
    return descriptor;
  }
};

/// Returns 0 or the errno of the failure.
int sync(int descriptor) { return TEMP_FAILURE_RETRY(::fsync(descriptor)) == 0 ? 0 : errno; }

/// Returns 0 or the errno of the failure.
int write_and_sync(int descriptor, std::string_view bytes) {
  const int error = write_all(descriptor, bytes);
  return error == 0 ? sync(descriptor) : error;
}

}  // namespace

Descriptor::~Descriptor() {
  if (value >= 0) ::close(value);
}

int open_retrying(const std::filesystem::path& path, int flags) {
  return static_cast<int>(TEMP_FAILURE_RETRY(::open(path.c_str(), flags | O_CLOEXEC, 0666)));
}

void cannot_read(const std::filesystem::path& path, int error) {
  fail("{}: cannot read: {}", path.string(), reason(error));
}

void cannot_write(const std::filesystem::path& path, int error) {
  throw RuntimeFailure(fmt::format("{}: cannot write: {}", path.string(), reason(error)));
}

int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = TEMP_FAILURE_RETRY(::write(descriptor, bytes.data(), bytes.size()));
    if (n < 0) return errno;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return 0;
}

std::string read_file(const std::filesystem::path& path, size_t limit) {
  const Descriptor file(open_retrying(path, O_RDONLY));
  struct stat info;
  if (file.value < 0 || ::fstat(file.value, &info) != 0) cannot_read(path, errno);
  if (S_ISDIR(info.st_mode)) cannot_read(path, EISDIR);
  std::string bytes;
  // A pipe has no size, and a file may grow while it is read.
  size_t used = 0, known = static_cast<size_t>(info.st_size);
  while (true) {
    if (known > limit || used > limit) fail("{}: larger than the {} bytes allowed", path.string(), limit);
    if (used == bytes.size()) bytes.resize(std::max({known + 1, used * 2, size_t{4096}}));
    const size_t n = read_some(file, path, bytes.data() + used, bytes.size() - used);
    if (n == 0) break;
    used += n;
  }
  bytes.resize(used);
  return bytes;
}

std::string read_start(const std::filesystem::path& path, size_t count) {
  const Descriptor file(open_retrying(path, O_RDONLY));
  if (file.value < 0) cannot_read(path, errno);
  std::string bytes(count, '\0');
  size_t used = 0;
  while (const size_t n = read_some(file, path, bytes.data() + used, count - used)) used += n;
  bytes.resize(used);
  return bytes;
}

bool file_holds(const std::filesystem::path& path, std::string_view bytes) {
  return std::filesystem::exists(path) && read_file(path) == bytes;
}

void write_file_atomically(const std::filesystem::path& path, std::string_view bytes) {
  struct stat previous;
  // Renaming onto a device such as /dev/null would replace it.
  const bool special = ::stat(path.c_str(), &previous) == 0 && !S_ISREG(previous.st_mode);
  if (special) throw RuntimeFailure(fmt::format("{}: cannot write: exists and is not a regular file", path.string()));
  // The folder is opened first, so that after the rename only its fsync can fail.
  const Descriptor folder(open_retrying(path.has_parent_path() ? path.parent_path() : ".", O_RDONLY | O_DIRECTORY));
  if (folder.value < 0) cannot_write(path, errno);
  Temporary temporary(path);
  if (temporary.file.value < 0) cannot_write(path, errno);
  if (const int error = write_and_sync(temporary.file.value, bytes)) cannot_write(path, error);
  if (::rename(temporary.path.c_str(), path.c_str()) != 0) cannot_write(path, errno);
  temporary.renamed = true;
  // EINVAL: the file system does not support fsync of folders.
  if (const int error = sync(folder.value); error != 0 && error != EINVAL) cannot_write(path, error);
}

bool append_to_file(const std::filesystem::path& path, uint64_t size, std::string_view bytes) {
  const Descriptor file(open_retrying(path, O_WRONLY | O_APPEND));
  struct stat info;
  if (file.value < 0 || ::fstat(file.value, &info) != 0 || !S_ISREG(info.st_mode)) return false;
  if (static_cast<uint64_t>(info.st_size) != size) return false;
  if (const int error = write_and_sync(file.value, bytes)) {
    if (::ftruncate(file.value, info.st_size) == 0) sync(file.value);
    cannot_write(path, error);
  }
  return true;
}

std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error, ignored;
  constexpr auto kOptions = std::filesystem::directory_options::skip_permission_denied;
  const std::filesystem::recursive_directory_iterator end;
  for (std::filesystem::recursive_directory_iterator entry(folder, kOptions, error); !error && entry != end;
       entry.increment(error))
    if (!entry->is_directory(ignored)) files.push_back(entry->path());
  return files;
}

void remove_temporaries(const std::filesystem::path& folder) {
  std::error_code error, ignored;
  const std::filesystem::directory_iterator end;
  for (std::filesystem::directory_iterator entry(folder, error); !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with(kTemporaryBegin) && name.ends_with(kTemporaryEnd))
      std::filesystem::remove(entry->path(), ignored);
  }
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "hourglass-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw RuntimeFailure(fmt::format("{}: cannot create: {}", name, reason(errno)));
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace hourglass
