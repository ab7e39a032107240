#include "hourglass/data/formats/named_arrays.h"

#include "hourglass/base/error.h"
#include "hourglass/base/text.h"

namespace hourglass {

size_t find_array(const std::vector<std::string>& names, const std::string& member, const std::string& file,
                  const char* noun) {
  if (names.empty()) fail("{}: holds no {}", file, noun);
  if (names.size() == 1 && member.empty()) return 0;
  // From the last: in a zip archive the last entry of a name wins.
  for (size_t i = names.size(); i > 0; --i)
    if (names[i - 1] == member) return i - 1;
  const std::string list = listed(names, 20);
  if (!member.empty()) fail("{}: no {} \"{}\"; it holds {}", file, noun, member, list);
  fail("{0}: holds {1} {2}s: {3}; name one, as in {0}:{4}", file, names.size(), noun, list, names[0]);
}

}  // namespace hourglass
