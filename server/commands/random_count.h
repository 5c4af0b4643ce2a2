#pragma once

#include <cstdint>

#include "server/execution/call.h"

/// What SRANDMEMBER, HRANDFIELD and ZRANDMEMBER have in common.
namespace server::commands {

/// How many are to be drawn. A negative count in the request: each anew, so that they may repeat.
struct RandomCount
{
    std::uint64_t number;
    bool may_repeat;
};

/// The next argument as a count. Throws if it is none.
RandomCount next_random_count(Args& args);

/// Where draws repeat, a count of 20 bytes asks for a reply of any size. Redis writes until it has
/// no more memory; here such a reply is an error.
class ReplyLimit
{
public:
    static constexpr std::size_t kMaxBytes = std::size_t{512} << 20;

    explicit ReplyLimit(const protocol::ReplyWriter& reply) : reply_(reply), start_(reply.size()) {}

    /// Throws if too much has been written since.
    void check() const
    {
        if (reply_.size() - start_ > kMaxBytes)
            throw CommandError{"ERR the reply would be larger than 512 MB"};
    }

private:
    const protocol::ReplyWriter& reply_;
    std::size_t start_;
};

}  // namespace server::commands
