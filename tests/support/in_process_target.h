#pragma once

#include <memory>
#include <string>

#include "tests/support/client.h"
#include "tests/support/target.h"

namespace tests {

/// A Dabba inside this process, without sockets, whose clock moves only when it is told to. What
/// only tests need is allowed.
class InProcessTarget : public Target
{
public:
    /// `speak_as` is the value of that option.
    explicit InProcessTarget(const std::string& speak_as = server::Options{}.speak_as)
        : root_(options(speak_as))
    {}

    std::unique_ptr<Connection> connect() override;

    /// Moves the clock, and does what that has made due, as the server's own tick would.
    void advance(std::chrono::milliseconds by) override;

    server::Server& server() { return root_.server(); }

    /// Sets the clock, for a comparison with a server that has a clock of its own.
    void set_time(store::TimePoint now);

private:
    static server::Options options(const std::string& speak_as)
    {
        server::Options options = options_for_tests();
        options.workspaces = true;
        options.speak_as = speak_as;
        return options;
    }

    Client root_;
};

}  // namespace tests
