#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace hourglass {

/// Pool of reusable objects for concurrent tasks, such as working memory. It grows to the largest number of objects
/// that were in use at the same time.
template <class T>
class FreeList {
 public:
  /// Calls use(T&) with a free object; if there is none, make() creates one and returns a unique_ptr.
  void with(auto make, auto use) {
    std::unique_ptr<T> item;
    if (const std::lock_guard lock(mutex_); !free_.empty()) {
      item = std::move(free_.back());
      free_.pop_back();
    }
    if (!item) item = make();
    use(*item);
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(item));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<T>> free_;
};

}  // namespace hourglass
