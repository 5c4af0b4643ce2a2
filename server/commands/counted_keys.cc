#include "server/commands/counted_keys.h"

#include <limits>

namespace server::commands {

std::span<const std::string_view> next_counted_keys(Args& args, std::string_view too_many)
{
    const auto count = args.next_integer_in(1, std::numeric_limits<std::int64_t>::max(),
                                            "ERR numkeys should be greater than 0");
    if (static_cast<std::uint64_t>(count) > args.remaining()) throw CommandError{too_many};
    return args.next_many(static_cast<std::size_t>(count));
}

}  // namespace server::commands
