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
