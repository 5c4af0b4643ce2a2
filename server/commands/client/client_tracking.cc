#include <optional>
#include <utility>

#include "server/catalogue/command.h"
#include "server/clients/tracking.h"
#include "server/commands/families.h"
#include "server/execution/call.h"
#include "server/server.h"

namespace server::commands {

namespace {

std::uint64_t next_redirect(Call& call, std::uint64_t before)
{
    if (before != 0) throw CommandError{"ERR A client can only redirect to a single other client"};
    const auto id = static_cast<std::uint64_t>(call.args.next_integer());
    if (call.server.sessions.find(id) == nullptr)
        throw CommandError{"ERR The client ID you want redirect to does not exist"};
    return id;
}

struct Wanted
{
    ClientTracking tracking;
    std::vector<std::string> prefixes;  ///< in the order in which they were given
};

Wanted next_options(Call& call)
{
    Wanted wanted;
    ClientTracking& tracking = wanted.tracking;
    while (!call.args.done()) {
        if (call.args.accept("REDIRECT", 1)) {
            tracking.redirect = next_redirect(call, tracking.redirect);
        } else if (call.args.accept("BCAST")) {
            tracking.broadcast = true;
        } else if (call.args.accept("OPTIN")) {
            tracking.opt_in = true;
        } else if (call.args.accept("OPTOUT")) {
            tracking.opt_out = true;
        } else if (call.args.accept("NOLOOP")) {
            tracking.no_loop = true;
        } else if (call.args.accept("PREFIX", 1)) {
            wanted.prefixes.emplace_back(call.args.next());
        } else {
            throw CommandError{text::kSyntax};
        }
    }
    return wanted;
}

/// What does not go together, in Redis's order.
void check_modes(const Wanted& wanted, const ClientTracking* before)
{
    const ClientTracking& tracking = wanted.tracking;
    if (!tracking.broadcast && !wanted.prefixes.empty())
        throw CommandError{"ERR PREFIX option requires BCAST mode to be enabled"};
    if (before != nullptr && before->broadcast != tracking.broadcast) {
        throw CommandError{
            "ERR You can't switch BCAST mode on/off before disabling tracking for this client, and "
            "then re-enabling it with a different mode."};
    }
    if (tracking.broadcast && (tracking.opt_in || tracking.opt_out))
        throw CommandError{"ERR OPTIN and OPTOUT are not compatible with BCAST"};
    if (tracking.opt_in && tracking.opt_out)
        throw CommandError{"ERR You can't specify both OPTIN mode and OPTOUT mode"};
    if (before == nullptr) return;
    if ((tracking.opt_in && before->opt_out) || (tracking.opt_out && before->opt_in)) {
        throw CommandError{
            "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and "
            "then re-enabling it with a different mode."};
    }
}

bool overlap(std::string_view a, std::string_view b)
{
    return a.starts_with(b) || b.starts_with(a);
}

/// A key with two of a client's prefixes would be told twice.
void check_prefixes(const std::vector<std::string>& prefixes, const ClientTracking* before)
{
    for (std::size_t i = 0; i < prefixes.size(); ++i) {
        if (before != nullptr) {
            for (const std::string& old : before->prefixes) {
                if (!overlap(prefixes[i], old)) continue;
                throw CommandError{
                    "ERR Prefix '{}' overlaps with an existing prefix '{}'. Prefixes for a single "
                    "client must not overlap.",
                    prefixes[i], old};
            }
        }
        for (std::size_t j = i + 1; j < prefixes.size(); ++j) {
            if (!overlap(prefixes[i], prefixes[j])) continue;
            throw CommandError{
                "ERR Prefix '{}' overlaps with another provided prefix '{}'. Prefixes for a single "
                "client must not overlap.",
                prefixes[i], prefixes[j]};
        }
    }
}

void tracking(Call& call)
{
    const auto mode = call.args.next();
    Wanted wanted = next_options(call);
    if (is_word(mode, "OFF")) {
        call.server.tracking->stop(call.session);
        return call.reply.ok();
    }
    if (!is_word(mode, "ON")) throw CommandError{text::kSyntax};
    check_modes(wanted, call.session.tracking);
    check_prefixes(wanted.prefixes, call.session.tracking);
    if (wanted.tracking.broadcast && wanted.prefixes.empty()) wanted.prefixes.emplace_back();
    wanted.tracking.prefixes.insert(wanted.prefixes.begin(), wanted.prefixes.end());
    call.server.tracking->start(call.session, std::move(wanted.tracking));
    call.reply.ok();
}

void caching(Call& call)
{
    const ClientTracking* const state = call.session.tracking;
    if (state == nullptr) {
        throw CommandError{
            "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN "
            "or OPTOUT mode enabled"};
    }
    if (call.args.accept("YES")) {
        if (!state->opt_in) {
            throw CommandError{
                "ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode."};
        }
    } else if (call.args.accept("NO")) {
        if (!state->opt_out) {
            throw CommandError{
                "ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode."};
        }
    } else {
        throw CommandError{text::kSyntax};
    }
    call.server.tracking->cache_next(call.session);
    call.reply.ok();
}

std::vector<std::string_view> flags_of(const ClientTracking* state)
{
    if (state == nullptr) return {"off"};
    std::vector<std::string_view> flags{"on"};
    if (state->broadcast) flags.push_back("bcast");
    if (state->opt_in) flags.push_back("optin");
    if (state->opt_in && state->caching) flags.push_back("caching-yes");
    if (state->opt_out) flags.push_back("optout");
    if (state->opt_out && state->caching) flags.push_back("caching-no");
    if (state->no_loop) flags.push_back("noloop");
    if (state->broken_redirect) flags.push_back("broken_redirect");
    return flags;
}

void trackinginfo(Call& call)
{
    const ClientTracking* const state = call.session.tracking;
    const auto flags = flags_of(state);
    call.reply.map(3);
    call.reply.bulk("flags");
    call.reply.set(flags.size());
    for (const auto flag : flags) call.reply.bulk(flag);
    call.reply.bulk("redirect");
    call.reply.integer(redirect_of(call.session));
    call.reply.bulk("prefixes");
    call.reply.array(state == nullptr ? 0 : state->prefixes.size());
    if (state == nullptr) return;
    for (const std::string& prefix : state->prefixes) call.reply.bulk(prefix);
}

void getredir(Call& call) { call.reply.integer(redirect_of(call.session)); }

constexpr std::uint32_t kFlags = kNoscript | kLoading | kStale;

constexpr Command kCommands[] = {
    {.name = "CLIENT CACHING",
     .syntax = "<YES | NO>",
     .summary = "Instructs the server whether to track the keys in the next request.",
     .since = "6.0.0",
     .complexity = "O(1)",
     .group = Group::Connection,
     .flags = kFlags,
     .run = caching},
    {.name = "CLIENT GETREDIR",
     .summary = "Returns the client to which the connection's tracking notifications go.",
     .since = "6.0.0",
     .complexity = "O(1)",
     .group = Group::Connection,
     .flags = kFlags,
     .run = getredir},
    {.name = "CLIENT TRACKING",
     .syntax =
         "<ON | OFF> [REDIRECT client-id:integer] [PREFIX prefix [PREFIX prefix ...]] [BCAST] "
         "[OPTIN] [OPTOUT] [NOLOOP]",
     .summary = "Controls server-assisted client-side caching for the connection.",
     .since = "6.0.0",
     .complexity = "O(1). Some options may introduce additional complexity.",
     .group = Group::Connection,
     .flags = kFlags,
     .run = tracking},
    {.name = "CLIENT TRACKINGINFO",
     .summary = "Returns information about server-assisted client-side caching.",
     .since = "6.2.0",
     .complexity = "O(1)",
     .group = Group::Connection,
     .flags = kFlags,
     .run = trackinginfo},
};

}  // namespace

std::span<const Command> client_tracking() { return kCommands; }

}  // namespace server::commands
