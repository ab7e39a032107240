#include "hourglass/data/stored_array.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "hourglass/base/error.h"

namespace hourglass {
namespace {

void check_numbers(const StoredArray& array, int64_t width, bool nan_is_missing, const std::string& name) {
  constexpr size_t kStep = 1 << 14;
  std::vector<float> some(kStep);
  for (size_t first = 0; first < array.size(); first += kStep) {
    const auto end = some.begin() + static_cast<ptrdiff_t>(std::min(kStep, array.size() - first));
    array.read(first, static_cast<size_t>(end - some.begin()), some.data());
    // 0 · x is 0 for every finite x; one sum is faster than a search.
    float sum = 0;
    for (auto x = some.begin(); x != end; ++x) sum += 0.0f * *x;
    if (sum == 0) continue;
    const auto bad = std::find_if(some.begin(), end, [&](float x) { return !is_usable(x, nan_is_missing); });
    if (bad == end) continue;
    const auto place = static_cast<int64_t>(first) + (bad - some.begin());
    if (!std::isnan(*bad)) refuse_number(name, place, width, *bad);
    fail(
        "{}: row {}, column {} (counted from 0) has no value (NaN); "
        "[data] missing = \"mean\" fills them in, in a file of {} MiB and more",
        name, place / width, place % width, kMapFrom >> 20);
  }
}

}  // namespace

StoredArray::StoredArray(std::shared_ptr<const MappedFile> file, const NpyHeader& header)
    : file_(std::move(file)), header_(header), decode_(npy_decoder(header.type)) {
  HOURGLASS_CHECK(!header.fortran && header.start + size() * header.item() <= file_->bytes().size());
}

bool StoredArray::is_plain_floats() const {
  return header_.type != ">f4" && header_.type.ends_with("f4") &&
         reinterpret_cast<uintptr_t>(at(0)) % alignof(float) == 0;
}

std::string_view StoredArray::bytes() const { return {at(0), size() * header_.item()}; }

StoredArray StoredArray::part(size_t first, size_t count) const {
  HOURGLASS_CHECK(first + count <= size());
  StoredArray some = *this;
  some.header_.start += first * header_.item();
  some.header_.count = static_cast<int64_t>(count);
  return some;
}

StoredNpy map_npy(const std::string& path, bool nan_is_missing) {
  auto file = std::make_shared<const MappedFile>(path);
  const NpyHeader header = read_npy_header(file->bytes(), path);
  check_npy_length(header, file->bytes().size() - header.start, path);
  StoredNpy npy{header.shape, StoredArray(std::move(file), header)};
  if (!npy.values.is_bytes()) check_numbers(npy.values, header.count / header.shape[0], nan_is_missing, path);
  return npy;
}

}  // namespace hourglass
