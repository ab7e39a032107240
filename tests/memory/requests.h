#pragma once

#include <atomic>
#include <cstddef>

/// The most that the whole program has asked operator new for at once, the libraries it links included; set to 0 by who
/// wants to know from then on.
extern std::atomic<size_t> largest_request;
