#include "server/net/connection.h"
#include "server/persistence/persistence.h"

/// How a turn ends. What is answered is in the log before: the turns of all clients that are ready
/// together are logged with one write, and their replies follow. With `appendfsync always` they
/// wait for the disk, too.
namespace server::net {

void Connection::end_turn(bool requests_left)
{
    send();
    if (server().shutdown_requested) return all_.shut_down(server());
    if (socket_.is_open()) go_on(requests_left);
    count_memory();
}

// What others have caused, as an element of a list that the client had waited for.
void Connection::send_once_safe()
{
    if (!must_wait_for_log(false)) [[likely]]
        send();
}

bool Connection::must_wait_for_log(bool requests_left)
{
    if (!all_.server.persistence->replies_must_wait() || all_.server.shutdown_requested) [[likely]]
        return false;
    wait_for_log(requests_left);
    return true;
}

// Of a client that reads slowly, earlier replies are still being sent: for such a one everybody
// waits, since what it is sent cannot be held back any more.
void Connection::wait_for_log(bool requests_left)
{
    if (sending_ == Sending::WaitsForRoom) {
        all_.server.persistence->log_and_wait();
        return end_turn(requests_left);
    }
    return_memory();
    if (!all_.is_about_to_log())
        asio::post(socket_.executor(), [self = shared_from_this()] { self->all_.log_turns(); });
    all_.send_once_logged(shared_from_this());
    sending_ = Sending::WaitsForLog;
    requests_left_ = requests_left;
    count_memory();
}

void Connection::send_when_safe()
{
    if (sending_ != Sending::WaitsForLog || !socket_.is_open()) return;
    sending_ = Sending::None;
    end_turn(requests_left_);
}

}  // namespace server::net
