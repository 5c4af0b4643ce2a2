#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "store/entry.h"
#include "store/snapshot/byte_writer.h"
#include "store/snapshot/rdb_format.h"

namespace store::snapshot {

/// What the head of a file tells of it.
struct RdbHead
{
    std::string_view redis_version;
    std::int64_t created_at_seconds = 0;
    std::uint64_t used_memory = 0;
    bool is_log_base = false;  ///< a log of changes goes on where it ends
};

/// Writes an RDB file that Redis 7.0 and later load (hashes with deadlines of fields: 7.4 and
/// later), piece by piece: head, libraries, keys, end. What was written is taken from time to time;
/// the checksum behind the end is that of all, and left to the taker.
class RdbWriter
{
public:
    explicit RdbWriter(ByteWriter::Texts texts) : out_(texts), value_(texts) {}

    void write_head(const RdbHead& head);
    void write_functions(std::span<const std::string_view> codes);
    /// The keys that follow are of this database.
    void write_database(int database);
    /// How many keys the database has: a hint for the reader, right behind its number.
    void write_sizes(std::size_t keys, std::size_t with_deadline);
    /// If memory runs out, throws std::bad_alloc, and the whole file is spoiled.
    void write_key(const Entry& entry, const RdbKeyHead& head);
    void write_end();

    std::size_t size() const { return out_.size(); }
    std::string take() { return out_.take(); }

private:
    void write_key_head(const RdbKeyHead& head);
    void write_mark(std::uint8_t mark) { out_ += static_cast<char>(mark); }
    void write_field(std::string_view name, std::string_view value);

    ByteWriter out_;
    ByteWriter value_;  ///< of the key that is being written
};

}  // namespace store::snapshot
