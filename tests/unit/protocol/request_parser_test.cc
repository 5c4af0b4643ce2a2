#include "protocol/request_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using protocol::ProtocolError;
using protocol::RequestLimits;
using protocol::RequestParser;
using namespace std::string_literals;

namespace {

using Words = std::vector<std::string>;

// What a parser made of a client's bytes.
struct Outcome
{
    std::vector<Words> requests;
    std::size_t used = 0;  // bytes that the whole requests took
    std::string error;

    bool operator==(const Outcome&) const = default;
};

// Gives the parser the first `part` bytes, then `part` more, and so on. The bytes are copied to a
// block of exactly their size each time, so that a stale view or a read past the end is seen by the
// address sanitizer.
Outcome parse_in_parts(std::string_view input, const std::vector<std::size_t>& cuts,
                       RequestLimits limits = {})
{
    Outcome outcome;
    RequestParser parser{limits};
    try {
        for (const auto cut : cuts) {
            const auto size = cut - outcome.used;
            auto block = std::make_unique<char[]>(size);
            std::copy_n(input.begin() + static_cast<std::ptrdiff_t>(outcome.used), size,
                        block.get());
            std::string_view rest{block.get(), size};
            while (parser.next(rest)) {
                const auto arguments = parser.arguments();
                outcome.requests.emplace_back(arguments.begin(), arguments.end());
                outcome.used += parser.size();
                rest.remove_prefix(parser.size());
            }
        }
    } catch (const ProtocolError& error) {
        outcome.error = error.what();
    }
    return outcome;
}

Outcome parse(std::string_view input, RequestLimits limits = {})
{
    return parse_in_parts(input, {input.size()}, limits);
}

Outcome parse_byte_by_byte(std::string_view input, RequestLimits limits = {})
{
    std::vector<std::size_t> cuts(input.size());
    for (std::size_t i = 0; i < cuts.size(); ++i) cuts[i] = i + 1;
    return parse_in_parts(input, cuts, limits);
}

Words words(std::string_view line)
{
    const auto outcome = parse(std::string{line} + "\r\n");
    CHECK(outcome.error == "");
    REQUIRE(outcome.requests.size() == 1);
    return outcome.requests.front();
}

std::string error(std::string_view input, RequestLimits limits = {})
{
    const auto outcome = parse(input, limits);
    CHECK(parse_byte_by_byte(input, limits) == outcome);
    return outcome.error;
}

std::string bulk(std::string_view bytes)
{
    return fmt::format("${}\r\n{}\r\n", bytes.size(), bytes);
}

}  // namespace

TEST_CASE("an array of bulk strings is a request")
{
    const auto outcome = parse("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n");
    CHECK(outcome.requests == std::vector<Words>{{"SET", "k", ""}});
    CHECK(outcome.used == 26);
    CHECK(outcome.error.empty());
}

TEST_CASE("arguments may hold any bytes")
{
    const std::string bytes = "\0\r\n*1\r\n$4\xff\"'"s;
    CHECK(parse("*2\r\n" + bulk("GET") + bulk(bytes)).requests ==
          std::vector<Words>{{"GET", bytes}});
}

TEST_CASE("requests follow each other, arrays and lines mixed")
{
    CHECK(parse("*1\r\n$4\r\nPING\r\nPING\r\n\r\n*0\r\n*-1\r\n*1\r\n$4\r\nQUIT\r\n*1\r\n$")
              .requests == std::vector<Words>{{"PING"}, {"PING"}, {}, {}, {}, {"QUIT"}});
}

TEST_CASE("an unfinished request is none, wherever it stops")
{
    const std::string input = "*2\r\n" + bulk("ECHO") + bulk("0123456789");
    for (std::size_t size = 0; size < input.size(); ++size) {
        const auto outcome = parse(input.substr(0, size));
        CHECK(outcome.requests.empty());
        CHECK(outcome.error.empty());
    }
    CHECK(parse(input).requests == std::vector<Words>{{"ECHO", "0123456789"}});
}

TEST_CASE("a line is a request of its words")
{
    CHECK(words("SET key value") == Words{"SET", "key", "value"});
    CHECK(words("  PING\t ") == Words{"PING"});
    CHECK(words("").empty());
    CHECK(words(" \t ").empty());
    CHECK(parse("PING\n").requests == std::vector<Words>{{"PING"}});
    CHECK(parse("\n").requests == std::vector<Words>{{}});
    CHECK(words("$3") == Words{"$3"});
    CHECK(words("a\rb") == Words{"a", "b"});
}

TEST_CASE("words of a line are quoted as in redis-cli")
{
    CHECK(words(R"(SET k "two words")") == Words{"SET", "k", "two words"});
    CHECK(words(R"(a "" '')") == Words{"a", "", ""});
    CHECK(words(R"("\x41\n\r\t\b\a\"\\\q\xzz")") == Words{"A\n\r\t\b\a\"\\qxzz"});
    CHECK(words(R"("\xe2\X41\x4")") == Words{"\xe2X41x4"});
    CHECK(words(R"('it\'s' '\n' '\\ ')") == Words{"it's", "\\n", "\\\\ "});
    CHECK(words(R"(half"quoted" next)") == Words{"halfquoted", "next"});
    CHECK(words(R"(half'quoted' "a" 'b')") == Words{"halfquoted", "a", "b"});
    CHECK(words(R"(back\slash \"x")") == Words{"back\\slash", "\\x"});
}

TEST_CASE("a vertical tab separates words only in front of them, as in Redis")
{
    CHECK(words("\va\vb \fc") == Words{"a\vb", "c"});
    CHECK(words("\"a\"\vb") == Words{"a", "b"});
}

TEST_CASE("unbalanced quotes are refused")
{
    const std::string refusal = "Protocol error: unbalanced quotes in request";
    for (const char* line : {"SET k \"open", "'open", "\"a\"b", "'a'b", "\"a\"'b'", "\"", "'",
                             "\"\\\"", "x\"y\"z", "\"\\x4\\\""}) {
        CAPTURE(line);
        CHECK(error(std::string{line} + "\r\n") == refusal);
    }
}

TEST_CASE("lengths are refused as Redis refuses them")
{
    const std::string count = "Protocol error: invalid multibulk length";
    for (const char* line :
         {"*\r\n", "*a\r\n", "*01\r\n", "*+1\r\n", "* 1\r\n", "*1 \r\n", "*-0\r\n", "*1\n$4\r\n",
          "*1048577\r\n", "*99999999999999999999\r\n"}) {
        CAPTURE(line);
        CHECK(error(line) == count);
    }
    const std::string size = "Protocol error: invalid bulk length";
    for (const char* line : {"$\r\n", "$a\r\n", "$01\r\n", "$-1\r\n", "$+1\r\n", "$1a\r\n",
                             "$--1\r\n", "$536870913\r\n", "$9223372036854775808\r\n"}) {
        CAPTURE(line);
        CHECK(error(std::string{"*1\r\n"} + line) == size);
    }
    CHECK(error("*1048576\r\n").empty());
    CHECK(error("*1\r\n$536870912\r\n").empty());
    CHECK(error("*-2147483649\r\n").empty());
}

TEST_CASE("an argument must begin with its length")
{
    CHECK(error("*1\r\nPING\r\n") == "Protocol error: expected '$', got 'P'");
    CHECK(error("*2\r\n$4\r\nECHO\r\n:1\r\n") == "Protocol error: expected '$', got ':'");
    CHECK(error("*1\r\n\r\n") == "Protocol error: expected '$', got '\r'");
    CHECK(error("*1\r\n\n\r\n") == "Protocol error: expected '$', got '\n'");
    // The line is judged when it is whole, not before.
    CHECK(error("*1\r\nPING").empty());
}

TEST_CASE("the byte after CR and the two after an argument may be any, as in Redis")
{
    CHECK(parse("*1\r?$4\r!PING??PING\r\n").requests == std::vector<Words>{{"PING"}, {"PING"}});
}

TEST_CASE("a NUL byte hides the end of its line, as in Redis")
{
    const std::string line = "PI\0NG\r\n"s;
    CHECK(parse(line + "PING\r\n").requests.empty());
    CHECK(parse("*1\0\r\n"s).requests.empty());
    CHECK(parse(line + std::string(65536, '\n')).error == "Protocol error: too big inline request");
}

TEST_CASE("lines have a limit")
{
    RequestLimits limits;
    limits.max_inline_bytes = 100;
    const std::string filler(97, '1');
    CHECK(error("ab" + filler + "\r\n", limits).empty());
    CHECK(error("abc" + filler + "\r\n", limits) == "Protocol error: too big inline request");
    CHECK(error("abcd" + filler, limits) == "Protocol error: too big inline request");
    CHECK(error("*11" + filler, limits).empty());
    CHECK(error("*111" + filler, limits) == "Protocol error: too big mbulk count string");
    CHECK(error("*1\r\n$11" + filler, limits).empty());
    CHECK(error("*1\r\n$111" + filler, limits) == "Protocol error: too big bulk count string");
    CHECK(parse(std::string(65536, 'x')).error.empty());
    CHECK(parse(std::string(65537, 'x')).error == "Protocol error: too big inline request");
}

TEST_CASE("a client that has not said its password may send little")
{
    RequestLimits limits;
    limits.authenticated = false;
    CHECK(error("*10\r\n$16384\r\n", limits).empty());
    CHECK(error("*11\r\n", limits) == "Protocol error: unauthenticated multibulk length");
    CHECK(error("*1\r\n$16385\r\n", limits) == "Protocol error: unauthenticated bulk length");
    CHECK(error("*1\r\n$536870913\r\n", limits) == "Protocol error: invalid bulk length");
}

TEST_CASE("limits can change between requests")
{
    RequestParser parser{{.authenticated = false}};
    const std::string auth = "*2\r\n" + bulk("AUTH") + bulk("secret");
    REQUIRE(parser.next(auth));
    parser.limits().authenticated = true;
    CHECK_FALSE(parser.next("*11\r\n"));

    parser = RequestParser{};
    parser.limits().max_bulk_bytes = 3;
    REQUIRE(parser.next("*1\r\n$3\r\nGET\r\n"));
    CHECK_THROWS_AS(parser.next("*1\r\n$4\r\nPING\r\n"), ProtocolError);
    parser = RequestParser{};
    parser.limits().max_arguments = 2;
    CHECK_THROWS_AS(parser.next("*3\r\n"), ProtocolError);
}

TEST_CASE("many arguments and long ones are cut right, however they arrive")
{
    std::string input = "*20000\r\n";
    Words expected;
    for (int i = 0; i < 20000; ++i) {
        expected.push_back(i % 5000 == 0 ? std::string(20000, 'l') : std::to_string(i));
        input += bulk(expected.back());
    }
    input += "*1\r\n$4\r\nPING\r\n";
    const std::vector<Words> requests{expected, {"PING"}};
    CHECK(parse(input).requests == requests);
    std::vector<std::size_t> cuts;
    for (std::size_t cut = 1; cut < input.size(); cut += 1447) cuts.push_back(cut);
    cuts.push_back(input.size());
    CHECK(parse_in_parts(input, cuts).requests == requests);
}

TEST_CASE("every way to cut the bytes gives the same requests and the same error")
{
    std::mt19937 random{2847};
    const auto below = [&](std::size_t bound) { return random() % bound; };
    const std::vector<std::string> whole = {"*1\r\n$4\r\nPING\r\n",
                                            "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$12\r\n0123456789ab\r\n",
                                            "PING\r\n",
                                            "SET k \"a b\" 'c\\'' d\"e\"\n",
                                            "*0\r\n",
                                            "\r\n",
                                            "*-1\r\n",
                                            "*2\r\n$0\r\n\r\n$2\r\n\r\n\r\n"};
    const std::string alphabet = "*$:-+0123459\r\n\0 \"'\\xaP"s;

    int refused = 0;
    int accepted = 0;
    for (int round = 0; round < 3000; ++round) {
        std::string input;
        for (auto count = 1 + below(4); count > 0; --count) input += whole[below(whole.size())];
        for (auto changes = below(4); changes > 0; --changes) {
            const auto at = below(input.size());
            const char byte = alphabet[below(alphabet.size())];
            switch (below(3)) {
                case 0: input[at] = byte; break;
                case 1: input.insert(at, 1, byte); break;
                default: input.erase(at, 1); break;
            }
            if (input.empty()) input.push_back('\n');
        }
        CAPTURE(input);
        RequestLimits limits;
        limits.max_inline_bytes = 40;
        limits.authenticated = below(2) == 0;
        const auto outcome = parse(input, limits);
        (outcome.error.empty() ? accepted : refused) += 1;
        REQUIRE(parse_byte_by_byte(input, limits) == outcome);
        std::vector<std::size_t> cuts;
        for (std::size_t cut = below(5); cut < input.size(); cut += 1 + below(9)) {
            cuts.push_back(cut);
        }
        cuts.push_back(input.size());
        REQUIRE(parse_in_parts(input, cuts, limits) == outcome);
    }
    CHECK(refused > 500);
    CHECK(accepted > 500);
}

TEST_CASE("a length near the highest number is waited for, not computed with")
{
    // With a limit that high, the length and its line end do not fit into 64 bits any more.
    RequestParser parser{{.max_bulk_bytes = std::numeric_limits<std::int64_t>::max()}};
    const std::string input = "*1\r\n$9223372036854775807\r\nabc\r\n";
    CHECK_FALSE(parser.next(input));
    CHECK_FALSE(parser.next(input + "d"));
    CHECK_FALSE(parser.next(input + "*1\r\n$4\r\nPING\r\n"));
}

TEST_CASE("how much of a long argument is missing is known as soon as its length is")
{
    RequestParser parser;
    const std::string argument(100'000, 'a');
    const std::string head = "*2\r\n$4\r\nECHO\r\n$100000\r\n";
    const std::string request = head + argument + "\r\n";
    CHECK(parser.missing(0) == 0);
    for (const std::size_t received : {head.size(), head.size() + 1, request.size() - 1}) {
        CHECK_FALSE(parser.next(request.substr(0, received)));
        CHECK(parser.missing(received) == request.size() - received);
    }
    REQUIRE(parser.next(request));
    CHECK(parser.missing(request.size()) == 0);
    CHECK_FALSE(parser.next("*1\r\n$1000\r\nshort"));  // one read brings it all
    CHECK(parser.missing(16) == 0);
}

TEST_CASE("what is missing of the longest argument does not overflow")
{
    constexpr auto kLongest = std::numeric_limits<std::int64_t>::max();
    RequestParser parser{{.max_bulk_bytes = kLongest}};
    const std::string input = "*1\r\n$9223372036854775807\r\nabc";
    CHECK_FALSE(parser.next(input));
    CHECK(parser.missing(input.size()) == std::size_t{kLongest} + 2 - 3);
}
