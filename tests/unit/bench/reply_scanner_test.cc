#include "tests/bench/reply_scanner.h"

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

using bench::ReplyScanner;

TEST_CASE("replies of all kinds are counted, however they are cut")
{
    const std::string_view replies[] = {
        "+OK\r\n",
        ":42\r\n",
        "$-1\r\n",
        "*-1\r\n",
        "_\r\n",
        "$0\r\n\r\n",
        "$9\r\n+OK\r\n:1\r\n\r\n",  // looks like replies, and is a text
        "*0\r\n",
        "*2\r\n$1\r\na\r\n*2\r\n:1\r\n*0\r\n",
        "%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n,1.5\r\n",
        "~1\r\n$1\r\na\r\n",
        "=7\r\ntxt:abc\r\n",
        "#t\r\n",
    };
    std::string all;
    for (const auto reply : replies) all += reply;
    for (std::size_t step = 1; step <= all.size(); ++step) {
        ReplyScanner scanner{true};
        for (std::size_t at = 0; at < all.size(); at += step)
            scanner.feed(std::string_view{all}.substr(at, step));
        CHECK(scanner.replies() == std::size(replies));
        CHECK(scanner.errors() == 0);
        if (step == 1) CHECK(scanner.last_reply() == "#t\r\n");
    }
}

TEST_CASE("errors are counted, within other replies too, and the first is kept")
{
    ReplyScanner scanner;
    scanner.feed("+OK\r\n*2\r\n-ERR first\r\n:1\r\n-ERR second\r\n");
    CHECK(scanner.replies() == 3);
    CHECK(scanner.errors() == 2);
    CHECK(scanner.first_error().starts_with("-ERR first"));
}
