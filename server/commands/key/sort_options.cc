#include "server/commands/key/sort_options.h"

#include <algorithm>

namespace server::commands {

SortOptions next_sort_options(Args& args, bool may_store)
{
    SortOptions options;
    while (!args.done()) {
        if (args.accept("ASC")) {
            options.descending = false;
        } else if (args.accept("DESC")) {
            options.descending = true;
        } else if (args.accept("ALPHA")) {
            options.alphabetical = true;
        } else if (args.accept("LIMIT", 2)) {
            options.offset = args.next_integer();
            options.count = args.next_integer();
        } else if (may_store && args.accept("STORE", 1)) {
            options.destination = args.next();
        } else if (args.accept("BY", 1)) {
            options.by = args.next();
            options.in_given_order |= options.by->find('*') == options.by->npos;
        } else if (args.accept("GET", 1)) {
            options.get.push_back(args.next());
        } else {
            throw CommandError{text::kSyntax};
        }
    }
    return options;
}

SortRange limited_range(const SortOptions& options, std::size_t size)
{
    const auto whole = static_cast<std::int64_t>(size);
    const std::int64_t first = std::clamp<std::int64_t>(options.offset, 0, whole);
    const std::int64_t count = options.count < 0 ? whole : std::min(options.count, whole);
    const std::int64_t end = std::min(first + count, whole);
    return {static_cast<std::size_t>(first), static_cast<std::size_t>(end)};
}

}  // namespace server::commands
