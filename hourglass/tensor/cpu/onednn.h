#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <dnnl.hpp>
#include <initializer_list>
#include <mutex>
#include <utility>
#include <vector>

/// Primitives of oneDNN, and caches of them. Every thread compiles primitives of its own, each of which runs on that
/// thread alone: parallelism is above the operations, so that results do not depend on the number of threads.
namespace hourglass::ops::cpu {

const dnnl::engine& engine();

/// A buffer of this thread that grows as needed, 64-byte aligned. Buffers of different index can be in use together.
void* scratch(size_t bytes, int index);

/// A compiled primitive together with the memory objects of its arguments.
class Primitive {
 public:
  /// An argument with an empty description is absent.
  Primitive(const dnnl::primitive& primitive, const dnnl::memory::desc& scratchpad,
            std::initializer_list<std::pair<int, dnnl::memory::desc>> arguments);
  /// Runs on the given data, in the order of the arguments; null for one that is absent.
  void operator()(std::initializer_list<const void*> data);

 private:
  dnnl::primitive primitive_;
  size_t scratchpad_bytes_;
  std::vector<dnnl::memory> memories_;
  std::vector<dnnl_exec_arg_t> arguments_;
};

/// Attributes of every primitive: the scratch memory is the caller's.
dnnl::primitive_attr attributes(bool accumulate = false);

/// A lock that one thread at a time holds while oneDNN compiles a primitive. Throws std::bad_alloc when too little
/// memory is left for that: the compiler does not check whether its allocations succeed.
std::unique_lock<std::mutex> lock_for_compilation();

/// Entries that this thread's caches hold together.
int64_t& cached_primitives();

/// Values by key, at most kCapacity: a new one then replaces the least recently used. oneDNN keeps up to 1024 compiled
/// primitives for all threads, so that making one of them again takes microseconds.
template <class Key, class Value>
class Cache {
 public:
  static constexpr size_t kCapacity = 256;

  /// The value of `key`, made by make(key) if missing. Valid until the next call.
  template <class Make>
  Value& get(const Key& key, Make make) {
    for (Entry& e : entries_)
      if (e.key == key) return used(e);
    const auto lock = lock_for_compilation();
    Entry made{key, make(key)};
    if (entries_.size() == kCapacity)
      return used(*std::ranges::min_element(entries_, {}, &Entry::last_use) = std::move(made));
    ++cached_primitives();
    return used(entries_.emplace_back(std::move(made)));
  }

 private:
  struct Entry {
    Key key;
    Value value;
    uint64_t last_use = 0;
  };
  Value& used(Entry& e) {
    e.last_use = ++uses_;
    return e.value;
  }

  std::vector<Entry> entries_;
  uint64_t uses_ = 0;
};

}  // namespace hourglass::ops::cpu
