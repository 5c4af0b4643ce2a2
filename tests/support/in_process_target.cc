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
