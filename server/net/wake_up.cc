#include "server/net/wake_up.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace server::net {

WakeUp::WakeUp(asio::io_context& io, std::function<void()> action)
    : reading_end_(io), action_(std::move(action))
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        throw std::system_error{errno, std::generic_category(), "pipe"};
    reading_end_.assign(ends[0]);
    writing_end_ = ends[1];
    wait();
}

WakeUp::~WakeUp() { close(writing_end_); }

// A pipe that is full will wake it, too.
void WakeUp::wake() noexcept { [[maybe_unused]] const auto written = write(writing_end_, "", 1); }

void WakeUp::wait()
{
    reading_end_.async_wait(Descriptor::wait_read, [this](const Error& error) {
        if (error) return;
        std::array<char, 256> bytes;
        Error ignored;
        while (reading_end_.read_some(asio::buffer(bytes), ignored) == bytes.size()) continue;
        action_();
        wait();
    });
}

}  // namespace server::net
