#include "server/persistence/log_reader.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace {

using server::LogReader;
using Found = LogReader::Found;

constexpr std::string_view kSet = "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$4\r\nb\r\nc\r\n";

}  // namespace

TEST_CASE("a request is read, and what follows is left")
{
    LogReader reader;
    const std::string log = std::string{kSet} + "*1\r\n";  // words() are views of it
    CHECK(reader.read(log) == Found::Words);
    CHECK(reader.size() == kSet.size());
    CHECK(std::vector<std::string_view>{reader.words().begin(), reader.words().end()} ==
          std::vector<std::string_view>{"SET", "a", "b\r\nc"});
}

TEST_CASE("the beginning of a request needs more, wherever it ends")
{
    LogReader reader;
    for (std::size_t size = 0; size < kSet.size(); ++size) {
        INFO(size);
        CHECK(reader.read(kSet.substr(0, size)) == Found::NeedsMore);
        CHECK(reader.missing() <= kSet.size() - size);
    }
}

TEST_CASE("a line of notes is told from requests")
{
    LogReader reader;
    CHECK(reader.read("#TS:1700000000\r\n*1\r\n") == Found::Note);
    CHECK(reader.size() == 16);
    CHECK(reader.read("#TS:17") == Found::NeedsMore);
    CHECK(reader.read("#" + std::string(2000, 'x')) == Found::Broken);
}

TEST_CASE("what is no log is broken")
{
    LogReader reader;
    for (const char* const bytes :
         {"x", "*0\r\n", "*-1\r\n", "*a\r\n", "*1\r\n+OK\r\n", "*1\r\n$-1\r\n",
          "*1\r\n$1\r\nab\r\n", "*1\r\n$1\r\na\n\n", "*99999999999\r\n",
          "*1\r\n$99999999999999\r\n", "*111111111111111111111111111111"}) {
        INFO(bytes);
        CHECK(reader.read(bytes) == Found::Broken);
    }
}
