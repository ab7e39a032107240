#include "memory/requests.h"

#include <cstdlib>
#include <new>

std::atomic<size_t> largest_request = 0;

namespace {

void* allocate(size_t bytes) {
  size_t seen = largest_request;
  while (bytes > seen && !largest_request.compare_exchange_weak(seen, bytes)) {
  }
  return std::malloc(bytes);
}

}  // namespace

// Those that do not throw too, for a sanitizer's own would not fit the operators delete below.
void* operator new(size_t bytes) {
  if (void* p = allocate(bytes)) return p;
  throw std::bad_alloc();
}
void* operator new[](size_t bytes) { return operator new(bytes); }
void* operator new(size_t bytes, const std::nothrow_t&) noexcept { return allocate(bytes); }
void* operator new[](size_t bytes, const std::nothrow_t&) noexcept { return allocate(bytes); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { std::free(p); }
void operator delete[](void* p, size_t) noexcept { std::free(p); }
