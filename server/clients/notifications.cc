#include "server/clients/notifications.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace server {

namespace {

/// The class of what can happen to a key of any type.
bool is_generic(std::string_view event)
{
    constexpr std::array<std::string_view, 9> kGeneric = {
        "copy_to", "del",     "expire",      "move_from", "move_to",
        "persist", "restore", "rename_from", "rename_to",
    };
    return std::find(kGeneric.begin(), kGeneric.end(), event) != kGeneric.end();
}

char letter_of(store::Type type)
{
    char letter = 'g';
    store::with_type(type, [&]<class T>() { letter = store::TypeTraits<T>::kEventClass; });
    return letter;
}

char class_of(const store::KeyEvent& event)
{
    if (event.name == store::event::kExpired) return 'x';
    if (event.name == store::event::kEvicted) return 'e';
    if (event.change == store::Change::Missed) return 'm';
    if (event.change == store::Change::Made) return 'n';
    return is_generic(event.name) ? 'g' : letter_of(event.type);
}

}  // namespace

void Notifications::choose(std::string_view letters)
{
    letters_ = letters;
    also_ = {};
    if (!wants_letter('K') && !wants_letter('E')) return listen(false);
    if (wants_letter('m')) also_ |= {store::Change::Missed};
    if (wants_letter('n')) also_ |= {store::Change::Made};
    store::Changes wanted = store::Changes::all();
    listen(wanted |= also_);
}

void Notifications::key_changed(const store::KeyEvent& event)
{
    if (!event.is_of_one_key() || pubsub_.silent()) return;
    const char letter = class_of(event);
    const bool is_in_all = letter != 'm' && letter != 'n';
    if (!wants_letter(letter) && !(is_in_all && wants_letter('A'))) return;
    if (wants_letter('K'))
        pubsub_.publish(fmt::format("__keyspace@{}__:{}", event.database, event.key), event.name);
    if (wants_letter('E'))
        pubsub_.publish(fmt::format("__keyevent@{}__:{}", event.database, event.name), event.key);
}

}  // namespace server
