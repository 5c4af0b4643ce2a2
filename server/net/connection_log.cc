#include "server/net/connection.h"
#include "server/persistence/persistence.h"

/// With `appendfsync always`: replies that wait for the disk.
namespace server::net {

// Of a client that reads slowly, earlier replies are still being sent: for such a one everybody
// waits, since what it is sent cannot be held back any more.
void Connection::wait_for_log(std::uint64_t place, bool requests_left)
{
    if (sending_ == Sending::WaitsForRoom) {
        all_.server.persistence->wait_until_safe();
        return end_turn(requests_left);
    }
    sending_ = Sending::WaitsForLog;
    requests_left_ = requests_left;
    all_.send_once_safe(place, shared_from_this());
    count_memory();
}

void Connection::send_when_safe()
{
    if (sending_ != Sending::WaitsForLog || !socket_.is_open()) return;
    sending_ = Sending::None;
    end_turn(requests_left_);
}

}  // namespace server::net
