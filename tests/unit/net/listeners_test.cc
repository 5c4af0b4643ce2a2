#include "server/net/listeners.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "server/net/address.h"
#include "tests/support/folder.h"
#include "tests/unit/net/loopback.h"

using server::Options;
using server::net::ListenError;
using tests::Client;
using tests::Loopback;

namespace {

std::string error_of(const Options& options)
{
    try {
        Loopback loopback{options};
        return "";
    } catch (const ListenError& error) {
        return error.what();
    }
}

Options listening_on(std::vector<std::string> bind, int port = 0)
{
    Options options = Loopback::default_options();
    options.bind = std::move(bind);
    options.port = port;
    return options;
}

}  // namespace

TEST_CASE("port 0 takes a free port, the same on all addresses, and says which")
{
    Loopback loopback{listening_on({"127.0.0.1", "127.0.0.2"})};
    CHECK(loopback.port() != 0);
    CHECK(loopback.listeners.addresses() ==
          std::vector<std::string>{fmt::format("127.0.0.1:{}", loopback.port()),
                                   fmt::format("127.0.0.2:{}", loopback.port())});
}

TEST_CASE("a port that is taken is named")
{
    const Loopback first;
    CHECK(error_of(listening_on({"127.0.0.1"}, first.port())) ==
          fmt::format("Could not open 127.0.0.1:{}: Address already in use", first.port()));
}

TEST_CASE("an address that this machine lacks may be missing only if a dash says so")
{
    CHECK(error_of(listening_on({"192.0.2.99"})) ==
          "Could not open 192.0.2.99:0: Cannot assign requested address");
    const Loopback loopback{listening_on({"127.0.0.1", "-192.0.2.99"})};
    CHECK(loopback.listeners.addresses().size() == 1);
    CHECK(error_of(listening_on({"-192.0.2.99"})).starts_with("Could not open any address"));
}

TEST_CASE("an address may be a host name, or all addresses")
{
    asio::io_context io;
    using server::net::resolve;
    using server::net::to_text;
    CHECK(to_text(resolve(io, "*", 7000)) == "0.0.0.0:7000");
    CHECK(to_text(resolve(io, "::*", 7000)) == "[::]:7000");
    CHECK(to_text(resolve(io, "::1", 7000)) == "[::1]:7000");
    CHECK(to_text(resolve(io, "localhost", 7000)) == "127.0.0.1:7000");
}

TEST_CASE("who is on this machine")
{
    asio::io_context io;
    using server::net::is_local;
    using server::net::resolve;
    CHECK(is_local(resolve(io, "127.0.0.1", 1)));
    CHECK(is_local(resolve(io, "127.8.9.10", 1)));
    CHECK(is_local(resolve(io, "::1", 1)));
    CHECK_FALSE(is_local(resolve(io, "192.0.2.1", 1)));
    CHECK_FALSE(is_local(resolve(io, "2001:db8::1", 1)));
    CHECK(is_local(asio::local::stream_protocol::endpoint{"/run/dabba.sock"}));
}

TEST_CASE("a listener that was stopped hands nobody over, whoever has connected by then")
{
    using server::net::Listener;
    asio::io_context io;
    auto listener = std::make_shared<Listener>(io, server::net::resolve(io, "127.0.0.1", 0), 16);
    int told = 0;
    listener->start([&](server::net::Socket) { ++told; },
                    [&](const server::net::Error&) { ++told; });
    asio::generic::stream_protocol::socket waiting{io};
    waiting.connect(listener->endpoint());
    listener->stop();
    listener.reset();  // it is told of its last attempt all the same
    io.poll();
    CHECK(told == 0);
}

TEST_CASE("a Unix socket has its permissions, serves, and is gone afterwards")
{
    const tests::Folder folder;
    Options options = listening_on({});
    options.unix_socket = folder.path() / "dabba.sock";
    options.unix_socket_permissions = 0700;
    {
        Loopback loopback{options};
        CHECK(loopback.listeners.addresses() == std::vector<std::string>{options.unix_socket});
        struct stat status = {};
        REQUIRE(stat(options.unix_socket.c_str(), &status) == 0);
        CHECK((status.st_mode & 0777) == 0700);

        Client client{loopback, options.unix_socket};
        CHECK(client.ask("PING\r\n", "+PONG\r\n") == "+PONG\r\n");
        const server::Session& session = *loopback.server.sessions.begin()->second;
        CHECK(session.unix_socket);
        CHECK(session.peer->remote_address() == options.unix_socket + ":0");
        CHECK(session.peer->local_address() == options.unix_socket + ":0");
    }
    CHECK_FALSE(std::filesystem::exists(options.unix_socket));
}

TEST_CASE("a stale Unix socket is replaced; one that is served, and any other file, is not")
{
    const tests::Folder folder;
    Options options = listening_on({});
    options.unix_socket = folder.path() / "dabba.sock";
    {
        asio::io_context io;
        asio::local::stream_protocol::acceptor dead{io, {options.unix_socket}};
    }
    REQUIRE(std::filesystem::exists(options.unix_socket));
    {
        const Loopback loopback{options};
        CHECK(error_of(options) ==
              fmt::format("Could not open {}: Address already in use", options.unix_socket));
        CHECK(std::filesystem::exists(options.unix_socket));
    }
    std::ofstream{options.unix_socket} << "a file of somebody's";
    CHECK(error_of(options) != "");
    CHECK(std::filesystem::file_size(options.unix_socket) > 0);
}

TEST_CASE("who is one too many is told so, until somebody leaves")
{
    Options options = Loopback::default_options();
    options.max_clients = 1;
    Loopback loopback{options};
    Client first{loopback};
    CHECK(first.ask("PING\r\n", "+PONG\r\n") == "+PONG\r\n");
    Client second{loopback};
    CHECK(second.receive_all() == "-ERR max number of clients reached\r\n");
    CHECK(loopback.server.stats.connections_rejected == 1);

    first.close();
    loopback.run_until([&] { return loopback.server.sessions.size() == 0; });
    Client third{loopback};
    CHECK(third.ask("PING\r\n", "+PONG\r\n") == "+PONG\r\n");
}
