#pragma once

#include <cstddef>
#include <optional>

#include "server/execution/call.h"
#include "store/types/sorted_set.h"

namespace server::commands {

/// A score, or nothing.
inline void reply_score(Call& call, std::optional<double> score)
{
    if (!score) return call.reply.null();
    call.reply.number(*score);
}

/// Members, with their scores if wanted: in RESP2 in turn, in RESP3 in pairs.
class MembersReply
{
public:
    /// REQUIRES: add() follows `count` times.
    MembersReply(Call& call, std::size_t count, bool with_scores)
        : reply_(call.reply),
          with_scores_(with_scores),
          pairs_(with_scores && call.reply.version() == protocol::Version::Resp3)
    {
        reply_.array(with_scores_ && !pairs_ ? 2 * count : count);
    }

    void add(std::string_view member, double score)
    {
        if (pairs_) reply_.array(2);
        reply_.bulk(member);
        if (with_scores_) reply_.number(score);
    }

private:
    protocol::ReplyWriter& reply_;
    bool with_scores_;
    bool pairs_;
};

}  // namespace server::commands
