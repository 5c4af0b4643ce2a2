#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/access/access.h"
#include "server/config/options.h"
#include "server/gateway/http.h"
#include "server/gateway/problem.h"
#include "store/clock.h"

namespace server::gateway {

/// Decides who may come in. A page in somebody's browser can send requests to this machine, and can
/// give its own name this machine's address (DNS rebinding): so
///
/// - Host must be an IP address, localhost or a name of `http-hosts`;
/// - Origin, if there is one, must be the server's own or one of `http-origins`, and the browser
///   must not say that another site asks;
/// - if the default user has a password, as with `requirepass`, a bearer token or the cookie of a
///   session is needed. Nobody comes in while the default user is off.
class Gate
{
public:
    Gate(const Options& options, const access::Access& access, const store::Clock& clock)
        : options_(options), access_(access), clock_(clock)
    {}

    /// Why the request is refused for the name that the server was called by; nothing if it is not.
    std::optional<Problem> refusal_of_host(const Request& request) const;
    /// The same, or for the page that it comes from.
    std::optional<Problem> refusal_of_source(const Request& request) const;

    /// Whether the request's Origin is another site that `http-origins` lets in.
    bool is_foreign_friend(const Request& request) const;

    enum class Credentials { None, Right, Wrong };

    /// Whether who gives no password is refused.
    bool needs_password() const;
    /// Right if none is needed.
    Credentials credentials_of(const Request& request);

    /// Begins a session, and returns the value of its cookie; nothing if the password is wrong.
    std::optional<std::string> begin_session(std::string_view password);
    void end_session(const Request& request);

    static constexpr std::string_view kCookie = "dabba-session";
    static constexpr std::chrono::hours kSessionTime{12};

private:
    struct Session
    {
        std::string secret;
        store::TimePoint ends_at;
    };

    void forget_old_sessions();

    static constexpr std::size_t kMaxSessions = 1000;

    const Options& options_;
    const access::Access& access_;
    const store::Clock& clock_;
    std::vector<std::string> passwords_;  // that the sessions were begun with
    std::deque<Session> sessions_;
};

}  // namespace server::gateway
