#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/reply_reader.h"
#include "server/clients/session.h"
#include "server/gateway/json_forward.h"

namespace server {
class Server;
struct Invocation;
}  // namespace server

namespace server::gateway {

/// What the faults (FAULT) that have struck a request's commands do to its answer.
struct Fate
{
    enum class Cut : std::uint8_t { Nothing, All, Half };

    Cut cut = Cut::Nothing;
    std::chrono::milliseconds delay{};
};

/// A fault: the command was not executed, and the connection ends without an answer.
struct Dropped
{};

/// A fault: the command was not executed, and no answer ever comes.
struct Stalled
{};

/// CLIENT PAUSE holds the command back: nothing has happened, and it is to be tried again when the
/// pause is over.
struct Paused
{};

/// Runs commands for the gateway: through the executor, as a client of RESP3 would, with all of its
/// checks. What one request of HTTP runs, it runs in one turn of the event loop: no other client
/// comes in between.
///
/// All requests share one session. It has no state that one could leave to the next: commands that
/// would give it some are refused by who takes commands from outside (see needs_connection()).
class Commands
{
public:
    /// The server must outlive it.
    explicit Commands(Server& server);
    ~Commands();
    Commands(const Commands&) = delete;
    Commands& operator=(const Commands&) = delete;

    /// Whether the requests from now on have shown the password.
    void authenticate(bool authenticated) { session_.authenticated = authenticated; }

    /// Counts a wrong password that came from this address, and adds it to ACL LOG.
    void note_wrong_password(std::string_view address);

    /// The commands from now on belong to a request with this fate, which faults change; nullptr:
    /// to none, and no fault strikes them.
    void begin(Fate* fate) { fate_ = fate; }

    /// The reply, which may be an error. Throws Paused, Dropped, Stalled.
    protocol::Value run(std::span<const std::string_view> words);

    /// The reply. Throws the Problem that an error means, and what run() throws.
    protocol::Value operator()(std::span<const std::string_view> words);
    template <class... Words>
    protocol::Value operator()(const Words&... words)
    {
        const std::string_view request[] = {std::string_view{words}...};
        return (*this)(std::span<const std::string_view>{request});
    }

    /// Whether the command would change or use the state of its connection, or wait: there is none
    /// over HTTP.
    bool needs_connection(std::span<const std::string_view> words) const;

private:
    class NoPeer;

    bool suffers_error(const Invocation& invocation);
    protocol::Value take_reply();

    Server& server_;
    std::unique_ptr<NoPeer> peer_;
    Session session_;
    Fate* fate_ = nullptr;
};

/// A map's value by its key; nullptr if there is none, or it is nil.
const protocol::Value* find(const protocol::Value& map, std::string_view key);

/// Its text ("" for nil); its integer (0 for what is none).
std::string_view text_of(const protocol::Value* value);
std::int64_t integer_of(const protocol::Value* value);
/// Its number, whether it came as a number or as digits; nothing for what is none.
std::optional<double> number_of(const protocol::Value* value);

/// A reply as JSON: maps whose keys are texts become objects, doubles and integers numbers, an
/// error {"error": "..."}.
void to_json(Json& json, const protocol::Value& value);

/// A number as a command takes it: the fewest digits that read back as the same.
std::string digits(double number);

/// "driver:D4" is D4.
std::string_view without_prefix(std::string_view key, std::string_view prefix);

}  // namespace server::gateway
