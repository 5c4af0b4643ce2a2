#include "protocol/request_batch.h"

#include <catch2/catch.hpp>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/request_parser.h"

using protocol::RequestBatch;

namespace {

constexpr std::string_view kGet = "*2\r\n$3\r\nGET\r\n$5\r\nkey:1\r\n";
constexpr std::string_view kIsMember = "*3\r\n$9\r\nSISMEMBER\r\n$1\r\ns\r\n$9\r\ndriver:D4\r\n";
constexpr std::string_view kPing = "*1\r\n$4\r\nPING\r\n";

std::string operator+(std::string_view a, std::string_view b) { return std::string{a}.append(b); }

using Words = std::vector<std::string>;

std::size_t requests_in(std::string_view input)
{
    RequestBatch batch;
    batch.cut(input);
    return batch.size();
}

std::string bulk(std::size_t size)
{
    return "$" + std::to_string(size) + "\r\n" + std::string(size, 'x') + "\r\n";
}

}  // namespace

TEST_CASE("a batch holds the whole requests that the input begins with")
{
    const std::string input =
        kGet + kIsMember + std::string{kPing} + std::string{kGet.substr(0, 20)};
    RequestBatch batch;
    batch.cut(input);
    REQUIRE(batch.size() == 3);
    CHECK(Words(batch[1].begin(), batch[1].end()) == Words{"SISMEMBER", "s", "driver:D4"});
    CHECK(Words(batch.front().begin(), batch.front().end()) == Words{"GET", "key:1"});
    CHECK(batch.front_size() == kGet.size());
    batch.pop();
    CHECK(batch.size() == 2);
    CHECK(batch.front_size() == kIsMember.size());
    CHECK(Words(batch[1].begin(), batch[1].end()) == Words{"PING"});
    batch.pop();
    batch.pop();
    CHECK(batch.empty());
}

TEST_CASE("a batch ends with the sixteenth request")
{
    std::string input;
    for (int i = 0; i < 20; ++i) input += kGet;
    CHECK(requests_in(input) == RequestBatch::kMax);
}

TEST_CASE("a batch ends at what has another form")
{
    for (const std::string_view odd :
         {"", "\r\n", "PING\r\n", "*0\r\n", "*-1\r\n", "*2\r\n$-1\r\n", "*1\r\n:4\r\n", "*99\r\n",
          "*1\r\n$99999999999999999999\r\n", "*1\n$4\nPING\n", "*\r\n", "$4\r\nPING\r\n",
          "*12345678901", "*01\r\n$4\r\nPING\r\n", "*1\r\n$04\r\nPING\r\n"}) {
        INFO(odd);
        CHECK(requests_in(odd) == 0);
        CHECK(requests_in(kGet + odd) == 1);
    }
}

TEST_CASE("a batch holds only what a client without a password may send")
{
    CHECK(requests_in("*1\r\n" + bulk(16 * 1024)) == 1);
    CHECK(requests_in("*1\r\n" + bulk(16 * 1024 + 1)) == 0);
    std::string ten;
    for (int i = 0; i < 10; ++i) ten += bulk(1);
    CHECK(requests_in("*10\r\n" + ten) == 1);
    CHECK(requests_in("*11\r\n" + ten + bulk(1)) == 0);
}

TEST_CASE("a batch of a cut request reads nothing behind the cut")
{
    const std::string whole = kGet + kIsMember;
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        // A block of exactly this size: AddressSanitizer sees a read behind it.
        const auto block = std::make_unique<char[]>(size);
        whole.copy(block.get(), size);
        const std::size_t expected =
            (size >= kGet.size() ? 1U : 0U) + (size == whole.size() ? 1U : 0U);
        CHECK(requests_in({block.get(), size}) == expected);
    }
}

TEST_CASE("what a batch cuts, the parser cuts in the same way")
{
    std::mt19937 random{20261130};
    const auto below = [&](std::size_t n) {
        return std::uniform_int_distribution<std::size_t>{0, n - 1}(random);
    };
    const std::string whole = kGet + kIsMember + std::string{kPing} + kGet;
    constexpr std::string_view kBytes = "*$:-+0123456789\r\n\0 aP";
    std::size_t compared = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string input = whole;
        for (std::size_t changes = below(4); changes > 0; --changes)
            input[below(input.size())] = kBytes[below(kBytes.size())];
        RequestBatch batch;
        batch.cut(input);
        protocol::RequestParser parser{{.authenticated = false}};
        std::string_view rest = input;
        for (; !batch.empty(); batch.pop(), ++compared) {
            REQUIRE(parser.next(rest));
            REQUIRE(parser.size() == batch.front_size());
            const auto words = batch.front();
            REQUIRE(Words(words.begin(), words.end()) ==
                    Words(parser.arguments().begin(), parser.arguments().end()));
            rest.remove_prefix(parser.size());
        }
    }
    CHECK(compared > 20'000);
}
