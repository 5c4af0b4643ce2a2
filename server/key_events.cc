#include "server/key_events.h"

#include <utility>

namespace server {

void KeySubscriber::listen(bool wanted)
{
    if (wanted == listening_) return;
    listening_ = wanted;
    events_->listening_ += wanted ? 1 : -1;
}

void KeyEvents::key_changed(const store::KeyEvent& event)
{
    // An expiry is time's doing, not a command's: a command that fails may well have met one.
    ++(event.change == store::Change::Expired ? stats_.keys_expired : stats_.changes);
    if (listening_ == 0) return;
    Gathered& gathered = gathered_.emplace_back(Gathered{event, keys_.size()});
    if (event.name.empty()) gathered.event.name = own_name_;
    keys_ += event.key;
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
            event.key = std::string_view{keys}.substr(gathered.key_begin, event.key.size());
            for (KeySubscriber* subscriber : subscribers_)
                if (subscriber->listening_) subscriber->key_changed(event);
        }
    }
    // The memory is kept for the next command, unless one command was very large.
    constexpr std::size_t kMaxKeptEvents = 1024;
    if (telling.capacity() > kMaxKeptEvents) return;
    gathered_.swap(telling);
    keys_.swap(keys);
    gathered_.clear();
    keys_.clear();
}

}  // namespace server
