#include "server/execution/admission.h"

#include <array>
#include <cstddef>
#include <utility>

#include "server/catalogue/command_table.h"
#include "server/clients/session.h"
#include "server/execution/command_error.h"
#include "server/server.h"

namespace server {

namespace {

/// A set of origins.
enum Origins : unsigned {
    kClients = 1U << static_cast<unsigned>(Origin::Client),
    kGateways = 1U << static_cast<unsigned>(Origin::Gateway),
    kScripts = 1U << static_cast<unsigned>(Origin::Script),
    kReplays = 1U << static_cast<unsigned>(Origin::Replay),
    kOutside = kClients | kGateways,
    // EXEC runs what was checked when it was queued.
    kAllButTransactions = kOutside | kScripts | kReplays,
};

struct Check
{
    unsigned origins;
    void (*apply)(const Server&, const Invocation&, const Command&);
};

void check_arity(const Server&, const Invocation& invocation, const Command& command)
{
    const auto given = static_cast<int>(invocation.request.size());
    const int arity = command.arity;
    if (command.run == nullptr || (arity > 0 && given != arity) || given < -arity) {
        throw wrong_number_of_arguments(command);
    }
}

void check_script(const Server&, const Invocation&, const Command& command)
{
    if (command.has(kNoscript)) {
        throw CommandError{"ERR This Redis command is not allowed from script"};
    }
}

void check_authenticated(const Server&, const Invocation& invocation, const Command& command)
{
    if (!invocation.session.authenticated && !command.has(kNoAuth))
        throw CommandError{text::kNoAuth};
}

void check_transaction(const Server&, const Invocation& invocation, const Command& command)
{
    if (invocation.session.transaction.open && command.has(kNoMulti))
        throw CommandError{"ERR Command not allowed inside a transaction"};
}

void check_memory(const Server& server, const Invocation&, const Command& command)
{
    if (server.over_memory_limit && command.has(kDenyOom))
        throw CommandError{"OOM command not allowed when used memory > 'maxmemory'."};
}

/// In RESP2 a message would look like the reply to something else.
void check_subscribed(const Server&, const Invocation& invocation, const Command& command)
{
    const Session& session = invocation.session;
    if (session.protocol == protocol::Version::Resp2 && session.subscriptions.any() &&
        !command.has(kWhileSubscribed)) {
        throw CommandError{
            "ERR Can't execute '{}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET "
            "are allowed in this context",
            full_name(command)};
    }
}

constexpr std::array kChecks = {
    Check{kAllButTransactions, check_arity},   //
    Check{kScripts, check_script},             //
    Check{kOutside, check_authenticated},      //
    Check{kClients, check_transaction},        //
    Check{kOutside | kScripts, check_memory},  //
    Check{kClients, check_subscribed},
};

// Unrolled, so that the compiler sees through the pointers: this runs for every request.
template <std::size_t... Index>
void apply_all(std::index_sequence<Index...>, const Server& server, const Invocation& invocation,
               const Command& command)
{
    const unsigned origin = 1U << static_cast<unsigned>(invocation.origin);
    const auto apply = [&](const Check& check) {
        if ((check.origins & origin) != 0) check.apply(server, invocation, command);
    };
    (apply(kChecks[Index]), ...);
}

}  // namespace

void admit(const Server& server, const Invocation& invocation, const Command& command)
{
    apply_all(std::make_index_sequence<kChecks.size()>{}, server, invocation, command);
}

}  // namespace server
