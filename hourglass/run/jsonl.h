#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hourglass/run/events.h"

namespace hourglass {

/// Writes an epoch as one line of metrics.jsonl, without the newline:
/// `{"epoch":1,"train":{"loss":…,"reconstruction":…,"contractive":…},"test":{…},"seconds":…,"samples_per_second":…}`.
/// Doubles are exact; a value that is not finite becomes null.
std::string epoch_json(const EpochRecord& epoch);

/// Parses lines of epoch_json; null becomes NaN, and the order of the penalties is kept. Throws Error with `name` and
/// line number for an unknown, missing or repeated key, a wrong type, or an epoch out of order.
std::vector<EpochRecord> parse_epochs(std::string_view text, std::string_view name);

}  // namespace hourglass
