#include "protocol/reply_reader.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <string_view>

#include "protocol/reply_writer.h"

using protocol::Buffer;
using protocol::ProtocolError;
using protocol::read_reply;
using protocol::ReplyReader;
using protocol::ReplyWriter;
using protocol::Value;
using protocol::Version;
using Kind = protocol::Value::Kind;
using namespace std::string_literals;

namespace {

// One of everything that the writer writes.
std::string everything(Version version)
{
    Buffer out;
    ReplyWriter reply{out, version};
    reply.array(14);
    reply.ok();
    reply.error("WRONGTYPE no");
    reply.integer(-7);
    reply.bulk("a\r\n\0b"s);
    reply.bulk("");
    reply.null();
    reply.null_array();
    reply.map(1);
    reply.bulk("key");
    reply.array(0);
    reply.set(1);
    reply.bulk("member");
    reply.push(1);
    reply.bulk("message");
    reply.number(1.5);
    reply.boolean(true);
    reply.big_number("123");
    reply.verbatim("txt", "text");
    return std::string{out.view()};
}

std::string refusal(std::string_view bytes)
{
    std::size_t used = 0;
    try {
        ReplyReader{}.next(bytes, used);
    } catch (const ProtocolError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("what is written in RESP3 is read as the same kinds")
{
    const Value all = read_reply(everything(Version::Resp3));
    REQUIRE(all.kind == Kind::Array);
    REQUIRE(all.elements.size() == 14);
    const Kind kinds[] = {Kind::Simple, Kind::Error,   Kind::Integer,   Kind::Bulk,    Kind::Bulk,
                          Kind::Null,   Kind::Null,    Kind::Map,       Kind::Set,     Kind::Push,
                          Kind::Double, Kind::Boolean, Kind::BigNumber, Kind::Verbatim};
    for (std::size_t i = 0; i < 14; ++i) {
        CAPTURE(i);
        CHECK(all.elements[i].kind == kinds[i]);
    }
    CHECK(all.elements[0].text == "OK");
    CHECK(all.elements[1].text == "WRONGTYPE no");
    CHECK(all.elements[2].integer == -7);
    CHECK(all.elements[3].text == "a\r\n\0b"s);
    CHECK(all.elements[7].elements.size() == 2);
    CHECK(all.elements[7].elements[0].text == "key");
    CHECK(all.elements[7].elements[1].kind == Kind::Array);
    CHECK(all.elements[8].elements[0].text == "member");
    CHECK(all.elements[10].number == 1.5);
    CHECK(all.elements[10].text == "1.5");
    CHECK(all.elements[11].boolean);
    CHECK(all.elements[12].text == "123");
    CHECK(all.elements[13].text == "text");
    CHECK(all.elements[13].format == "txt");
}

TEST_CASE("RESP2's two nothings can be told apart")
{
    CHECK(read_reply("$-1\r\n").kind == Kind::Null);
    CHECK_FALSE(read_reply("$-1\r\n").null_array);
    CHECK(read_reply("*-1\r\n").kind == Kind::Null);
    CHECK(read_reply("*-1\r\n").null_array);
}

TEST_CASE("doubles without a number have their names")
{
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK(read_reply(",inf\r\n").number == infinity);
    CHECK(read_reply(",-inf\r\n").number == -infinity);
    CHECK(std::isnan(read_reply(",nan\r\n").number));
    CHECK(read_reply(",1e+20\r\n").number == 1e20);
}

TEST_CASE("a reply that is not whole is none yet")
{
    for (const auto version : {Version::Resp2, Version::Resp3}) {
        const std::string bytes = everything(version);
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            std::size_t used = 0;
            REQUIRE_FALSE(ReplyReader{}.next(std::string_view{bytes}.substr(0, size), used));
        }
        std::size_t used = 0;
        REQUIRE(ReplyReader{}.next(bytes + "+NEXT\r\n", used));
        CHECK(used == bytes.size());
    }
}

TEST_CASE("an attribute stands in front of what it describes")
{
    const std::string attribute = "|1\r\n+ttl\r\n:9\r\n";
    std::size_t used = 0;
    const auto first = ReplyReader{}.next(attribute + ":1\r\n", used);
    REQUIRE(first);
    CHECK(first->kind == Kind::Attribute);
    CHECK(used == attribute.size());
    const Value array = read_reply("*2\r\n:1\r\n" + attribute + ":2\r\n");
    REQUIRE(array.elements.size() == 3);
    CHECK(array.elements[2].integer == 2);
}

TEST_CASE("bytes that are no reply are refused")
{
    for (const char* bytes :
         {"\r\n", "PING\r\n", ":\r\n", ":1x\r\n", "$x\r\n", "$-2\r\n", "*-2\r\n", "%-1\r\n",
          "$1\r\nxyz", "#x\r\n", ",x\r\n", ",1.5 \r\n", "=3\r\ntxt\r\n", "=-1\r\n",
          "*99999999999\r\n", "$999999999999999\r\n"}) {
        CAPTURE(bytes);
        CHECK(refusal(bytes).starts_with("Protocol error: "));
    }
    CHECK_THROWS_AS(read_reply("+OK"), ProtocolError);
    CHECK_THROWS_AS(read_reply("+OK\r\n+OK\r\n"), ProtocolError);
}

TEST_CASE("nesting has a limit, and an announced size costs nothing")
{
    const auto nested = [](int depth) {
        std::string bytes;
        for (int i = 0; i < depth; ++i) bytes += "*1\r\n";
        return bytes + ":1\r\n";
    };
    CHECK(read_reply(nested(ReplyReader::kMaxDepth)).kind == Kind::Array);
    CHECK(refusal(nested(ReplyReader::kMaxDepth + 1)) == "Protocol error: reply nested too deep");
    CHECK(refusal(nested(1000000)) == "Protocol error: reply nested too deep");
    CHECK(refusal("*2147483647\r\n:1\r\n").empty());
}

TEST_CASE("broken replies are read or refused, and nothing worse")
{
    std::mt19937 random{3};
    const std::string whole = everything(Version::Resp3);
    int refused = 0;
    for (int round = 0; round < 5000; ++round) {
        std::string bytes = whole;
        for (auto changes = 1 + random() % 3; changes > 0; --changes) {
            bytes[random() % bytes.size()] = "*$:+-_#,(=%~>|019\r\n\0x"[random() % 22];
        }
        bytes.resize(random() % 4 == 0 ? random() % bytes.size() : bytes.size());
        std::size_t used = 0;
        try {
            if (ReplyReader{}.next(bytes, used)) REQUIRE(used <= bytes.size());
        } catch (const ProtocolError&) {
            ++refused;
        }
    }
    CHECK(refused > 500);
}
