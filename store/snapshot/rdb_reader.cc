#include "store/snapshot/rdb_reader.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "store/snapshot/functions.h"
#include "store/snapshot/rdb_format.h"
#include "store/snapshot/string_codec.h"

namespace store::snapshot {

namespace {

constexpr const char* kNoRdb = "it is no RDB file. Is it the one that was meant?";

/// The types of Redis that there are not here.
std::string_view foreign_type(std::uint8_t tag)
{
    switch (tag) {
        case 6:
        case 7: return "of a module";
        case 9: return "a hash as Redis before 2.6 wrote it";
        case 15:
        case 19:
        case 21: return "a stream";
        case 22:
        case 23: return "a hash with expiring fields, of a Redis 7.4 before its release";
        default: return {};
    }
}

/// Names may be long, and anything.
std::string shown(std::string_view key)
{
    constexpr std::size_t kMost = 100;
    return fmt::format("'{}'{}", key.substr(0, kMost), key.size() > kMost ? "..." : "");
}

/// Behind the marks of a module: values, each behind a mark of its own, until one that ends them.
void skip_module_data(ByteReader& reader)
{
    enum : std::uint64_t {
        kEnd = 0,
        kSigned = 1,
        kUnsigned = 2,
        kFloat = 3,
        kDouble = 4,
        kText = 5
    };
    read_length(reader);  // which module
    require(read_length(reader) == kUnsigned);
    read_length(reader);  // when it was written
    while (true) {
        switch (read_length(reader)) {
            case kEnd: return;
            case kSigned:
            case kUnsigned: read_length(reader); break;
            case kFloat: reader.take(4); break;
            case kDouble: reader.take(8); break;
            case kText: read_string(reader); break;
            default: throw FormatError{};
        }
    }
}

Deadline deadline_at(std::int64_t ms) { return Deadline{std::chrono::milliseconds{ms}}; }

}  // namespace

void RdbReader::read_header(std::string_view bytes)
{
    if (bytes.size() < kRdbHeaderBytes || !bytes.starts_with(kRdbMagic)) throw RdbError{kNoRdb};
    int version = 0;
    for (const char digit : bytes.substr(kRdbMagic.size(), 4)) {
        if (digit < '0' || digit > '9') throw RdbError{kNoRdb};
        version = 10 * version + (digit - '0');
    }
    if (version < kRdbOldestVersion || version > kRdbNewestVersion) {
        throw RdbError{fmt::format("it has version {} of the format; versions {} to {} can be read",
                                   version, kRdbOldestVersion, kRdbNewestVersion)};
    }
}

std::size_t RdbReader::read_item(std::string_view bytes)
{
    ByteReader reader{bytes, ByteReader::Bytes::Part};
    try {
        read_mark(reader, reader.take_byte());
    } catch (const NeedsMore&) {
        throw;
    } catch (const FormatError&) {
        throw RdbError{"it is damaged. Try redis-check-rdb on it, or take an older copy"};
    }
    return bytes.size() - reader.remaining();
}

void RdbReader::read_mark(ByteReader& reader, std::uint8_t mark)
{
    switch (static_cast<RdbMark>(mark)) {
        case RdbMark::SlotInfo:
            for (int i = 0; i < 3; ++i) read_length(reader);
            return;
        case RdbMark::Library: return visitor_.library(read_string(reader));
        case RdbMark::OldLibrary:
            throw RdbError{"it has functions as a Redis 7.0 before its release wrote them"};
        case RdbMark::ModuleData: return skip_module_data(reader);
        case RdbMark::Field: {
            const std::string name = read_string(reader);
            return visitor_.field(name, read_string(reader));
        }
        case RdbMark::Sizes: {
            const std::uint64_t keys = read_length(reader);
            read_length(reader);
            return visitor_.sizes(database_, keys);
        }
        case RdbMark::Database: database_ = read_database(reader); return;
        case RdbMark::End:
            // The checksum belongs to it: a file may end in the middle.
            reader.require_remaining(kRdbChecksumBytes);
            done_ = true;
            return;
        default: return read_key(reader, mark);
    }
}

int RdbReader::read_database(ByteReader& reader) const
{
    const std::uint64_t database = read_length(reader);
    require(database <= static_cast<std::uint64_t>(std::numeric_limits<int>::max()));
    return static_cast<int>(database);
}

/// Leaves the first mark that is none of these.
RdbKeyHead RdbReader::read_key_head(ByteReader& reader, std::uint8_t& mark)
{
    RdbKeyHead head;
    while (true) {
        switch (static_cast<RdbMark>(mark)) {
            case RdbMark::DeadlineMs: head.deadline = deadline_at(reader.take_signed(8)); break;
            case RdbMark::DeadlineSeconds:
                head.deadline = deadline_at(reader.take_signed(4) * 1000);
                break;
            case RdbMark::IdleTime:
                head.usage.idle_seconds = static_cast<std::int64_t>(
                    read_length(reader) & std::numeric_limits<std::uint32_t>::max());
                break;
            case RdbMark::Frequency: head.usage.frequency = reader.take_byte(); break;
            default: return head;
        }
        mark = reader.take_byte();
    }
}

void RdbReader::read_key(ByteReader& reader, std::uint8_t mark)
{
    const RdbKeyHead head = read_key_head(reader, mark);
    const FileString key = take_string(reader);
    visitor_.key(database_, key.view(), read_checked(reader, mark, key.view()), head);
}

AnyValue RdbReader::read_checked(ByteReader& reader, std::uint8_t tag, std::string_view key) const
{
    if (!can_read(tag)) refuse_tag(tag, key);
    try {
        return read_value(reader, tag, limits_);
    } catch (const NeedsMore&) {
        throw;
    } catch (const FormatError&) {
        throw RdbError{
            fmt::format("the value of key {} in database {} is damaged. Try redis-check-rdb on "
                        "it, or take an older copy",
                        shown(key), database_)};
    }
}

void RdbReader::refuse_tag(std::uint8_t tag, std::string_view key) const
{
    const std::string_view type = foreign_type(tag);
    if (type.empty()) throw FormatError{};
    throw RdbError{
        fmt::format("key {} in database {} is {}, which Dabba does not have. Delete such keys in "
                    "Redis and save again, or start with another --dbfilename or --dir",
                    shown(key), database_, type)};
}

}  // namespace store::snapshot
