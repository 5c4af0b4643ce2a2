#include "protocol/reply_text.h"

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

using protocol::quote;
using namespace std::string_literals;

namespace {

std::string text(std::string_view bytes) { return to_text(protocol::read_reply(bytes)); }

}  // namespace

TEST_CASE("simple replies are printed as redis-cli prints them")
{
    CHECK(text("+OK\r\n") == "OK");
    CHECK(text("-ERR syntax error\r\n") == "(error) ERR syntax error");
    CHECK(text(":-3\r\n") == "(integer) -3");
    CHECK(text("$4\r\nanna\r\n") == "\"anna\"");
    CHECK(text("$-1\r\n") == "(nil)");
    CHECK(text("*-1\r\n") == "(nil)");
    CHECK(text("_\r\n") == "(nil)");
    CHECK(text(",1.50\r\n") == "(double) 1.50");
    CHECK(text("#t\r\n") == "(true)");
    CHECK(text("#f\r\n") == "(false)");
    CHECK(text("=10\r\ntxt:a\n\"b\"!\r\n") == "a\n\"b\"!");
    CHECK(text("(123\r\n") == "123");
}

TEST_CASE("aggregates without elements have names")
{
    CHECK(text("*0\r\n") == "(empty array)");
    CHECK(text("%0\r\n") == "(empty hash)");
    CHECK(text("~0\r\n") == "(empty set)");
    CHECK(text(">0\r\n") == "(empty push)");
}

TEST_CASE("elements are numbered and nested ones indented")
{
    CHECK(text("*2\r\n$1\r\na\r\n$1\r\nb\r\n") == "1) \"a\"\n2) \"b\"");
    CHECK(text("*2\r\n*2\r\n:1\r\n*1\r\n:2\r\n*0\r\n") ==
          "1) 1) (integer) 1\n"
          "   2) 1) (integer) 2\n"
          "2) (empty array)");
    CHECK(text("~2\r\n:1\r\n:2\r\n") == "1~ (integer) 1\n2~ (integer) 2");
    CHECK(text(">1\r\n:1\r\n") == "1) (integer) 1");
}

TEST_CASE("indexes are as wide as the widest")
{
    std::string ten = "*10\r\n";
    for (int i = 0; i < 9; ++i) ten += ":0\r\n";
    ten += "*2\r\n:1\r\n:2\r\n";
    const std::string printed = text(ten);
    CHECK(printed.starts_with(" 1) (integer) 0\n 2) (integer) 0\n"));
    CHECK(printed.ends_with("\n 9) (integer) 0\n10) 1) (integer) 1\n    2) (integer) 2"));
}

TEST_CASE("a map shows keys and values, and long values on lines of their own")
{
    CHECK(text("%2\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n$-1\r\n") ==
          "1# \"a\" => (integer) 1\n2# \"b\" => (nil)");
    CHECK(text("%1\r\n+a\r\n*2\r\n:1\r\n:2\r\n") ==
          "1# a => \n"
          "   1) (integer) 1\n"
          "   2) (integer) 2");
    CHECK(text("%1\r\n+a\r\n%1\r\n+b\r\n~1\r\n:1\r\n") == "1# a => 1# b => 1~ (integer) 1");
    CHECK(text("%1\r\n+a\r\n~1\r\n*2\r\n:1\r\n:2\r\n") ==
          "1# a => \n"
          "   1~ 1) (integer) 1\n"
          "      2) (integer) 2");
}

TEST_CASE("strings are quoted so that they can be read again")
{
    CHECK(quote("") == "\"\"");
    CHECK(quote("two words") == "\"two words\"");
    CHECK(quote("a\"b\\c'd") == R"("a\"b\\c'd")");
    CHECK(quote("\n\r\t\a\b\0\x7f\xff~ "s) == R"("\n\r\t\a\b\x00\x7f\xff~ ")");
}
