#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "store/snapshot/byte_writer.h"

/// Redis's compact encodings, written: a small collection is one text, which can be compressed as
/// a whole. The formats are those that compact_reader.h reads.
namespace store::snapshot {

class ListpackWriter
{
public:
    ListpackWriter();

    /// Decimal integers are written as such.
    void add(std::string_view text);

    bool empty() const { return count_ == 0; }
    /// Of what finish() would give.
    std::size_t size() const { return bytes_.size() + 1; }
    /// The listpack; afterwards it is empty again.
    std::string finish();

private:
    void begin();
    void add_text(std::string_view text);
    void add_integer(std::int64_t value);
    void add_back_length(std::size_t size);

    std::string bytes_;
    std::size_t count_ = 0;
};

/// Sorts the numbers.
std::string intset_of(std::span<std::int64_t> numbers);

}  // namespace store::snapshot
