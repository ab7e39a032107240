#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hourglass/run/events.h"

namespace hourglass {

/// One line of metrics.jsonl, without the newline:
/// `{"epoch":1,"train":{"loss":…,"reconstruction":…,"contractive":…},"test":{…},"seconds":…,"samples_per_second":…}`.
/// Doubles survive the way back bit by bit; what is not finite becomes null.
std::string epoch_json(const EpochRecord& epoch);

/// Reads what epoch_json wrote, one object a line; null becomes NaN, the penalties keep their order. Throws Error with
/// `name` and the line number for anything else: an unknown, missing or repeated key, a wrong type, an epoch that does
/// not follow the one before.
std::vector<EpochRecord> parse_epochs(std::string_view text, std::string_view name);

}  // namespace hourglass
