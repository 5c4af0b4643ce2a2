#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "store/clock.h"
#include "store/entry.h"
#include "store/snapshot/byte_reader.h"
#include "store/snapshot/rdb_format.h"
#include "store/snapshot/value_codec.h"

namespace store::snapshot {

/// A file that cannot be read; what() says why, and what to do.
class RdbError : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// Takes what an RdbReader finds. May throw RdbError, which ends the reading.
class RdbVisitor
{
public:
    virtual ~RdbVisitor() = default;
    /// What the file tells of itself: redis-ver, ctime.
    virtual void field(std::string_view name, std::string_view value) = 0;
    virtual void sizes(int database, std::uint64_t keys) = 0;
    virtual void library(std::string code) = 0;
    /// The key is valid during the call.
    virtual void key(int database, std::string_view key, AnyValue value,
                     const RdbKeyHead& head) = 0;
};

/// Reads RDB files of versions 6 to 12, as Redis 2.6 to 8 and Valkey 7 and 8 write them, with all
/// types that there are here. It is given a window on the file and reads item by item: a key with
/// its value and its deadline is one. The file may be anything; nothing larger is allocated than
/// its bytes can be worth.
class RdbReader
{
public:
    /// The visitor must outlive it.
    RdbReader(RdbVisitor& visitor, const ReadLimits& limits) : visitor_(visitor), limits_(limits) {}

    /// The first kRdbHeaderBytes. Throws RdbError.
    static void read_header(std::string_view bytes);

    /// Reads the item that the bytes begin with, and returns its size. Throws RdbError, or
    /// NeedsMore if it does not end in these bytes: then nothing has happened.
    std::size_t read_item(std::string_view bytes);

    /// The end was read: a checksum follows.
    bool done() const { return done_; }

private:
    void read_mark(ByteReader& reader, std::uint8_t mark);
    void read_key(ByteReader& reader, std::uint8_t mark);
    static RdbKeyHead read_key_head(ByteReader& reader, std::uint8_t& mark);
    int read_database(ByteReader& reader) const;
    AnyValue read_checked(ByteReader& reader, std::uint8_t tag, std::string_view key) const;
    [[noreturn]] void refuse_tag(std::uint8_t tag, std::string_view key) const;

    RdbVisitor& visitor_;
    ReadLimits limits_;
    int database_ = 0;
    bool done_ = false;
};

}  // namespace store::snapshot
