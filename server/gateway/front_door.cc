#include "server/gateway/front_door.h"

namespace server::gateway {

FrontDoor::FrontDoor(asio::io_context& io, net::Connections& connections)
    : io_(io),
      gateways_(connections.server, {.wake = [this] { go_on_soon(); },
                                     .wrong_password =
                                         [&connections](std::string_view address) {
                                             connections.guesses.add(address, 1);
                                         }}),
      http_(io, connections, gateways_)
{}

// Once for however much happens until then.
void FrontDoor::go_on_soon()
{
    if (going_on_) return;
    asio::post(io_, [this] {
        going_on_ = false;
        gateways_.go_on();
    });
    going_on_ = true;
}

void FrontDoor::close_all()
{
    gateways_.shut_down();
    http_.close_all();
}

std::vector<std::string> FrontDoor::addresses() const
{
    std::vector<std::string> all = http_.addresses();
    for (std::string& address : all) address.insert(0, "http://");
    return all;
}

}  // namespace server::gateway
