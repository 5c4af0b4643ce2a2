#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "server/execution/args.h"

namespace server::commands {

/// `FIELDS number field [field ...]`, the last arguments, as Redis 8 reads them. `bad_number` is
/// the error for a number that is none or below 1.
std::span<const std::string_view> next_counted_fields(
    Args& args, std::string_view bad_number = "ERR Number of fields must be a positive integer");

}  // namespace server::commands
