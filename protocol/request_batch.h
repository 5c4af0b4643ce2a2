#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace protocol {

/// Looks at the requests that wait in the input behind each other, before they are parsed, so that
/// what they will need can be fetched in time. A guess and nothing more: it understands whole RESP
/// arrays of bulk strings, stops at anything else, and decides nothing.
class Lookahead
{
public:
    static constexpr std::size_t kMax = 16;

    /// A request's first and last argument, the same for a request of two words. The first is most
    /// often a key, the last a member of what is there. Views into the input.
    struct Glimpse
    {
        std::string_view first;
        std::string_view last;
    };

    /// The next requests, kMax at most. Requests without arguments count, with empty views.
    std::span<const Glimpse> scan(std::string_view input);

private:
    std::array<Glimpse, kMax> glimpses_;
};

}  // namespace protocol
