#pragma once

#include <chrono>
#include <functional>
#include <utility>

#include "tests/support/client.h"

namespace tests {

/// While it lives, every script seems to be slow: each look at the stopwatch takes ten seconds.
/// Whenever the server lets others run, `meanwhile` is called with another client.
class SlowScripts
{
public:
    SlowScripts(Client& client, std::function<void(Client&)> meanwhile)
        : server_(client.server()), other_(client), meanwhile_(std::move(meanwhile))
    {
        server_.stopwatch = [] {
            static std::chrono::nanoseconds passed{};
            return passed += std::chrono::seconds{10};
        };
        server_.let_others_run = [this] { meanwhile_(other_); };
    }
    ~SlowScripts() { server_.let_others_run = {}; }
    SlowScripts(const SlowScripts&) = delete;
    SlowScripts& operator=(const SlowScripts&) = delete;

private:
    server::Server& server_;
    Client other_;
    std::function<void(Client&)> meanwhile_;
};

}  // namespace tests
