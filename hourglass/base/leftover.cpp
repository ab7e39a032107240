#include "hourglass/base/leftover.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <string>

namespace hourglass {
namespace {

/// A path as a signal handler can read it: it is complete while the state is `used`, and nothing else changes it once
/// the handler has set `taken`.
struct Slot {
  enum State { unused, being_written, used, taken };
  std::atomic<int> state = unused;
  Leftover::Kind kind = Leftover::Kind::file;
  pid_t process = 0;  ///< a child of it deletes nothing
  std::array<char, 4096> path = {};
};

static_assert(std::atomic<int>::is_always_lock_free, "a signal handler reads it");

std::array<Slot, 24> slots;

bool change(Slot& slot, int from, int to) { return slot.state.compare_exchange_strong(from, to); }

bool take(Slot& slot) { return slot.process == ::getpid() && change(slot, Slot::used, Slot::taken); }

int fill_slot(const std::string& path, Leftover::Kind kind) {
  if (path.size() >= slots[0].path.size()) return -1;
  for (size_t i = 0; i < slots.size(); ++i) {
    Slot& slot = slots[i];
    if (!change(slot, Slot::unused, Slot::being_written)) continue;
    std::memcpy(slot.path.data(), path.c_str(), path.size() + 1);
    slot.kind = kind;
    slot.process = ::getpid();
    slot.state = Slot::used;
    return static_cast<int>(i);
  }
  return -1;
}

/// Deletes a file, or a folder with its content; opendir(3) may not be called in a signal handler.
void remove_tree(int parent, const char* name, int depth) {
  constexpr int kDeepest = 16;
  if (::unlinkat(parent, name, 0) == 0 || depth == kDeepest) return;
  const int folder = ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder < 0) return;
  alignas(dirent64) std::array<char, 2048> buffer;
  for (long n; (n = ::syscall(SYS_getdents64, folder, buffer.data(), buffer.size())) > 0;)
    for (long at = 0; at < n;) {
      const auto* entry = reinterpret_cast<const dirent64*>(buffer.data() + at);
      const bool is_itself = std::strcmp(entry->d_name, ".") == 0 || std::strcmp(entry->d_name, "..") == 0;
      if (!is_itself) remove_tree(folder, entry->d_name, depth + 1);
      at += entry->d_reclen;
    }
  ::close(folder);
  ::unlinkat(parent, name, AT_REMOVEDIR);
}

}  // namespace

Leftover::Leftover(const std::filesystem::path& path, Kind kind) : slot_(fill_slot(path.string(), kind)) {}

Leftover::~Leftover() {
  if (slot_ >= 0) change(slots[static_cast<size_t>(slot_)], Slot::used, Slot::unused);
}

void remove_leftovers() {
  for (Slot& slot : slots) {
    if (slot.kind == Leftover::Kind::empty_folder || !take(slot)) continue;
    if (slot.kind == Leftover::Kind::tree)
      remove_tree(AT_FDCWD, slot.path.data(), 0);
    else
      ::unlink(slot.path.data());
  }
  // An inner folder is registered after the one around it.
  for (auto slot = slots.rbegin(); slot != slots.rend(); ++slot)
    if (slot->kind == Leftover::Kind::empty_folder && take(*slot)) ::rmdir(slot->path.data());
}

}  // namespace hourglass
