#pragma once

#include <span>
#include <string_view>

#include "server/execution/args.h"

namespace server::commands {

/// `numkeys key [key ...]` as SINTERCARD, ZMPOP and LMPOP have it. Throws if the number is below 1,
/// and `too_many` if it is more than there are arguments.
std::span<const std::string_view> next_counted_keys(Args& args,
                                                    std::string_view too_many = text::kSyntax);

}  // namespace server::commands
