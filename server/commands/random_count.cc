#include "server/commands/random_count.h"

#include <limits>

namespace server::commands {

RandomCount next_random_count(Args& args)
{
    const std::int64_t count = args.next_integer();
    if (count == std::numeric_limits<std::int64_t>::min()) {
        throw CommandError{
            "ERR value is out of range, value must between -9223372036854775807 and "
            "9223372036854775807"};
    }
    return {static_cast<std::uint64_t>(count < 0 ? -count : count), count < 0};
}

}  // namespace server::commands
