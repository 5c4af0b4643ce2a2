#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/catalogue/command.h"
#include "server/execution/command_stats.h"
#include "server/meter.h"
#include "store/clock.h"

namespace server {

/// What INFO counts.
struct Stats
{
    std::uint64_t connections_received = 0;
    std::uint64_t connections_rejected = 0;
    std::uint64_t reads = 0;
    std::uint64_t writes = 0;
    std::uint64_t input_bytes = 0;
    std::uint64_t output_bytes = 0;
    std::uint64_t keys_expired = 0;
    std::uint64_t keys_evicted = 0;
    std::uint64_t changes = 0;            ///< changes to keys by commands since the start
    std::uint64_t changes_by_server = 0;  ///< and those that the server made on its own
    std::uint64_t error_replies = 0;
    std::uint64_t query_limit_disconnections = 0;
    std::uint64_t output_limit_disconnections = 0;
    std::uint64_t clients_evicted = 0;
    std::uint64_t wrong_passwords = 0;
    std::uint64_t commands_denied = 0;  ///< to users who may not run them
    std::uint64_t keys_denied = 0;
    std::uint64_t channels_denied = 0;
    std::chrono::nanoseconds expire_time{};       ///< what the ticks took to remove expired keys
    std::chrono::nanoseconds time_over_memory{};  ///< over maxmemory though keys were evicted
    std::optional<std::chrono::nanoseconds> over_memory_since;  ///< by the stopwatch, if it is now
    std::map<std::string, std::uint64_t, std::less<>> errors_by_prefix;  ///< "ERR" -> 12

    std::vector<CommandStats> commands;  ///< by Command::number
    Meter commands_meter;
    Meter input_meter;
    Meter output_meter;

    CommandStats& of(const Command& command) { return commands[command.number]; }

    std::uint64_t commands_processed() const
    {
        std::uint64_t sum = 0;
        for (const CommandStats& command : commands) sum += command.calls();
        return sum;
    }

    /// Tells the meters what was counted. False, and nothing done, if the last time was just now.
    bool sample(store::TimePoint now)
    {
        const auto elapsed = now - last_sample_;
        if (elapsed < Meter::kInterval) return false;
        commands_meter.sample(commands_processed(), elapsed);
        input_meter.sample(input_bytes, elapsed);
        output_meter.sample(output_bytes, elapsed);
        last_sample_ = now;
        return true;
    }

    /// CONFIG RESETSTAT. The number of changes to keys stays: it is what a WATCH and a snapshot go
    /// by, no statistic. A command's place in `commands` stays, too: one is just running.
    void reset()
    {
        std::vector<CommandStats> places = std::move(commands);
        for (CommandStats& command : places) command = CommandStats{};
        const std::uint64_t changes_until_now = changes;
        const store::TimePoint last_sample = last_sample_;
        *this = Stats{};
        commands = std::move(places);
        changes = changes_until_now;
        last_sample_ = last_sample;
    }

    void count_error(std::string_view line)
    {
        ++error_replies;
        const std::string_view prefix = line.substr(0, line.find(' '));
        const auto found = errors_by_prefix.find(prefix);
        if (found != errors_by_prefix.end()) {
            ++found->second;
        } else if (errors_by_prefix.size() < kMaxPrefixes) {
            errors_by_prefix.emplace(prefix, 1);
        }
    }

private:
    store::TimePoint last_sample_{};

    // Prefixes can come from clients' scripts: the map must not grow with them.
    static constexpr std::size_t kMaxPrefixes = 128;
};

}  // namespace server
