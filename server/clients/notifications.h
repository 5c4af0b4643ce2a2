#pragma once

#include <string>

#include "server/clients/pubsub.h"
#include "server/key_events.h"

namespace server {

/// Keyspace notifications: publishes each change of a key on `__keyspace@<db>__:<key>` and
/// `__keyevent@<db>__:<event>`, as far as the letters of notify-keyspace-events ask for it
/// (https://redis.io/docs/latest/develop/use/keyspace-notifications/).
class Notifications final : public KeySubscriber
{
public:
    explicit Notifications(PubSub& pubsub) : pubsub_(pubsub) {}

    /// Takes the letters over. REQUIRES what the option's grammar gives: "AKE", "g$xE".
    void choose(std::string_view letters);

    /// What the databases must report beside changes.
    store::Changes also() const { return also_; }

    void key_changed(const store::KeyEvent& event) override;
    /// Messages that there was no memory for are lost, as a message to a slow client is.
    void changes_missed() override {}

private:
    bool wants_letter(char letter) const { return letters_.find(letter) != std::string::npos; }

    PubSub& pubsub_;
    std::string letters_;
    store::Changes also_;
};

}  // namespace server
