#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/execution/call.h"
#include "store/glob.h"

namespace server::commands {

/// The options of the SCAN family.
struct ScanOptions
{
    /// An option that one command of the family has alone.
    enum class Extra : std::uint8_t { None, Type, KnownType, NoValues };

    std::int64_t count = 10;
    std::string_view pattern = "*";
    std::optional<std::string_view> type;  ///< TYPE of SCAN
    bool no_values = false;                ///< NOVALUES of HSCAN, of Redis 7.4

    bool wants(std::string_view name) const
    {
        return pattern == "*" || store::matches(pattern, name);
    }
};

/// The type of this name, in whatever case; nothing if there is none.
std::optional<store::Type> type_named(std::string_view name);

/// The next argument as a cursor; throws "ERR invalid cursor".
std::uint64_t next_cursor(Call& call);

/// The options up to the end of the arguments.
/// A KnownType is refused if there is none of this name.
ScanOptions next_scan_options(Args& args, ScanOptions::Extra extra = ScanOptions::Extra::None);

/// Replies with a cursor and what was found: an array of two.
void reply_scan(Call& call, std::uint64_t cursor, const std::vector<std::string>& matches);

/// SSCAN, HSCAN, ZSCAN: visits about COUNT elements of a container from `cursor` and replies.
/// `collect(matches, element...)` appends what is wanted of an element.
template <class Container, class Collect>
void scan_container(Call& call, const Container& container, std::uint64_t cursor,
                    const ScanOptions& options, Collect&& collect)
{
    std::vector<std::string> matches;
    std::int64_t visited = 0;
    do {
        cursor = container.scan(cursor, [&](auto&&... element) {
            ++visited;
            collect(matches, element...);
        });
    } while (cursor != 0 && visited < options.count);
    reply_scan(call, cursor, matches);
}

}  // namespace server::commands
