#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/buffer.h"
#include "protocol/reply_writer.h"
#include "server/clients/pubsub.h"
#include "server/config/options.h"
#include "store/clock.h"

namespace server {

namespace access {
class User;
}

struct ClientTracking;
struct Command;
class Server;

/// What a session can ask of the connection that carries it; a test's session has none.
class Peer
{
public:
    virtual ~Peer() = default;
    /// Output was added while no request of this session was running: send it soon.
    virtual void flush() = 0;
    /// The session waits no more (see BlockedClients): send its reply, and go on with the requests
    /// that came meanwhile.
    virtual void resume() = 0;
    /// Close at once, what is still to be sent is dropped.
    virtual void kill() = 0;
    /// Give back what is still to be sent at once, and close soon: the caller may be in the middle
    /// of a message to many sessions.
    virtual void evict() = 0;
    /// A long reply grows: what was written until now may be put aside, so that it is never moved
    /// again. Nobody may still want to look at it or take it back.
    virtual void put_aside() = 0;
    /// Puts a text that other clients get, too, behind what was written to the session's output.
    /// Not while the session runs a request. Throws std::bad_alloc.
    virtual void append_shared(std::shared_ptr<const std::string> text) = 0;
    /// "address:port" of the client and of our end, or the socket's path.
    virtual std::string remote_address() const = 0;
    virtual std::string local_address() const = 0;
    virtual int descriptor() const = 0;
    /// Bytes of requests read but not executed yet, and room reserved for more.
    virtual std::size_t query_bytes() const = 0;
    virtual std::size_t query_room() const = 0;
    /// Bytes of replies that are not sent yet, the memory that holds them, and in how many blocks
    /// they were put aside.
    virtual std::size_t reply_bytes() const = 0;
    virtual std::size_t reply_room() const = 0;
    virtual std::size_t reply_blocks() const = 0;
};

/// CLIENT REPLY: whether replies are sent.
enum class ReplyMode : std::uint8_t { On, Off, SkipNext, Skip };

/// How much of a reply a fault cuts off.
enum class ReplyCut : std::uint8_t { Nothing, Half, All };

/// A request that MULTI put aside for EXEC.
struct QueuedRequest
{
    std::vector<std::string> arguments;
};

/// The requests of a transaction, and what they cost. Many small ones cost far more than their
/// bytes.
class RequestQueue
{
public:
    void push_back(QueuedRequest request)
    {
        bytes_ += bytes_of(request);
        requests_.push_back(std::move(request));
    }

    std::size_t size() const { return requests_.size(); }
    bool empty() const { return requests_.empty(); }
    auto begin() const { return requests_.begin(); }
    auto end() const { return requests_.end(); }

    /// Bytes of memory that the requests hold.
    std::size_t bytes() const { return bytes_ + requests_.capacity() * sizeof(QueuedRequest); }

private:
    static std::size_t bytes_of(const QueuedRequest& request)
    {
        std::size_t bytes = request.arguments.capacity() * sizeof(std::string);
        for (const std::string& argument : request.arguments)
            if (argument.size() > kInPlace) bytes += argument.size() + 1;
        return bytes;
    }

    static constexpr std::size_t kInPlace = 15;  // libstdc++'s strings hold these in themselves

    std::vector<QueuedRequest> requests_;
    std::size_t bytes_ = 0;
};

/// A transaction being collected, and the keys that must not change before EXEC.
struct Transaction
{
    bool open = false;          ///< between MULTI and EXEC
    bool failed = false;        ///< a request was refused while collecting: EXEC aborts
    bool keys_changed = false;  ///< a watched key was changed: EXEC answers nil
    RequestQueue queue;
    std::uint32_t flags = 0;  ///< of the commands in it
};

/// One client's state, whatever carries it. Commands see this, never a socket.
struct Session
{
    std::uint64_t id = 0;
    Server* server = nullptr;                     ///< where it is open
    std::unique_ptr<std::string> next_workspace;  ///< where it goes before its next request
    Peer* peer = nullptr;
    protocol::Buffer output;
    protocol::Version protocol = protocol::Version::Resp2;

    int database = 0;
    bool authenticated = true;
    const access::User* user = nullptr;    ///< who it is; Logins writes both
    const access::User* limits = nullptr;  ///< the same, unless the user may do everything
    std::uint64_t wrong_passwords = 0;
    bool close_after_reply = false;
    bool ended_by_fault = false;             ///< it is, or is about to be
    ReplyCut reply_cut = ReplyCut::Nothing;  ///< of the request that waits
    ReplyMode reply_mode = ReplyMode::On;

    std::string name;
    std::string library_name;
    std::string library_version;
    bool no_evict = false;
    bool no_touch = false;
    bool unix_socket = false;
    bool is_monitor = false;                         ///< is shown every request; Monitors writes it
    const ClientTracking* tracking = nullptr;        ///< nullptr: off; Tracking writes it
    ClientClass client_class = ClientClass::Normal;  ///< which output limit holds

    Transaction transaction;
    Subscriptions subscriptions;
    std::size_t watched_bytes = 0;  ///< what the keys that it watches cost; Watches counts
    std::size_t waiting_bytes = 0;  ///< what the request that waits costs; BlockedClients counts

    bool blocked = false;     ///< waits for a key or a moment: no request may be executed
    bool running = false;     ///< a request of this session is being executed
    protocol::Buffer pushes;  ///< messages that came meanwhile: they follow its reply

    store::TimePoint connected_at{};
    store::TimePoint last_request_at{};
    const Command* last_command = nullptr;  ///< nullptr before the first

    std::size_t counted_bytes = 0;  ///< with the sums of ClientMemory, which writes the following
    struct
    {
        std::size_t index;
        std::list<Session*>::iterator place;
    } in_bucket = {};
    bool evicted = false;  ///< it costs nothing any more, and is about to be closed
};

}  // namespace server
