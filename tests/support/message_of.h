#pragma once

#include <string>

namespace hourglass {

/// What the Exception says that f throws; other exceptions pass.
template <class Exception, class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const Exception& e) {
    return e.what();
  }
  return "nothing was thrown";
}

}  // namespace hourglass
