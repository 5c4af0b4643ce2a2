#include "server/net/connection.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>

#include "tests/support/blocking_command.h"
#include "tests/unit/net/loopback.h"

using namespace std::chrono_literals;
using server::net::Connection;
using tests::Client;
using tests::Loopback;

namespace {

std::string repeat(std::string_view text, std::size_t times)
{
    std::string result;
    for (std::size_t i = 0; i < times; ++i) result += text;
    return result;
}

std::string bulk(std::string_view bytes)
{
    return fmt::format("${}\r\n{}\r\n", bytes.size(), bytes);
}

std::string set(std::string_view key, std::string_view value)
{
    return "*3\r\n$3\r\nSET\r\n" + bulk(key) + bulk(value);
}

server::Session& only_session(Loopback& loopback)
{
    REQUIRE(loopback.server.sessions.size() == 1);
    return *loopback.server.sessions.begin()->second;
}

}  // namespace

TEST_CASE("requests are answered in order, however their bytes arrive")
{
    Loopback loopback;
    Client client{loopback};
    CHECK(client.ask("PING\r\n", "+PONG\r\n") == "+PONG\r\n");

    const std::string requests =
        set("a", "1\r\n2") + "*2\r\n$3\r\nGET\r\n$1\r\na\r\n" + "\r\n" + "PING\n";
    const std::string replies = "+OK\r\n$4\r\n1\r\n2\r\n+PONG\r\n";
    CHECK(client.ask(requests, replies) == replies);
    for (const char byte : requests) {
        client.send({&byte, 1});
        loopback.io.poll();
    }
    CHECK(client.receive(replies.size()) == replies);
}

TEST_CASE("a long pipeline does not keep other clients waiting")
{
    Loopback loopback;
    Client busy{loopback};
    Client other{loopback};
    CHECK(busy.ask("PING\r\n", "+PONG\r\n") == "+PONG\r\n");
    CHECK(other.ask("PING\r\n", "+PONG\r\n") == "+PONG\r\n");

    const std::string pipeline = repeat("PING\r\n", 20'000);
    std::size_t sent = busy.send_some(pipeline);
    REQUIRE(sent > 30'000);
    const auto before = loopback.server.stats.commands_processed();
    CHECK(other.ask("PING\r\n", "+PONG\r\n") == "+PONG\r\n");
    CHECK(loopback.server.stats.commands_processed() - before < sent / 6);

    busy.send(std::string_view{pipeline}.substr(sent));
    const std::string replies = repeat("+PONG\r\n", 20'000);
    CHECK(busy.receive(replies.size()) == replies);
}

TEST_CASE("a client that breaks the protocol is told why and disconnected")
{
    Loopback loopback;
    Client client{loopback};
    client.send("PING\r\n*1\r\n:1\r\nPING\r\n");
    CHECK(client.receive_all() == "+PONG\r\n-ERR Protocol error: expected '$', got ':'\r\n");
    CHECK(loopback.server.stats.error_replies == 1);
    CHECK(loopback.server.sessions.size() == 0);
}

TEST_CASE("QUIT is answered, what follows is not executed")
{
    Loopback loopback;
    Client client{loopback};
    client.send("QUIT\r\nSET a 1\r\n");
    CHECK(client.receive_all() == "+OK\r\n");
    CHECK(loopback.server.databases[0].size() == 0);
}

TEST_CASE("HTTP is hung up on without an answer, and nothing of it is executed")
{
    Loopback loopback;
    for (const std::string_view request :
         {"POST / HTTP/1.1\r\nSET a 1\r\n", "GET / HTTP/1.1\r\nHost: dabba\r\n\r\nSET a 1\r\n"}) {
        Client client{loopback};
        client.send(request);
        CHECK(client.receive_all() == "");
    }
    CHECK(loopback.server.databases[0].size() == 0);
}

TEST_CASE("a client that sends no more still gets its answers")
{
    Loopback loopback;
    Client client{loopback};
    client.send(repeat("PING\r\n", 5'000));
    client.close_sending_side();
    CHECK(client.receive_all() == repeat("+PONG\r\n", 5'000));
}

TEST_CASE("a client may write all its requests before it reads a reply")
{
    Loopback loopback;
    Client client{loopback};
    constexpr int kRequests = 1000;
    const auto value = [](int i) {
        return std::string(64 * 1024, static_cast<char>('a' + i % 26));
    };
    for (int i = 0; i < kRequests; ++i) client.send("*2\r\n$4\r\nECHO\r\n" + bulk(value(i)));
    loopback.run_until([&] { return loopback.server.stats.commands_processed() == kRequests; });
    const server::Peer& peer = *only_session(loopback).peer;
    CHECK(peer.reply_bytes() > 50'000'000);
    CHECK(peer.reply_room() < 70'000'000);
    CHECK(peer.reply_blocks() < 1000);

    // Others are served meanwhile.
    Client other{loopback};
    CHECK(other.ask("PING\r\n", "+PONG\r\n") == "+PONG\r\n");
    other.close();

    bool same = true;
    for (int i = 0; i < kRequests; ++i) {
        const std::string reply = bulk(value(i));
        same &= client.receive(reply.size()) == reply;
    }
    CHECK(same);
    CHECK(client.ask("PING\r\n", "+PONG\r\n") == "+PONG\r\n");
    CHECK(peer.reply_room() == 0);
}

TEST_CASE("an idle client holds no memory for requests or replies")
{
    Loopback loopback;
    Client client{loopback};
    const std::string value(3 << 20, 'v');
    CHECK(client.ask(set("big", value), "+OK\r\n") == "+OK\r\n");
    const std::string reply = bulk(value);
    CHECK(client.ask("GET big\r\n", reply) == reply);
    const server::Session& session = only_session(loopback);
    CHECK(session.peer->query_bytes() == 0);
    CHECK(session.peer->query_room() == 0);
    CHECK(session.output.capacity() == 0);
    CHECK(loopback.connections.spare_input.capacity() <= 256 * 1024);
    CHECK(loopback.connections.spare_output.capacity() <= 256 * 1024);
}

TEST_CASE("the beginning of a request holds memory of its own size")
{
    Loopback loopback;
    Client client{loopback};
    CHECK(client.ask("PING\r\n", "+PONG\r\n") == "+PONG\r\n");
    client.send("*2\r\n$4\r\nPI");
    const server::Session& session = only_session(loopback);
    loopback.run_until([&] { return session.peer->query_bytes() != 0; });
    CHECK(session.peer->query_bytes() == 10);
    CHECK(session.peer->query_room() < 1024);
    CHECK(client.ask("NG\r\n$1\r\nx\r\n", "$1\r\nx\r\n") == "$1\r\nx\r\n");
}

TEST_CASE("a request longer than client-query-buffer-limit ends the connection")
{
    server::Options options = Loopback::default_options();
    options.client_query_buffer_limit = 1 << 20;
    Loopback loopback{options};
    Client client{loopback};
    client.send_some("*2\r\n$3\r\nGET\r\n$3000000\r\n");
    const std::string bytes(2 << 20, 'x');
    std::size_t sent = 0;
    loopback.run_until([&] {
        sent += client.send_some(std::string_view{bytes}.substr(sent));
        return loopback.server.stats.connections_received == 1 &&
               loopback.server.sessions.size() == 0;
    });
    CHECK(client.receive_all() == "");
}

TEST_CASE("a client over its output limit is disconnected")
{
    server::Options options = Loopback::default_options();
    options.client_output_buffer_limit[0] = {.hard_bytes = 1 << 20};
    Loopback loopback{options};
    Client client{loopback};
    CHECK(client.ask(set("big", std::string(3 << 20, 'v')), "+OK\r\n") == "+OK\r\n");
    client.send("GET big\r\n");
    CHECK(client.receive_all() == "");
    CHECK(loopback.server.stats.output_limit_disconnections == 1);
}

TEST_CASE("a transaction whose replies go over the limit is executed, and its client disconnected")
{
    server::Options options = Loopback::default_options();
    options.client_output_buffer_limit[0] = {.hard_bytes = 1 << 20};
    Loopback loopback{options};
    Client client{loopback};
    CHECK(client.ask(set("big", std::string(300 << 10, 'v')), "+OK\r\n") == "+OK\r\n");
    client.send("MULTI\r\nSET before 1\r\n" + repeat("GET big\r\n", 1000) +
                "SET after 1\r\nEXEC\r\n");
    CHECK(client.receive_all().find("$") == std::string::npos);  // what was not sent is dropped
    CHECK(loopback.server.stats.output_limit_disconnections == 1);
    CHECK(loopback.server.databases[0].size() == 3);
}

TEST_CASE("messages that go over a subscriber's limit end it, whoever sends them")
{
    server::Options options = Loopback::default_options();
    options.client_output_buffer_limit[2] = {.hard_bytes = 1 << 20};
    Loopback loopback{options};
    Client subscriber{loopback};
    CHECK(subscriber.ask("SUBSCRIBE a\r\n", "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n") != "");
    const std::size_t usual = only_session(loopback).peer->reply_room();
    for (int i = 0; i < 200; ++i) {
        subscriber.send(
            fmt::format("PSUBSCRIBE a{}\r\n", std::string(static_cast<std::size_t>(i), '*')));
    }
    loopback.run_until([&] { return loopback.server.stats.commands_processed() == 201; });

    const server::Session& session = only_session(loopback);
    std::size_t most = usual;
    for (int i = 0; i < 200; ++i) {
        loopback.server.pubsub.publish("a", std::string(10'000, 'm'));
        most = std::max(most, session.peer->reply_room());
    }
    CHECK(most <= 1 << 20);
    while (!subscriber.receive(1 << 20).empty()) {
    }
    CHECK(loopback.server.sessions.size() == 0);
    CHECK(loopback.server.stats.output_limit_disconnections == 1);
}

TEST_CASE("a client that messages itself over the limit is disconnected, too")
{
    server::Options options = Loopback::default_options();
    options.client_output_buffer_limit[2] = {.hard_bytes = 1 << 20};
    Loopback loopback{options};
    Client client{loopback};
    client.send("HELLO 3\r\n" + repeat("PSUBSCRIBE a*\r\n", 1));
    for (int i = 0; i < 100; ++i)
        client.send(
            fmt::format("PSUBSCRIBE a{}\r\n", std::string(static_cast<std::size_t>(i), '*')));
    client.send("*3\r\n$7\r\nPUBLISH\r\n$1\r\na\r\n" + bulk(std::string(50'000, 'm')));
    client.receive_all();
    CHECK(loopback.server.sessions.size() == 0);
    CHECK(loopback.server.stats.output_limit_disconnections == 1);
}

TEST_CASE("a client without a password may not let replies wait")
{
    server::Options options = Loopback::default_options();
    options.require_pass = "secret";
    Loopback loopback{options};
    Client reader{loopback};
    const std::string refusal = "-NOAUTH Authentication required.\r\n";
    reader.send(repeat("PING\r\n", 3000));
    CHECK(reader.receive(3000 * refusal.size()) == repeat(refusal, 3000));

    Client client{loopback};
    const std::string requests = repeat("PING\r\n", 5'000);
    std::size_t most = 0;
    loopback.run_until([&] {
        client.send_some(requests);
        for (const auto& [id, session] : loopback.server.sessions)
            most = std::max(most, session->peer->reply_bytes());
        return loopback.server.stats.output_limit_disconnections == 1;
    });
    CHECK(most < 40'000);
    CHECK(loopback.server.sessions.size() == 1);
}

TEST_CASE("after twenty wrong passwords the connection ends")
{
    server::Options options = Loopback::default_options();
    options.require_pass = "secret";
    Loopback loopback{options};
    Client client{loopback};
    const std::string wrong = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
    for (int i = 0; i < 5; ++i) CHECK(client.ask("AUTH guess\r\n", wrong) == wrong);
    CHECK(client.ask("AUTH secret\r\n", "+OK\r\n") == "+OK\r\n");
    client.send(repeat("AUTH guess\r\n", 40));
    CHECK(client.receive_all() == repeat(wrong, 20));
    CHECK(loopback.server.stats.wrong_passwords == 25);
}

TEST_CASE("a silent client is disconnected after its time")
{
    server::Options options = Loopback::default_options();
    options.timeout_seconds = 60;
    Loopback loopback{options};
    Client client{loopback};
    CHECK(client.ask("PING\r\n", "+PONG\r\n") == "+PONG\r\n");
    loopback.server.clock.advance(59s);
    loopback.connections.check_patience(1);
    CHECK(loopback.server.sessions.size() == 1);
    loopback.server.clock.advance(2s);
    loopback.connections.check_patience(1);
    CHECK(loopback.server.sessions.size() == 0);
    CHECK(client.receive_all() == "");
}

TEST_CASE("a subscriber may be silent as long as it likes")
{
    server::Options options = Loopback::default_options();
    options.timeout_seconds = 60;
    Loopback loopback{options};
    Client client{loopback};
    CHECK(client.ask("PING\r\n", "+PONG\r\n") == "+PONG\r\n");
    only_session(loopback).client_class = server::ClientClass::Pubsub;
    loopback.server.clock.advance(1h);
    loopback.connections.check_patience(1);
    CHECK(loopback.server.sessions.size() == 1);
}

TEST_CASE("a message from elsewhere is sent without being asked for")
{
    Loopback loopback;
    Client client{loopback};
    CHECK(client.ask("PING\r\n", "+PONG\r\n") == "+PONG\r\n");
    server::Session& session = only_session(loopback);
    for (int i = 0; i < 3; ++i) {
        session.output.append("+news\r\n");
        session.peer->flush();
    }
    CHECK(client.receive(21) == "+news\r\n+news\r\n+news\r\n");
}

TEST_CASE("a client is killed by another, and may kill itself")
{
    Loopback loopback;
    Client victim{loopback};
    CHECK(victim.ask("CLIENT ID\r\n", ":1\r\n") == ":1\r\n");
    Client killer{loopback};
    CHECK(killer.ask("CLIENT KILL ID 1\r\n", ":1\r\n") == ":1\r\n");
    CHECK(victim.receive_all() == "");
    killer.send("CLIENT KILL ID 2 SKIPME NO\r\nSET a 1\r\n");
    CHECK(killer.receive_all() == ":1\r\n");
    CHECK(loopback.server.databases[0].size() == 0);
}

TEST_CASE("a session that is killed in its own turn sends nothing more")
{
    Loopback loopback;
    Client client{loopback};
    CHECK(client.ask("PING\r\n", "+PONG\r\n") == "+PONG\r\n");
    only_session(loopback).peer->kill();
    CHECK(loopback.server.sessions.size() == 0);
    CHECK(client.receive_all() == "");
}

TEST_CASE("SHUTDOWN stops the server after the request that asked for it")
{
    Loopback loopback;
    Client client{loopback};
    client.send("SET a 1\r\nSHUTDOWN\r\nSET b 1\r\n");
    loopback.run_until([&] { return loopback.shut_down; });
    CHECK(loopback.server.databases[0].size() == 1);
    CHECK(client.receive_all() == "+OK\r\n");
}

TEST_CASE("clients that vanish leave nothing behind")
{
    Loopback loopback;
    {
        Client first{loopback};
        Client second{loopback};
        Client third{loopback};
        CHECK(first.ask("MULTI\r\n", "+OK\r\n") == "+OK\r\n");
        CHECK(second.ask("WATCH a\r\n", "+OK\r\n") == "+OK\r\n");
        third.send("*1\r\n$4\r\nPI");
        loopback.run_until([&] { return loopback.server.sessions.size() == 3; });
    }
    loopback.run_until([&] { return loopback.server.sessions.size() == 0; });
    CHECK(loopback.connections.size() == 0);
    CHECK(loopback.server.watches.watching_sessions() == 0);
    CHECK(loopback.server.stats.connections_received == 3);
}

TEST_CASE("requests behind one that waits are executed after it")
{
    Loopback loopback{Loopback::default_options(), tests::blocking_command()};
    Client waiting{loopback};
    Client giving{loopback};
    waiting.send("TEST.TAKE queue 0\r\nPING\r\n");
    loopback.run_until([&] { return loopback.server.blocked.size() == 1; });
    waiting.send("PING\r\n");
    CHECK(giving.ask("SADD queue x\r\n", ":1\r\n") == ":1\r\n");
    const std::string replies = "*2\r\n$5\r\nqueue\r\n$1\r\nx\r\n+PONG\r\n+PONG\r\n";
    CHECK(waiting.receive(replies.size()) == replies);
}

TEST_CASE("a client that hangs up while it waits is gone at once")
{
    Loopback loopback{Loopback::default_options(), tests::blocking_command()};
    Client waiting{loopback};
    waiting.send("TEST.TAKE queue 0\r\n");
    loopback.run_until([&] { return loopback.server.blocked.size() == 1; });
    waiting.close_sending_side();
    loopback.run_until([&] { return loopback.server.sessions.size() == 0; });
    CHECK(loopback.server.blocked.size() == 0);
}
