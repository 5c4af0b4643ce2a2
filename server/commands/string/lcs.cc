#include <algorithm>

#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/execution/call.h"
#include "server/server.h"
#include "store/common_subsequence.h"

namespace server::commands {

namespace {

using store::CommonRun;

/// What LCS was asked for, next to the text itself.
struct LcsOptions
{
    bool length_only = false;
    bool runs = false;
    bool run_lengths = false;
    std::size_t least_run = 0;
};

LcsOptions next_lcs_options(Args& args)
{
    LcsOptions options;
    while (!args.done()) {
        if (args.accept("IDX")) {
            options.runs = true;
        } else if (args.accept("LEN")) {
            options.length_only = true;
        } else if (args.accept("WITHMATCHLEN")) {
            options.run_lengths = true;
        } else if (args.accept("MINMATCHLEN", 1)) {
            options.least_run =
                static_cast<std::size_t>(std::max<std::int64_t>(0, args.next_integer()));
        } else {
            throw CommandError{text::kSyntax};
        }
    }
    if (options.runs && options.length_only)
        throw CommandError{"ERR If you want both the length and indexes, please just use IDX."};
    return options;
}

/// A missing key is an empty text. Redis has a text of its own for wrong types here.
std::string_view next_text(Call& call)
{
    const auto key = call.args.next();
    if (call.keys.peek_type(key).value_or(store::kTypeOf<store::String>) !=
        store::kTypeOf<store::String>)
        throw CommandError{"ERR The specified keys must contain string values"};
    const auto* string = call.keys.find<store::String>(key);
    return string == nullptr ? std::string_view{} : string->view();
}

void reply_span(Call& call, std::size_t first, std::size_t length)
{
    call.reply.array(2);
    call.reply.integer(static_cast<std::int64_t>(first));
    call.reply.integer(static_cast<std::int64_t>(first + length - 1));
}

void reply_runs(Call& call, const store::CommonSubsequence& common, const LcsOptions& options)
{
    call.reply.map(2);
    call.reply.bulk("matches");
    const std::size_t start = call.reply.begin();
    std::size_t replied = 0;
    for (const CommonRun& run : common.runs) {
        if (run.length < options.least_run) continue;
        ++replied;
        call.reply.array(options.run_lengths ? 3 : 2);
        reply_span(call, run.in_first, run.length);
        reply_span(call, run.in_second, run.length);
        if (options.run_lengths) call.reply.integer(static_cast<std::int64_t>(run.length));
    }
    call.reply.end_array(start, replied);
    call.reply.bulk("len");
    call.reply.integer(static_cast<std::int64_t>(common.length));
}

void lcs(Call& call)
{
    const auto first = next_text(call);
    const auto second = next_text(call);
    const LcsOptions options = next_lcs_options(call.args);
    const auto limit = static_cast<std::uint64_t>(call.server.options.proto_max_bulk_len);
    if (!store::common_subsequence_fits(first, second, limit)) {
        throw CommandError{
            "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len"};
    }

    const auto common = store::common_subsequence(first, second);
    if (options.runs) return reply_runs(call, common, options);
    if (options.length_only) return call.reply.integer(static_cast<std::int64_t>(common.length));
    call.reply.bulk(store::text_of(common, first));
}

constexpr Command kCommands[] = {
    {.name = "LCS",
     .syntax = "key1 key2 [LEN] [IDX] [MINMATCHLEN min-match-len:integer] [WITHMATCHLEN]",
     .summary = "Finds the longest common substring.",
     .since = "7.0.0",
     .complexity = "O(N*M) where N and M are the lengths of s1 and s2, respectively",
     .group = Group::String,
     .flags = kReadonly,
     .keys = {two_keys_at(1, "RO ACCESS")},
     .run = lcs},
};

}  // namespace

std::span<const Command> string_lcs() { return kCommands; }

}  // namespace server::commands
