#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>

namespace server {
class Server;
}

namespace server::commands {

/// Writes "name:value" lines. Only what is measured, or known to be so, is written: Redis's other
/// fields are left out rather than invented.
class Fields
{
public:
    explicit Fields(std::string& out) : out_(out) {}

    /// Several that have one value: what a server is asked about that has nothing to tell.
    template <class Value>
    void add_all(std::initializer_list<std::string_view> names, const Value& value)
    {
        for (const auto name : names) add(name, value);
    }

    template <class Value>
    void add(std::string_view name, const Value& value)
    {
        fmt::format_to(std::back_inserter(out_), "{}:{}\r\n", name, value);
    }

    /// A number of bytes, and again in the unit that suits people.
    void add_bytes(std::string_view name, std::size_t bytes)
    {
        add(name, bytes);
        fmt::format_to(std::back_inserter(out_), "{}_human:{}\r\n", name, human(bytes));
    }

private:
    static std::string human(std::size_t bytes)
    {
        if (bytes < 1024) return fmt::format("{}B", bytes);
        double amount = static_cast<double>(bytes) / 1024;
        constexpr std::string_view kUnits = "KMGTP";
        std::size_t unit = 0;
        for (; amount >= 1024 && unit + 1 < kUnits.size(); ++unit) amount /= 1024;
        return fmt::format("{:.2f}{}", amount, kUnits[unit]);
    }

    std::string& out_;
};

inline std::int64_t whole_seconds(std::chrono::microseconds time)
{
    return std::chrono::duration_cast<std::chrono::seconds>(time).count();
}

// The sections of INFO, without their titles.
void write_server(Server& server, Fields& fields);
void write_clients(Server& server, Fields& fields);
void write_memory(Server& server, Fields& fields);
void write_persistence(Server& server, Fields& fields);
void write_stats(Server& server, Fields& fields);
void write_replication(Server& server, Fields& fields);
void write_cpu(Server& server, Fields& fields);
void write_commandstats(Server& server, Fields& fields);
void write_errorstats(Server& server, Fields& fields);
void write_latencystats(Server& server, Fields& fields);
void write_dispatch(Server& server, Fields& fields);
void write_cluster(Server& server, Fields& fields);
void write_keyspace(Server& server, Fields& fields);

}  // namespace server::commands
