#include "store/snapshot/rdb_writer.h"

#include <fmt/format.h>

#include "store/snapshot/functions.h"
#include "store/snapshot/rdb_format.h"
#include "store/snapshot/string_codec.h"
#include "store/snapshot/value_codec.h"

namespace store::snapshot {

namespace {

constexpr auto byte_of(RdbMark mark) { return static_cast<std::uint8_t>(mark); }

}  // namespace

void RdbWriter::write_head(const RdbHead& head)
{
    out_ += fmt::format("{}{:04}", kRdbMagic, kRdbWrittenVersion);
    write_field("redis-ver", head.redis_version);
    write_field("redis-bits", fmt::to_string(8 * sizeof(void*)));
    write_field("ctime", fmt::to_string(head.created_at_seconds));
    write_field("used-mem", fmt::to_string(head.used_memory));
    write_field("aof-base", head.is_log_base ? "1" : "0");
}

void RdbWriter::write_field(std::string_view name, std::string_view value)
{
    write_mark(byte_of(RdbMark::Field));
    write_string(out_, name);
    write_string(out_, value);
}

void RdbWriter::write_functions(std::span<const std::string_view> codes)
{
    for (const std::string_view code : codes) write_library(out_, code);
}

void RdbWriter::write_database(int database)
{
    write_mark(byte_of(RdbMark::Database));
    write_length(out_, static_cast<std::uint64_t>(database));
}

void RdbWriter::write_sizes(std::size_t keys, std::size_t with_deadline)
{
    write_mark(byte_of(RdbMark::Sizes));
    write_length(out_, keys);
    write_length(out_, with_deadline);
}

void RdbWriter::write_key_head(const RdbKeyHead& head)
{
    if (head.deadline) {
        const auto ms = head.deadline->time_since_epoch().count();
        write_mark(byte_of(RdbMark::DeadlineMs));
        write_little(out_, static_cast<std::uint64_t>(ms), 8);
    }
    if (head.usage.idle_seconds) {
        write_mark(byte_of(RdbMark::IdleTime));
        write_length(out_, static_cast<std::uint64_t>(*head.usage.idle_seconds));
    }
    if (head.usage.frequency) {
        write_mark(byte_of(RdbMark::Frequency));
        write_mark(*head.usage.frequency);
    }
}

/// A value begins with its tag, which in a file comes before the key.
void RdbWriter::write_key(const Entry& entry, const RdbKeyHead& head)
{
    write_key_head(head);
    value_.rewind(0);
    write_value(value_, entry);
    out_ += value_.view().substr(0, 1);
    write_string(out_, entry.key());
    out_ += value_.view().substr(1);
}

void RdbWriter::write_end() { write_mark(byte_of(RdbMark::End)); }

}  // namespace store::snapshot
