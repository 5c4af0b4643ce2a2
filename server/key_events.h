#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/stats.h"
#include "store/key_event.h"

namespace server {

class KeyEvents;

/// Told of the changes to keys after the command that made them. May change keys in turn: what
/// comes of that is told after the events of the command.
class KeySubscriber
{
public:
    virtual ~KeySubscriber() = default;
    /// The event's name is never empty but for Change::Cleared.
    virtual void key_changed(const store::KeyEvent& event) = 0;
    /// Whether it wants to be told of this event. Asked while the change is being made, if it
    /// listens for such changes: must be quick, and must not touch the keyspace.
    virtual bool wants(const store::KeyEvent&) const { return true; }
    /// Memory ran out, and any number of changes to any key were not told: it must assume the
    /// worst.
    virtual void changes_missed() = 0;

protected:
    /// Which changes this subscriber wants to be asked about: at first none. A change that no
    /// subscriber wants costs a counter. REQUIRES that it was subscribed.
    void listen(store::Changes wanted);
    void listen(bool wanted) { listen(wanted ? store::Changes::all() : store::Changes{}); }

private:
    friend class KeyEvents;
    KeyEvents* events_ = nullptr;
    store::Changes wanted_;
};

/// The stream of changes: gathers what the store reports in the middle of a command, and tells it
/// to the subscribers after the command, in the order in which they were subscribed.
class KeyEvents final : public store::Observer
{
public:
    explicit KeyEvents(Stats& stats) : stats_(stats) {}

    /// The subscriber must outlive this.
    void subscribe(KeySubscriber& subscriber)
    {
        subscribers_.push_back(&subscriber);
        assert(subscribers_.size() <= 32 && "a bit for each");
        subscriber.events_ = this;
    }

    /// Something was changed that is not told: all subscribers are to assume the worst.
    void miss() { missed_ = true; }

    /// While `mute` is true, no subscriber is told of anything.
    void mute(bool mute) { muted_ = mute; }

    /// Tells this one of every change at the moment at which it is made; nullptr: nobody.
    void tell_at_once(store::Observer* observer) { at_once_ = observer; }

    /// What the changes of the command that begins now are called.
    void name_own_changes(std::string_view name) { own_name_ = name; }

    /// While it lives, changes are the server's own doing, under a name of their own, and not those
    /// of the command that runs, which changes nothing if it fails.
    class ByServer
    {
    public:
        ByServer(KeyEvents& events, std::string_view name)
            : events_(events),
              name_before_(std::exchange(events.own_name_, name)),
              by_server_before_(std::exchange(events.by_server_, true))
        {}
        ~ByServer()
        {
            events_.own_name_ = name_before_;
            events_.by_server_ = by_server_before_;
        }
        ByServer(const ByServer&) = delete;
        ByServer& operator=(const ByServer&) = delete;

    private:
        KeyEvents& events_;
        std::string_view name_before_;
        bool by_server_before_;
    };

    /// Tells what was gathered. Called after each command and tick.
    void tell()
    {
        if (!gathered_.empty() || missed_) tell_all();
    }

    void key_changed(const store::KeyEvent& event, std::int64_t count) noexcept override;
    void member_expired(int database, std::string_view key,
                        std::string_view member) noexcept override
    {
        if (at_once_ != nullptr) at_once_->member_expired(database, key, member);
    }

private:
    friend class KeySubscriber;

    /// A KeyEvent whose key, and the removed member behind it, lie in keys_.
    struct Gathered
    {
        store::KeyEvent event;
        std::size_t key_begin;
        std::uint32_t wanted_by;  ///< a bit for each subscriber
    };

    std::uint32_t who_wants(const store::KeyEvent& event) const;
    std::uint64_t& counter_of(store::Change change);
    void gather(const store::KeyEvent& event);
    void tell_all();
    void tell_gathered();
    void tell_missed();
    void forget_gathered();

    Stats& stats_;
    std::vector<KeySubscriber*> subscribers_;
    store::Changes wanted_;  ///< by any subscriber
    store::Observer* at_once_ = nullptr;
    bool muted_ = false;
    bool by_server_ = false;
    std::string_view own_name_;
    std::vector<Gathered> gathered_;
    std::string keys_;
    bool missed_ = false;  ///< there was no memory for an event, or miss()
};

}  // namespace server
