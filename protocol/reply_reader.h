#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/protocol_error.h"

namespace protocol {

/// A reply, read.
struct Value
{
    enum class Kind {
        Simple,
        Error,
        Integer,
        Bulk,
        Null,
        Array,
        Map,
        Set,
        Push,
        Double,
        Boolean,
        BigNumber,
        Verbatim,
        Attribute,
    };

    Kind kind = Kind::Null;

    /// Simple, Error (without the dash), Bulk, BigNumber, Verbatim (without its format): the bytes.
    /// Double: the digits as they came.
    std::string text;

    /// Verbatim: its format in three letters ("txt").
    std::string format;

    /// Null: RESP2's "*-1", in place of an array.
    bool null_array = false;

    std::int64_t integer = 0;
    double number = 0;
    bool boolean = false;

    /// Array, Set, Push: the elements. Map, Attribute: keys and values in turn.
    std::vector<Value> elements;

    bool operator==(const Value&) const = default;
};

/// Reads replies of either version. An attribute is a value of its own, in front of the reply (or
/// the element) that it describes; it does not count as one of an aggregate's announced elements.
class ReplyReader
{
public:
    /// Aggregates within aggregates, at most.
    static constexpr int kMaxDepth = 128;

    /// The reply that `input` starts with, and in `used` how many bytes it took. nullopt if it is
    /// not whole: give the same bytes and more. It starts over then; a caller that reads large
    /// replies in small pieces should collect more before asking again. Holds no memory for what is
    /// merely announced. Throws ProtocolError.
    std::optional<Value> next(std::string_view input, std::size_t& used);

private:
    std::optional<Value> read(int depth);
    std::optional<Value> read_aggregate(char mark, std::string_view line, int depth);
    std::optional<Value> read_bytes(char mark, std::string_view line);
    std::optional<std::string_view> read_line();

    std::string_view rest_;  // what is not read yet; only within next()
};

/// The one reply in `bytes`. Throws ProtocolError if they are not exactly one.
Value read_reply(std::string_view bytes);

}  // namespace protocol
