#include "hourglass/base/folder_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "hourglass/base/error.h"

namespace hourglass {

namespace fs = std::filesystem;

namespace {

std::string_view text_of(fs::file_type type) {
  switch (type) {
    case fs::file_type::symlink:
      return "a symbolic link";
    case fs::file_type::directory:
      return "a folder";
    case fs::file_type::regular:
      return "a file";
    case fs::file_type::fifo:
      return "a pipe";
    case fs::file_type::socket:
      return "a socket";
    default:
      return "a device";
  }
}

/// Whether there is anything of this name; throws Error if it is not of the type that is expected.
bool is_there(const fs::path& path, fs::file_type expected) {
  std::error_code error;
  const fs::file_type found = fs::symlink_status(path, error).type();
  if (found == fs::file_type::not_found) return false;
  if (found == fs::file_type::none) cannot_read(path, error.value());
  if (found == expected) return true;
  fail(
      "{}: is {}, expected {}; links, pipes and devices in such a folder are not opened: remove it, or put a copy in "
      "its place",
      path.string(), text_of(found), text_of(expected));
}

/// Opens the file at the end of a path from an open folder, following no symbolic link. Negative, with errno, on error.
int open_below(int folder, fs::path::iterator name, const fs::path::iterator& end, int flags) {
  const fs::path part = *name++;
  // O_NONBLOCK: a pipe that took the file's place does not make it wait.
  constexpr int kAlways = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  const bool is_last = name == end;
  const int opened = static_cast<int>(
      TEMP_FAILURE_RETRY(::openat(folder, part.c_str(), kAlways | (is_last ? flags : O_PATH | O_DIRECTORY), 0666)));
  if (is_last || opened < 0) return opened;
  const Descriptor inner(opened);
  return open_below(inner.value, name, end, flags);
}

bool is_regular(const Descriptor& file, struct stat& info) {
  return ::fstat(file.value, &info) == 0 && S_ISREG(info.st_mode);
}

}  // namespace

bool FolderFiles::has(const std::string& file) const {
  const fs::path below(file);
  fs::path part = folder_;
  for (auto name = below.begin(); name != below.end();) {
    if (*name == ".." || name->is_absolute()) fail("{}: leads out of {}", file, folder_.string());
    part /= *name++;
    const bool is_last = name == below.end();
    if (!is_there(part, is_last ? fs::file_type::regular : fs::file_type::directory)) return false;
  }
  return true;
}

bool FolderFiles::has_folder(const std::string& name) const { return is_there(path(name), fs::file_type::directory); }

Descriptor FolderFiles::open(const std::string& file, int flags) const {
  has(file);  // the message for what should not be there
  const Descriptor folder(open_retrying(folder_, O_PATH | O_DIRECTORY));
  if (folder.value < 0) return Descriptor(-1);
  const fs::path below(file);
  return Descriptor(open_below(folder.value, below.begin(), below.end(), flags));
}

std::string FolderFiles::read(const std::string& file) const {
  const Descriptor opened = open(file, O_RDONLY);
  if (opened.value < 0) cannot_read(path(file), errno);
  struct stat info;
  if (!is_regular(opened, info)) cannot_read(path(file), EINVAL);
  return read_open_file(opened, path(file));
}

void FolderFiles::write(const std::string& file, std::string_view bytes) const {
  has(file);
  replace_file(path(file), bytes);
}

bool FolderFiles::append(const std::string& file, uint64_t size, std::string_view bytes) const {
  const Descriptor opened = open(file, O_WRONLY | O_APPEND);
  struct stat info;
  if (opened.value < 0 || !is_regular(opened, info) || info.st_nlink != 1) return false;
  if (static_cast<uint64_t>(info.st_size) != size) return false;
  append_to_open_file(opened, path(file), size, bytes);
  return true;
}

void FolderFiles::remove(const std::string& file) const try {
  if (has(file)) ::unlink(path(file).c_str());
} catch (const Error&) {
}

void FolderFiles::make_folder(const std::string& name) const {
  std::error_code error;
  if (has_folder(name)) return;
  fs::create_directory(path(name), error);
  if (error) throw RuntimeFailure(fmt::format("{}: cannot make this folder: {}", path(name).string(), error.message()));
}

}  // namespace hourglass
