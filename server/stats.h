#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "store/clock.h"

namespace server {

/// What INFO counts. CONFIG RESETSTAT sets all of it but `started_at` back to zero.
struct Stats
{
    std::uint64_t connections_received = 0;
    std::uint64_t connections_rejected = 0;
    std::uint64_t commands_processed = 0;
    std::uint64_t input_bytes = 0;
    std::uint64_t output_bytes = 0;
    std::uint64_t keys_expired = 0;
    std::uint64_t changes = 0;  ///< changes to keys since the start
    std::uint64_t error_replies = 0;
    std::uint64_t output_limit_disconnections = 0;
    std::uint64_t wrong_passwords = 0;
    std::map<std::string, std::uint64_t, std::less<>> errors_by_prefix;  ///< "ERR" -> 12

    void count_error(std::string_view line)
    {
        ++error_replies;
        const std::string_view prefix = line.substr(0, line.find(' '));
        const auto found = errors_by_prefix.find(prefix);
        if (found != errors_by_prefix.end()) {
            ++found->second;
        } else if (errors_by_prefix.size() < kMostPrefixes) {
            errors_by_prefix.emplace(prefix, 1);
        }
    }

private:
    // Prefixes can come from clients' scripts: the map must not grow with them.
    static constexpr std::size_t kMostPrefixes = 128;
};

}  // namespace server
