#pragma once

namespace hourglass {

/// The version of the library: "1.2.3".
const char* version();

/// The day of its release: "2026-01-31".
const char* release_date();

}  // namespace hourglass
