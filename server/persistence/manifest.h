#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace server {

/// Which files make up the log, in the form of Redis 7: a base, which is the whole of the data at
/// some moment, and increments, which say in order what was done since then.
///
///     file appendonly.aof.1.base.rdb seq 1 type b
///     file appendonly.aof.1.incr.aof seq 1 type i
struct Manifest
{
    struct File
    {
        std::string name;  ///< in the log's folder
        std::uint64_t number = 0;

        bool operator==(const File&) const = default;
    };
    struct Error : std::runtime_error
    {
        using std::runtime_error::runtime_error;
    };

    std::optional<File> base;
    std::vector<File> history;     ///< needed no more, and not deleted yet
    std::vector<File> increments;  ///< the last one is written to

    /// Throws Error with Redis's words.
    static Manifest parse(std::string_view text);
    std::string text() const;

    /// The names of the next ones, for files that begin with `name`.
    File next_base(std::string_view name) const;
    File next_increment(std::string_view name) const;

    bool operator==(const Manifest&) const = default;
};

/// "appendonly.aof.manifest"
std::string manifest_name(std::string_view name);

}  // namespace server
