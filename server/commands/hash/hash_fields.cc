#include "server/commands/hash/hash_fields.h"

#include <limits>

#include "server/execution/command_error.h"

namespace server::commands {

std::span<const std::string_view> next_counted_fields(Args& args, std::string_view bad_number)
{
    if (!args.accept("FIELDS")) {
        throw CommandError{"ERR Mandatory argument FIELDS is missing or not at the right position"};
    }
    const std::int64_t count =
        args.next_integer_in(1, std::numeric_limits<std::int32_t>::max(), bad_number);
    if (static_cast<std::uint64_t>(count) != args.remaining()) {
        throw CommandError{"ERR The `numfields` parameter must match the number of arguments"};
    }
    return args.rest();
}

}  // namespace server::commands
