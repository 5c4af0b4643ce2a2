#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/agenda.h"
#include "server/clients/sessions.h"
#include "server/config/options.h"
#include "server/key_events.h"
#include "store/hashing.h"

namespace server {

/// What a client asked for with CLIENT TRACKING, and how far it is.
struct ClientTracking
{
    bool broadcast = false;
    bool opt_in = false;
    bool opt_out = false;
    bool no_loop = false;
    std::uint64_t redirect = 0;      ///< the session that is told; 0: the client itself
    std::set<std::string> prefixes;  ///< broadcast: of the keys that it wants to hear of

    bool broken_redirect = false;  ///< that session is gone
    bool caching = false;          ///< CLIENT CACHING holds for the command that comes next

    /// Whether what the command that runs reads is to be remembered.
    bool remembers() const
    {
        if (broadcast || (opt_in && !caching)) return false;
        return !(opt_out && caching);
    }
};

/// Whom a client's tracking messages go to, as CLIENT LIST and GETREDIR say it: -1 if it does not
/// track, 0 for itself.
inline std::int64_t redirect_of(const Session& session)
{
    return session.tracking == nullptr ? -1 : static_cast<std::int64_t>(session.tracking->redirect);
}

/// CLIENT TRACKING: clients that keep what they have read are told when it may have changed. A key
/// that was read is remembered with who read it, until it changes and they are told, once. Clients
/// that broadcast are told of all changes to keys with a prefix, together after each command.
///
/// As in Redis, keys are known by their names alone, whatever the database, and a reader who is
/// gone is forgotten with the key.
class Tracking final : public KeySubscriber
{
public:
    /// All of them must outlive it.
    Tracking(const Options& options, const Sessions& sessions, const store::Clock& clock,
             Agenda& agenda)
        : options_(options), sessions_(sessions), clock_(clock), agenda_(agenda)
    {}

    /// Begins, or goes on with other options; the prefixes are added to those it has.
    /// REQUIRES that this was subscribed to the key events.
    void start(Session& session, ClientTracking wanted);
    void stop(Session& session);

    /// CLIENT CACHING: holds for the next command, or transaction. REQUIRES that it tracks.
    void cache_next(const Session& session) { clients_.at(&session)->caching = true; }
    /// That command, or transaction, is over. REQUIRES that it tracks.
    void command_over(const Session& session) { clients_.at(&session)->caching = false; }

    /// The client has read the key. REQUIRES that it tracks. Forgets another key, and tells its
    /// readers, if there are too many.
    void remember(const Session& session, std::string_view key);

    /// All keys are gone.
    void flushed();

    std::size_t clients() const { return clients_.size(); }
    std::size_t keys() const { return readers_.size(); }
    std::size_t items() const { return items_; }  ///< keys, by reader
    std::size_t prefixes() const { return by_prefix_.size(); }

    void key_changed(const store::KeyEvent& event) override;
    bool wants(const store::KeyEvent& event) const override;
    void changes_missed() override { flushed(); }

private:
    struct Hash
    {
        using is_transparent = void;
        std::size_t operator()(std::string_view key) const { return store::hash_bytes(key); }
    };
    /// Sessions by their ids; almost always one.
    struct Readers
    {
        std::uint64_t first;
        std::unique_ptr<std::set<std::uint64_t>> others;
    };
    using ReadersOfKeys = std::unordered_map<std::string, Readers, Hash, std::equal_to<>>;

    /// The clients that broadcast a prefix, and the keys that they are to be told of: with the
    /// client that changed it, if that wants not to hear of its own changes.
    struct Broadcast
    {
        std::set<Session*> clients;
        std::map<std::string, const Session*> keys;
    };

    void tell_readers(ReadersOfKeys::iterator found);
    void tell_reader(std::uint64_t id, std::string_view key);
    void forget_some();
    void note_for_broadcast(std::string_view key);
    void broadcast();
    void broadcast_to(Session& session, const Broadcast& prefix);
    void leave_prefixes(Session& session, const ClientTracking& state);

    /// Tells the client, or whom it redirects to, of keys; nullptr: of all.
    void send(Session& client, const std::vector<std::string_view>* keys);

    const Options& options_;
    const Sessions& sessions_;
    const store::Clock& clock_;
    Agenda& agenda_;
    std::unordered_map<const Session*, std::unique_ptr<ClientTracking>> clients_;
    ReadersOfKeys readers_;
    std::size_t items_ = 0;
    std::map<std::string, Broadcast, std::less<>> by_prefix_;
    Agenda::Item next_broadcast_;
    std::uint64_t turn_ = 0;
};

}  // namespace server
