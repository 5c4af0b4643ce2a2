#pragma once

#include <functional>

#include "server/net/asio.h"

namespace server::net {

/// Lets another thread wake the one that serves clients: nothing else of Asio may be touched there.
class WakeUp
{
public:
    /// `action` is called by the serving thread, once for any number of wakes in between.
    WakeUp(asio::io_context& io, std::function<void()> action);
    ~WakeUp();
    WakeUp(const WakeUp&) = delete;
    WakeUp& operator=(const WakeUp&) = delete;

    /// From any thread. Never waits.
    void wake() noexcept;

private:
    void wait();

    Descriptor reading_end_;
    int writing_end_ = -1;
    std::function<void()> action_;
};

}  // namespace server::net
