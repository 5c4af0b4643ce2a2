#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "store/clock.h"
#include "store/usage.h"

/// RDB files, as Redis writes them:
/// https://github.com/redis/redis/blob/7.2/src/rdb.h, rdb.c. A file is a header, items, each behind
/// a mark, and an end: a mark and a CRC-64 of all before it, or zeros.
namespace store::snapshot {

inline constexpr std::string_view kRdbMagic = "REDIS";
inline constexpr std::size_t kRdbHeaderBytes = 9;  ///< with four digits of the version
inline constexpr std::size_t kRdbChecksumBytes = 8;

/// Redis 7.0's, so that it takes what is written. Redis 7.2 writes 11 and Redis 7.4 to 8 write 12,
/// which add types only.
inline constexpr int kRdbWrittenVersion = 10;
inline constexpr int kRdbOldestVersion = 6;  ///< Redis 2.6
inline constexpr int kRdbNewestVersion = 12;

/// The versions at the end of what DUMP writes. Up to 11 they mean the same to Redis and to Valkey,
/// which counts on from 80.
struct DumpVersions
{
    int written = kRdbWrittenVersion;
    int newest = kRdbNewestVersion;

    bool are_read(int version) const
    {
        constexpr int kNewestOfBoth = 11;
        return version == newest || (version < newest && version <= kNewestOfBoth);
    }
};

/// The marks of what is no key. A key has its type's tag instead (TypeTraits::kSnapshotTags).
enum class RdbMark : std::uint8_t {
    SlotInfo = 244,  ///< of a cluster: three lengths
    Library = 245,   ///< of functions: see functions.h
    OldLibrary = 246,
    ModuleData = 247,
    IdleTime = 248,  ///< of the key that follows, as the next three
    Frequency = 249,
    Field = 250,  ///< what is told of the file: a name and a value
    Sizes = 251,  ///< of the database: keys, and those with deadlines
    DeadlineMs = 252,
    DeadlineSeconds = 253,
    Database = 254,
    End = 255,
};

/// What stands before a key: marks, each with its number.
struct RdbKeyHead
{
    std::optional<Deadline> deadline = {};
    ToldUsage usage = {};
};

}  // namespace store::snapshot
