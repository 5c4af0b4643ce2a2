#include "protocol/reply_writer.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

using protocol::Buffer;
using protocol::ReplyWriter;
using protocol::Version;
using namespace std::string_literals;

namespace {

// What `write` writes for a client of each version.
template <class Write>
std::string bytes(Version version, Write write)
{
    Buffer out;
    ReplyWriter reply{out, version};
    write(reply);
    return std::string{out.view()};
}

template <class Write>
std::string resp2(Write write)
{
    return bytes(Version::Resp2, write);
}

template <class Write>
std::string resp3(Write write)
{
    return bytes(Version::Resp3, write);
}

}  // namespace

TEST_CASE("what both versions have is written alike")
{
    const auto write = [](ReplyWriter& reply) {
        reply.ok();
        reply.simple("PONG");
        reply.integer(0);
        reply.integer(-1);
        reply.bulk("anna");
        reply.bulk("");
        reply.bulk("\0\r\n"s);
        reply.bulk_integer(-42);
        reply.array(0);
        reply.array(123456);
        reply.raw(":7\r\n");
    };
    const std::string expected =
        "+OK\r\n+PONG\r\n:0\r\n:-1\r\n$4\r\nanna\r\n$0\r\n\r\n$3\r\n\0\r\n\r\n$3\r\n-42\r\n"
        "*0\r\n*123456\r\n:7\r\n"s;
    CHECK(resp2(write) == expected);
    CHECK(resp3(write) == expected);
}

TEST_CASE("what RESP2 lacks is written as something it has")
{
    const auto check = [](auto write, const std::string& two, const std::string& three) {
        CHECK(resp2(write) == two);
        CHECK(resp3(write) == three);
    };
    check([](ReplyWriter& reply) { reply.null(); }, "$-1\r\n", "_\r\n");
    check([](ReplyWriter& reply) { reply.null_array(); }, "*-1\r\n", "_\r\n");
    check([](ReplyWriter& reply) { reply.map(12); }, "*24\r\n", "%12\r\n");
    check([](ReplyWriter& reply) { reply.set(3); }, "*3\r\n", "~3\r\n");
    check([](ReplyWriter& reply) { reply.push(3); }, "*3\r\n", ">3\r\n");
    check([](ReplyWriter& reply) { reply.boolean(true); }, ":1\r\n", "#t\r\n");
    check([](ReplyWriter& reply) { reply.boolean(false); }, ":0\r\n", "#f\r\n");
    check([](ReplyWriter& reply) { reply.number(1.5); }, "$3\r\n1.5\r\n", ",1.5\r\n");
    check([](ReplyWriter& reply) { reply.number(-3); }, "$2\r\n-3\r\n", ",-3\r\n");
    check([](ReplyWriter& reply) { reply.number(std::numeric_limits<double>::infinity()); },
          "$3\r\ninf\r\n", ",inf\r\n");
    check([](ReplyWriter& reply) { reply.number_text("77.50"); }, "$5\r\n77.50\r\n", ",77.50\r\n");
    check([](ReplyWriter& reply) { reply.big_number("12345678901234567890"); },
          "$20\r\n12345678901234567890\r\n", "(12345678901234567890\r\n");
    check([](ReplyWriter& reply) { reply.verbatim("txt", "# Server"); }, "$8\r\n# Server\r\n",
          "=12\r\ntxt:# Server\r\n");
}

TEST_CASE("an error that quotes the request cannot split the reply")
{
    const auto error = [](std::string_view line) {
        return resp2([&](ReplyWriter& reply) { reply.error(line); });
    };
    CHECK(error("ERR syntax error") == "-ERR syntax error\r\n");
    CHECK(error("ERR unknown command 'a\r\n+OK\r\n'") == "-ERR unknown command 'a  +OK  '\r\n");
    CHECK(error("ERR two lines\r\n") == "-ERR two lines\r\n");
    CHECK(error("\r\n") == "-\r\n");
    CHECK(error("") == "-\r\n");
    CHECK(resp2([](ReplyWriter& reply) { reply.simple("a\r\nb"); }) == "+a  b\r\n");
}

TEST_CASE("integers of every length keep all their digits")
{
    std::int64_t value = 1;
    for (int digits = 1; digits <= 19; ++digits) {
        for (const auto written : {value, -value, value - 1, 1 - value}) {
            CHECK(resp2([&](ReplyWriter& reply) { reply.integer(written); }) ==
                  fmt::format(":{}\r\n", written));
        }
        if (digits < 19) value *= 10;
    }
    for (const auto written :
         {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
        CHECK(resp2([&](ReplyWriter& reply) { reply.integer(written); }) ==
              fmt::format(":{}\r\n", written));
        CHECK(resp2([&](ReplyWriter& reply) { reply.bulk_integer(written); }) ==
              fmt::format("${}\r\n{}\r\n", std::to_string(written).size(), written));
    }
}

TEST_CASE("a header can be written after its elements")
{
    const auto write = [](ReplyWriter& reply) {
        reply.ok();
        const auto outer = reply.begin();
        reply.integer(1);
        const auto inner = reply.begin();
        reply.bulk("rating");
        reply.bulk("4.8");
        reply.end_map(inner, 1);
        const auto empty = reply.begin();
        reply.end_set(empty, 0);
        reply.end_array(outer, 3);
    };
    CHECK(resp2(write) == "+OK\r\n*3\r\n:1\r\n*2\r\n$6\r\nrating\r\n$3\r\n4.8\r\n*0\r\n");
    CHECK(resp3(write) == "+OK\r\n*3\r\n:1\r\n%1\r\n$6\r\nrating\r\n$3\r\n4.8\r\n~0\r\n");
}

TEST_CASE("a half-written reply can be taken back")
{
    CHECK(resp2([](ReplyWriter& reply) {
              reply.ok();
              const auto start = reply.size();
              reply.array(2);
              reply.bulk("first");
              reply.rewind(start);
              reply.error("ERR second");
          }) == "+OK\r\n-ERR second\r\n");
}

TEST_CASE("the version can change between replies, as HELLO does")
{
    CHECK(resp2([](ReplyWriter& reply) {
              reply.null();
              reply.set_version(Version::Resp3);
              CHECK(reply.version() == Version::Resp3);
              reply.null();
          }) == "$-1\r\n_\r\n");
}
