#pragma once

namespace hourglass {

/// Thrown to end a long task that the user asked to stop. It is no error: what is complete stays.
struct Interrupted {};

}  // namespace hourglass
