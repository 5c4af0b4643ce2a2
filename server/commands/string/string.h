#pragma once

#include "server/execution/call.h"
#include "store/types/string.h"

namespace server::commands {

/// Replies with a string's value, or null for a missing one.
inline void reply_string(Call& call, const store::String* string)
{
    if (string == nullptr) return call.reply.null();
    call.reply.bulk(string->view());
}

/// Throws "ERR string exceeds maximum allowed size" if a string of `size` bytes must not grow by
/// `more`.
void check_string_size(const Call& call, std::uint64_t size, std::uint64_t more);

}  // namespace server::commands
