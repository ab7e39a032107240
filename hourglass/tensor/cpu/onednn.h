#pragma once

#include <cstddef>
#include <dnnl.hpp>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

/// What the oneDNN callers share. Primitives are made once per thread and shape, for one thread each: parallelism lives
/// above the operations, so a result never depends on how many threads there are.
namespace hourglass::ops::cpu {

const dnnl::engine& engine();

/// A thread's own growing buffer, 64-byte aligned. Index tells buffers in use at the same time apart.
void* scratch(size_t bytes, int index);

/// A compiled primitive together with the memory objects of its arguments.
class Primitive {
 public:
  Primitive(const dnnl::primitive& primitive, const dnnl::memory::desc& scratchpad,
            std::initializer_list<std::pair<int, dnnl::memory::desc>> arguments);
  /// Runs on the given data, in the order of the arguments.
  void operator()(std::initializer_list<const void*> data);

 private:
  dnnl::primitive primitive_;
  size_t scratchpad_bytes_;
  std::vector<dnnl::memory> memories_;
  std::vector<dnnl_exec_arg_t> arguments_;
};

/// Attributes of every primitive: the caller owns the scratch memory.
dnnl::primitive_attr attributes(bool accumulate = false);

/// To be held while oneDNN compiles a primitive, by one thread at a time. Throws std::bad_alloc when there is no room
/// for what that takes: the compiler writes to memory without looking whether it got any.
std::unique_lock<std::mutex> room_to_compile();

/// A few entries found by comparing keys; `make(key)` fills a missing one.
template <class Key, class Value>
class Cache {
 public:
  template <class Make>
  Value& get(const Key& key, Make make) {
    for (auto& entry : entries_)
      if (entry->first == key) return entry->second;
    const auto room = room_to_compile();
    entries_.push_back(std::make_unique<std::pair<Key, Value>>(key, make(key)));
    return entries_.back()->second;
  }

 private:
  std::vector<std::unique_ptr<std::pair<Key, Value>>> entries_;
};

}  // namespace hourglass::ops::cpu
