#include "hourglass/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include "hourglass/base/error.h"
#include "hourglass/base/text.h"

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

/// The file at the end of a chain of symbolic links; it need not exist.
std::filesystem::path end_of_links(std::filesystem::path path) {
  constexpr int kMostLinks = 40;  // as Linux follows
  std::error_code ignored;
  for (int i = 0; std::filesystem::is_symlink(std::filesystem::symlink_status(path, ignored)); ++i) {
    if (i == kMostLinks) cannot_write(path, ELOOP);
    path = path.parent_path() / std::filesystem::read_symlink(path);
  }
  return path;
}

/// Not all file systems have permissions to change.
void copy_permissions(const struct stat& from, const Descriptor& to, const std::filesystem::path& path) {
  constexpr mode_t kPermissions = 0777;
  struct stat now;
  if (::fstat(to.value, &now) == 0 && (now.st_mode & kPermissions) == (from.st_mode & kPermissions)) return;
  if (::fchmod(to.value, from.st_mode & kPermissions) != 0) cannot_write(path, errno);
}

/// Returns 0 or the errno of the failure.
int sync(int descriptor) { return TEMP_FAILURE_RETRY(::fsync(descriptor)) == 0 ? 0 : errno; }

/// Returns 0 or the errno of the failure.
int write_and_sync(int descriptor, std::string_view bytes) {
  const int error = write_all(descriptor, bytes);
  return error != 0 ? error : sync(descriptor);
}

}  // namespace

Descriptor::~Descriptor() {
  if (value >= 0) ::close(value);
}

int open_retrying(const std::filesystem::path& path, int flags, mode_t mode) {
  return static_cast<int>(TEMP_FAILURE_RETRY(::open(path.c_str(), flags | O_CLOEXEC, mode)));
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
  if (file.value < 0) cannot_read(path, errno);
  return read_open_file(file, path, limit);
}

std::string read_file_at_hand(const std::filesystem::path& path) {
  const Descriptor file(open_retrying(path, O_RDONLY | O_NONBLOCK));
  if (file.value < 0) cannot_read(path, errno);
  struct stat info;
  if (::fstat(file.value, &info) != 0) cannot_read(path, errno);
  if (!S_ISFIFO(info.st_mode)) return read_open_file(file, path);
  char first = 0;
  const ssize_t n = TEMP_FAILURE_RETRY(::read(file.value, &first, 1));
  if (n == 0) fail("{}: is a pipe that no program writes to, expected a file", path.string());
  if ((n < 0 && errno != EAGAIN) || ::fcntl(file.value, F_SETFL, 0) != 0) cannot_read(path, errno);
  return std::string(n > 0 ? 1 : 0, first) + read_open_file(file, path);
}

std::string read_open_file(const Descriptor& file, const std::filesystem::path& path, size_t limit) {
  struct stat info;
  if (::fstat(file.value, &info) != 0) cannot_read(path, errno);
  if (S_ISDIR(info.st_mode)) cannot_read(path, EISDIR);
  // A device may never end.
  if (S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode)) fail("{}: is a device, expected a file", path.string());
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

/// The temporary file: created empty, deleted by the destructor, or when a signal ends the program, unless it was
/// renamed.
struct AtomicFile::Content {
  std::filesystem::path path;
  std::optional<Leftover> leftover;
  Descriptor file;
  bool renamed = false;

  Content(const std::filesystem::path& final_path, mode_t mode) : file(create(final_path, mode)) {}
  ~Content() {
    if (file.value >= 0 && !renamed) ::unlink(path.c_str());
  }

 private:
  // Process ids are reused, so the name of a file left by a killed process is skipped.
  int create(const std::filesystem::path& final_path, mode_t mode) {
    static std::atomic<unsigned> counter{0};
    int descriptor;
    do {
      path = final_path.parent_path() / fmt::format("{}{}-{}{}", kTemporaryBegin, ::getpid(), counter++, kTemporaryEnd);
      leftover.emplace(path, Leftover::Kind::file);
      descriptor = open_retrying(path, O_WRONLY | O_CREAT | O_EXCL, mode);
    } while (descriptor < 0 && errno == EEXIST);
    if (descriptor < 0) leftover.reset();
    return descriptor;
  }
};

AtomicFile::AtomicFile(std::filesystem::path path, Links links)
    : path_(links == Links::follow ? end_of_links(std::move(path)) : std::move(path)),
      folder_(open_retrying(path_.has_parent_path() ? path_.parent_path() : ".", O_RDONLY | O_DIRECTORY)) {
  if (folder_.value < 0) cannot_write(path_, errno);
  struct stat previous;
  const bool is_there = ::lstat(path_.c_str(), &previous) == 0, is_file = is_there && S_ISREG(previous.st_mode);
  // Renaming onto a device such as /dev/null would replace it.
  if (is_there && !is_file && !S_ISLNK(previous.st_mode))
    throw RuntimeFailure(fmt::format("{}: cannot write: exists and is not a regular file", path_.string()));
  content_ = std::make_unique<Content>(path_, is_file ? 0600 : 0666);  // the permissions of the previous file follow
  if (content_->file.value < 0) cannot_write(path_, errno);
  if (is_file) copy_permissions(previous, content_->file, path_);
}

AtomicFile::~AtomicFile() = default;

void AtomicFile::append(std::string_view bytes) {
  if (const int error = write_all(content_->file.value, bytes)) cannot_write(path_, error);
}

void AtomicFile::commit() {
  if (const int error = sync(content_->file.value)) cannot_write(path_, error);
  if (::rename(content_->path.c_str(), path_.c_str()) != 0) cannot_write(path_, errno);
  content_->renamed = true;
  // EINVAL: the file system does not support fsync of folders.
  if (const int error = sync(folder_.value); error != 0 && error != EINVAL) cannot_write(path_, error);
}

void write_file_atomically(const std::filesystem::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.append(bytes);
  file.commit();
}

void replace_file(const std::filesystem::path& path, std::string_view bytes) {
  AtomicFile file(path, AtomicFile::Links::replace);
  file.append(bytes);
  file.commit();
}

void append_to_open_file(const Descriptor& file, const std::filesystem::path& path, uint64_t size,
                         std::string_view bytes) {
  const int error = write_and_sync(file.value, bytes);
  if (error == 0) return;
  if (::ftruncate(file.value, static_cast<off_t>(size)) == 0) sync(file.value);
  cannot_write(path, error);
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

bool is_temporary_name(std::string_view name) {
  if (!name.starts_with(kTemporaryBegin) || !name.ends_with(kTemporaryEnd)) return false;
  name.remove_prefix(kTemporaryBegin.size());
  const size_t dash = name.find('-');
  return dash != std::string_view::npos && number_from<uint32_t>(name.substr(0, dash)) &&
         number_from<uint32_t>(name.substr(dash + 1, name.size() - kTemporaryEnd.size() - dash - 1));
}

void remove_temporaries(const std::filesystem::path& folder) {
  std::error_code error, ignored;
  const std::filesystem::directory_iterator end;
  for (std::filesystem::directory_iterator entry(folder, error); !error && entry != end; entry.increment(error))
    if (is_temporary_name(entry->path().filename().string()) &&
        std::filesystem::is_regular_file(entry->symlink_status(ignored)))
      std::filesystem::remove(entry->path(), ignored);
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "hourglass-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw RuntimeFailure(fmt::format("{}: cannot create: {}", name, reason(errno)));
  path_ = name;
  leftover_.emplace(path_, Leftover::Kind::tree);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace hourglass
