#pragma once

#include <atomic>
#include <cstddef>

/// What the whole program asks operator new for, the libraries it links included.
extern std::atomic<size_t> largest_request;
extern std::atomic<size_t> requests;
