#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "server/execution/args.h"

namespace server::commands {

/// What SORT and SORT_RO were asked for.
struct SortOptions
{
    bool descending = false;
    bool alphabetical = false;
    std::optional<std::string_view> by;
    bool in_given_order = false;  ///< one of the BY patterns has no asterisk
    std::vector<std::string_view> get;
    std::int64_t offset = 0;
    std::int64_t count = -1;  ///< negative: all
    std::optional<std::string_view> destination;
};

/// Reads the options that are left; STORE only for SORT.
SortOptions next_sort_options(Args& args, bool may_store);

/// The part of `size` elements that LIMIT leaves, as a first and an end index.
struct SortRange
{
    std::size_t first;
    std::size_t end;
};
SortRange limited_range(const SortOptions& options, std::size_t size);

}  // namespace server::commands
