#include "tests/support/in_process_target.h"

#include <optional>

namespace tests {

namespace {

class InProcessConnection : public Connection
{
public:
    explicit InProcessConnection(const Client& root) : root_(root), client_(root) {}

    std::string execute(std::span<const std::string> arguments) override
    {
        if (client_->session().close_after_reply) client_.emplace(root_);
        return client_->run(arguments);
    }

    std::optional<std::string> begin(std::span<const std::string> arguments) override
    {
        auto reply = execute(arguments);
        if (client_->session().blocked) return std::nullopt;
        return reply;
    }

    std::optional<std::string> reply_meanwhile() override
    {
        if (client_->session().blocked) return std::nullopt;
        return client_->take_output();
    }

    std::string client_id() override { return std::to_string(client_->session().id); }

private:
    const Client& root_;
    std::optional<Client> client_;
};

}  // namespace

std::unique_ptr<Connection> InProcessTarget::connect()
{
    return std::make_unique<InProcessConnection>(root_);
}

void InProcessTarget::advance(std::chrono::milliseconds by) { set_time(root_.clock.now() + by); }

void InProcessTarget::set_time(store::TimePoint now)
{
    root_.clock.set(now);
    while (root_.server().tick()) {
    }
}

}  // namespace tests
