#include "server/key_events.h"

#include <new>
#include <utility>

namespace server {

void KeySubscriber::listen(store::Changes wanted)
{
    if (wanted == wanted_) return;
    wanted_ = wanted;
    events_->wanted_ = {};
    for (const KeySubscriber* const subscriber : events_->subscribers_)
        events_->wanted_ |= subscriber->wanted_;
}

/// An expiry is time's doing, not a command's: a command that fails may well have met one.
std::uint64_t& KeyEvents::counter_of(store::Change change)
{
    if (change == store::Change::Expired) return stats_.keys_expired;
    if (change == store::Change::FieldsExpired) return stats_.changes_by_server;
    return by_server_ ? stats_.changes_by_server : stats_.changes;
}

void KeyEvents::key_changed(const store::KeyEvent& event, std::int64_t count) noexcept
{
    counter_of(event.change) += static_cast<std::uint64_t>(count);
    if (at_once_ != nullptr) [[unlikely]]
        at_once_->key_changed(event, count);
    if (!wanted_.has(event.change) || muted_) return;
    try {
        gather(event);
    } catch (const std::bad_alloc&) {
        missed_ = true;
    }
}

void KeyEvents::gather(const store::KeyEvent& event)
{
    store::KeyEvent named = event;
    if (named.name.empty() && named.change != store::Change::Cleared) named.name = own_name_;
    const std::uint32_t wanted_by = who_wants(named);
    if (wanted_by == 0) return;
    named.added = {};
    keys_.reserve(keys_.size() + event.key.size() + event.removed.size());
    gathered_.push_back({named, keys_.size(), wanted_by});
    keys_ += event.key;
    keys_ += event.removed;
}

std::uint32_t KeyEvents::who_wants(const store::KeyEvent& event) const
{
    std::uint32_t wanted_by = 0;
    for (std::size_t i = 0; i < subscribers_.size(); ++i) {
        const KeySubscriber& subscriber = *subscribers_[i];
        if (subscriber.wanted_.has(event.change) && subscriber.wants(event)) wanted_by |= 1U << i;
    }
    return wanted_by;
}

void KeyEvents::tell_all()
{
    try {
        tell_gathered();
    } catch (const std::bad_alloc&) {
        missed_ = true;
    }
    if (missed_) tell_missed();
}

/// What was gathered besides is part of what the subscribers assume by then.
void KeyEvents::tell_missed()
{
    missed_ = false;
    forget_gathered();
    for (KeySubscriber* const subscriber : subscribers_) {
        try {
            if (subscriber->wanted_ != store::Changes{}) subscriber->changes_missed();
        } catch (const std::bad_alloc&) {
            missed_ = true;  // they are all told again, after the next command or tick
        }
    }
}

void KeyEvents::forget_gathered()
{
    gathered_.clear();
    keys_.clear();
}

void KeyEvents::tell_gathered()
{
    std::vector<Gathered> telling;
    std::string keys;
    while (!gathered_.empty()) {
        telling.clear();
        keys.clear();
        telling.swap(gathered_);
        keys.swap(keys_);
        for (Gathered& gathered : telling) {
            store::KeyEvent& event = gathered.event;
            const auto rest = std::string_view{keys}.substr(gathered.key_begin);
            event.removed = rest.substr(event.key.size(), event.removed.size());
            event.key = rest.substr(0, event.key.size());
            for (std::size_t i = 0; i < subscribers_.size(); ++i)
                if ((gathered.wanted_by >> i & 1) != 0) subscribers_[i]->key_changed(event);
        }
    }
    // The memory is kept for the next command, unless one command was very large.
    constexpr std::size_t kMaxKeptEvents = 1024;
    if (telling.capacity() > kMaxKeptEvents) return;
    gathered_.swap(telling);
    keys_.swap(keys);
    forget_gathered();
}

}  // namespace server
