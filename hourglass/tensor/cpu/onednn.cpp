#include "hourglass/tensor/cpu/onednn.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <new>

#include "hourglass/base/error.h"

namespace hourglass::ops::cpu {

namespace {

constexpr std::align_val_t kAlignment{64};
constexpr int kScratchpad = 0;
constexpr int kBuffers = 4;

struct Buffer {
  std::byte* data = nullptr;
  size_t size = 0;
  ~Buffer() { ::operator delete[](data, kAlignment); }
};

const dnnl::stream& stream() {
  thread_local const dnnl::stream s(engine());
  return s;
}

/// Held while a primitive is compiled, and while a scratch buffer grows.
std::mutex& compiling() {
  static std::mutex mutex;
  return mutex;
}

void check_free_memory() {
  constexpr size_t kBytes = size_t{64} << 20;  // for the compiler, and for what other threads take meanwhile
  void* free = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (free == MAP_FAILED) throw std::bad_alloc();
  ::munmap(free, kBytes);
}

}  // namespace

const dnnl::engine& engine() {
  static const dnnl::engine e(dnnl::engine::kind::cpu, 0);
  return e;
}

void* scratch(size_t bytes, int index) {
  thread_local std::array<Buffer, kBuffers> buffers;
  Buffer& b = buffers[index];
  if (b.size < bytes) {
    const std::lock_guard no_compilation(compiling());
    ::operator delete[](b.data, kAlignment);
    b.data = nullptr;
    b.size = 0;
    b.data = new (kAlignment) std::byte[bytes];
    b.size = bytes;
  }
  return b.data;
}

int64_t& cached_primitives() {
  thread_local int64_t count = 0;
  return count;
}

std::unique_lock<std::mutex> lock_for_compilation() {
  std::unique_lock lock(compiling());
  check_free_memory();
  // The first matrix product compiles what all of them share: here, where no other thread takes memory.
  static const dnnl_status_t products = [] {
    std::array<float, 256> a{}, b{}, c{};
    return dnnl_sgemm('N', 'N', 16, 16, 16, 1.0f, a.data(), 16, b.data(), 16, 0.0f, c.data(), 16);
  }();
  if (products != dnnl_success) throw std::bad_alloc();
  return lock;
}

Primitive::Primitive(const dnnl::primitive& primitive, const dnnl::memory::desc& scratchpad,
                     std::initializer_list<std::pair<int, dnnl::memory::desc>> arguments)
    : primitive_(primitive), scratchpad_bytes_(scratchpad.get_size()) {
  for (const auto& [index, desc] : arguments) {
    if (desc.is_zero()) continue;
    memories_.emplace_back(desc, engine(), nullptr);
    arguments_.push_back({index, memories_.back().get()});
  }
  memories_.emplace_back(scratchpad, engine(), nullptr);
  arguments_.push_back({DNNL_ARG_SCRATCHPAD, memories_.back().get()});
}

void Primitive::operator()(std::initializer_list<const void*> data) {
  const auto given = std::ranges::count_if(data, [](const void* p) { return p != nullptr; });
  HOURGLASS_CHECK(given + 1 == std::ssize(memories_));
  size_t i = 0;
  for (const void* p : data)
    if (p) dnnl_memory_set_data_handle(memories_[i++].get(), const_cast<void*>(p));
  if (scratchpad_bytes_ > 0) dnnl_memory_set_data_handle(memories_[i].get(), scratch(scratchpad_bytes_, kScratchpad));
  const auto status =
      dnnl_primitive_execute(primitive_.get(), stream().get(), static_cast<int>(arguments_.size()), arguments_.data());
  if (status == dnnl_out_of_memory) throw std::bad_alloc();
  HOURGLASS_CHECK(status == dnnl_success);
}

dnnl::primitive_attr attributes(bool accumulate) {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  if (accumulate) {
    dnnl::post_ops ops;
    ops.append_sum(1.0f);
    attr.set_post_ops(ops);
  }
  return attr;
}

}  // namespace hourglass::ops::cpu
