#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hourglass::fuzz {

/// A reader of untrusted bytes. Whatever they are, `read` takes them or throws Error; anything else is a finding. What
/// it takes it uses: a model reconstructs, a checkpoint is trained on, and where there is a writer the bytes come back.
struct Target {
  const char* name;
  void (*read)(std::string_view bytes);
  /// Good input to start from, made by the writers of this version.
  std::vector<std::string> (*seeds)();
};

std::span<const Target> targets();

/// Throws Error when there is none of this name.
const Target& find_target(std::string_view name);

}  // namespace hourglass::fuzz
