#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/city.h"

namespace bench {

/// Appends a request as RESP.
void append_request(std::string& out, const std::vector<std::string>& words);

/// Makes requests from a pattern such as `GEOADD geo {lon} {lat} driver:{0-99999}`:
///
///     {lon} {lat}   a place in the city, the same for both
///     {A-B}         a whole number from A to B, by chance
///     {seq}         0, 1, 2, ...
class RequestSource
{
public:
    RequestSource(const std::vector<std::string>& pattern, City& city);

    void append_next(std::string& out);

private:
    enum class Kind : std::uint8_t { Text, Longitude, Latitude, Range, Sequence };
    struct Part
    {
        Kind kind;
        std::string text;
        std::uint64_t first = 0;
        std::uint64_t count = 0;
    };
    using Word = std::vector<Part>;

    static Part read_placeholder(std::string_view name);
    void append_part(std::string& word, const Part& part, const Place& place);

    std::vector<Word> words_;
    City& city_;
    std::uint64_t sequence_ = 0;
    std::string word_;
};

/// Requests made beforehand, back to back, so that sending costs a copy and nothing else.
class RequestPool
{
public:
    /// REQUIRES count to be a multiple of batch.
    RequestPool(RequestSource& source, std::size_t count, std::size_t batch);

    /// The bytes of the next batch; starts over at the end.
    std::string_view next();

private:
    std::string bytes_;
    std::vector<std::size_t> ends_;  // of each batch
    std::size_t position_ = 0;
};

}  // namespace bench
