#include "server/net/supervisor.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace server::net {
namespace {

std::string_view variable(const char* name)
{
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string_view{} : value;
}

// systemd's protocol: one datagram. A path that begins with @ is in the abstract name space.
bool notify(std::string_view path, std::string_view message)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return false;
    path.copy(address.sun_path, path.size());
    if (path.front() == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());

    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return false;
    const auto sent = sendto(socket, message.data(), message.size(), MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&address), size);
    close(socket);
    return sent == static_cast<ssize_t>(message.size());
}

}  // namespace

std::string tell_supervisor(std::string_view kind)
{
    const std::string_view systemd = variable("NOTIFY_SOCKET");
    const bool upstart = !variable("UPSTART_JOB").empty();
    const bool any = kind == "auto";
    if ((kind == "systemd" || any) && !systemd.empty()) {
        if (notify(systemd, "STATUS=Ready to accept connections\nREADY=1\n")) return {};
        return "systemd cannot be told that the server is ready: $NOTIFY_SOCKET does not answer";
    }
    if ((kind == "upstart" || any) && upstart) {
        std::raise(SIGSTOP);
        return {};
    }
    if (kind == "systemd") return "Supervised by systemd, but $NOTIFY_SOCKET is not set";
    if (kind == "upstart") return "Supervised by upstart, but $UPSTART_JOB is not set";
    return {};
}

}  // namespace server::net
