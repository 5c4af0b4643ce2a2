#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "store/snapshot/byte_reader.h"
#include "store/snapshot/byte_writer.h"
#include "store/snapshot/rdb_format.h"

/// Libraries of functions in RDB files and in what FUNCTION DUMP gives: the code of each.
namespace store::snapshot {

/// The marks of a library, and of one of a Redis 7.0 before its release.
inline constexpr std::uint8_t kLibrary = 245;
inline constexpr std::uint8_t kOldLibrary = 246;

/// Appends a library: its mark, and its code.
void write_library(ByteWriter& out, std::string_view code);

/// What FUNCTION DUMP gives: each library behind its mark, then what ends every dump.
std::string dump_functions(std::span<const std::string_view> codes, DumpVersions versions = {});

/// What comes next in a dump of functions.
struct DumpedLibrary
{
    enum class Kind : std::uint8_t {
        Library,
        Damaged,
        OldFormat,  ///< of a Redis 7.0 before its release
        Other       ///< no library at all
    };

    Kind kind;
    std::string code = {};
};

/// Reads the libraries of a dump that was checked (see checked_dump()).
class FunctionsReader
{
public:
    explicit FunctionsReader(std::string_view checked) : reader_(checked) {}

    bool done() const { return reader_.remaining() == 0; }
    /// REQUIRES !done(). Nothing can be read behind anything but a library.
    DumpedLibrary next();

private:
    ByteReader reader_;
};

}  // namespace store::snapshot
