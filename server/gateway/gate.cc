#include "server/gateway/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "ascii/case.h"
#include "server/secret.h"

namespace server::gateway {
namespace {

constexpr std::string_view kBearer = "Bearer ";
constexpr std::size_t kSecretDigits = 64;

/// "localhost:8080" without its port; of "[::1]:8080" the brackets stay.
std::string_view without_port(std::string_view host)
{
    if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
    return host.substr(0, host.find(':'));
}

/// Whether the host can be nothing but an address: no name server was asked for it.
bool is_address(std::string_view host)
{
    if (host.starts_with('[')) return host.ends_with(']');
    return !host.empty() &&
           std::ranges::all_of(host, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

bool contains(const std::vector<std::string>& names, std::string_view wanted)
{
    return std::ranges::any_of(
        names, [&](const std::string& name) { return ascii::equal_ignoring_case(name, wanted); });
}

/// The origin's host and port, if it is a site's: "http://localhost:8080" and "https://...".
std::string_view host_of(std::string_view origin)
{
    for (const std::string_view scheme : {"http://", "https://"})
        if (origin.starts_with(scheme)) return origin.substr(scheme.size());
    return {};
}

std::string_view cookie_of(const Request& request, std::string_view name)
{
    std::string_view rest = request.cookie;
    while (!rest.empty()) {
        std::string_view one = rest.substr(0, rest.find(';'));
        rest.remove_prefix(std::min(one.size() + 1, rest.size()));
        while (one.starts_with(' ')) one.remove_prefix(1);
        if (one.starts_with(name) && one.substr(name.size()).starts_with('='))
            return one.substr(name.size() + 1);
    }
    return {};
}

}  // namespace

std::optional<Problem> Gate::refusal_of_host(const Request& request) const
{
    const std::string_view host = without_port(request.host);
    const bool is_host_known = is_address(host) || ascii::equal_ignoring_case(host, "localhost") ||
                               contains(options_.http_hosts, host);
    if (is_host_known) return std::nullopt;
    if (request.host.empty())
        return Problem{ProblemType::BadRequest, "It has no header Host, or several."};
    return Problem{ProblemType::HostNotAllowed,
                   fmt::format("The request's Host is \"{}\".", request.host)};
}

std::optional<Problem> Gate::refusal_of_source(const Request& request) const
{
    if (auto refusal = refusal_of_host(request)) return refusal;
    if (is_foreign_friend(request)) return std::nullopt;
    const bool is_own_page =
        request.origin.empty() ? request.fetch_site != "cross-site"
                               : ascii::equal_ignoring_case(host_of(request.origin), request.host);
    if (is_own_page) return std::nullopt;
    return Problem{ProblemType::OriginNotAllowed,
                   fmt::format("The request comes from a page of \"{}\".",
                               request.origin.empty() ? "another site" : request.origin)};
}

bool Gate::is_foreign_friend(const Request& request) const
{
    return !request.origin.empty() && contains(options_.http_origins, request.origin);
}

Gate::Credentials Gate::credentials_of(const Request& request)
{
    if (!needs_password()) return Credentials::Right;
    if (request.authorization.starts_with(kBearer)) {
        const auto token = request.authorization.substr(kBearer.size());
        return access_.default_user().accepts(token) ? Credentials::Right : Credentials::Wrong;
    }
    forget_old_sessions();
    const std::string_view secret = cookie_of(request, kCookie);
    const bool is_known = std::ranges::any_of(
        sessions_, [&](const Session& session) { return is_same_secret(secret, session.secret); });
    return is_known ? Credentials::Right : Credentials::None;
}

std::optional<std::string> Gate::begin_session(std::string_view password)
{
    if (!needs_password() || !access_.default_user().accepts(password)) return std::nullopt;
    forget_old_sessions();
    if (sessions_.size() >= kMaxSessions) sessions_.pop_front();
    std::string secret = draw_secret(kSecretDigits);
    if (secret.empty()) return std::nullopt;
    sessions_.push_back({secret, clock_.now() + kSessionTime});
    return secret;
}

void Gate::end_session(const Request& request)
{
    const std::string_view secret = cookie_of(request, kCookie);
    std::erase_if(sessions_,
                  [&](const Session& session) { return is_same_secret(secret, session.secret); });
}

bool Gate::needs_password() const
{
    const access::User& user = access_.default_user();
    return !user.is_on() || !user.needs_no_password();
}

// A password that was changed ends the sessions that the old one began; so does that of a user who
// may not log in any more.
void Gate::forget_old_sessions()
{
    const access::User& user = access_.default_user();
    if (passwords_ != user.passwords() || !user.is_on()) sessions_.clear();
    passwords_ = user.passwords();
    std::erase_if(sessions_,
                  [&](const Session& session) { return session.ends_at <= clock_.now(); });
}

}  // namespace server::gateway
