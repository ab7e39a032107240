#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace hourglass {

/// Working memory for tasks that run beside each other: each takes what another has put back, so there is as much as
/// ever ran at one time.
template <class T>
class FreeList {
 public:
  /// Calls use(T&); `make` gives a new T, as a unique_ptr, where none is free.
  template <class Make, class Use>
  void with(Make make, Use use) {
    std::unique_ptr<T> item = take();
    if (!item) item = make();
    use(*item);
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(item));
  }

 private:
  std::unique_ptr<T> take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return nullptr;
    std::unique_ptr<T> item = std::move(free_.back());
    free_.pop_back();
    return item;
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<T>> free_;
};

}  // namespace hourglass
