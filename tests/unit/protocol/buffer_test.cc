#include "protocol/buffer.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <random>
#include <string>
#include <utility>

using protocol::Buffer;

TEST_CASE("bytes leave a buffer in the order they came")
{
    Buffer buffer;
    CHECK(buffer.empty());
    buffer.append("anna");
    buffer.append("");
    buffer.append("ben");
    CHECK(buffer.view() == "annaben");
    buffer.consume(4);
    CHECK(buffer.view() == "ben");
    buffer.consume(3);
    CHECK(buffer.empty());
    CHECK(buffer.size() == 0);
}

TEST_CASE("prepared room becomes part of the buffer when it is committed")
{
    Buffer buffer;
    char* room = buffer.prepare(10);
    REQUIRE(buffer.available() >= 10);
    std::memcpy(room, "0123456789", 10);
    CHECK(buffer.empty());
    buffer.commit(7);
    CHECK(buffer.view() == "0123456");
}

TEST_CASE("the end of a buffer can be taken back")
{
    Buffer buffer;
    buffer.append("xxdone, half");
    buffer.consume(2);
    buffer.truncate(4);
    CHECK(buffer.view() == "done");
    buffer.truncate(0);
    CHECK(buffer.empty());
}

TEST_CASE("bytes can be put before others")
{
    Buffer buffer;
    buffer.append("--bd");
    buffer.consume(2);
    buffer.insert(1, "c");
    buffer.insert(0, "a");
    buffer.insert(4, "e");
    buffer.insert(5, "");
    CHECK(buffer.view() == "abcde");
    buffer.insert(2, std::string(10000, '.'));
    CHECK(buffer.size() == 10005);
    CHECK(buffer.view().substr(0, 3) == "ab.");
    CHECK(buffer.view().substr(10001) == ".cde");
}

TEST_CASE("a buffer keeps its memory until it is told to give it back")
{
    Buffer buffer;
    buffer.append(std::string(100000, 'x'));
    const auto capacity = buffer.capacity();
    buffer.release();
    CHECK(buffer.capacity() == capacity);  // not while it holds bytes
    buffer.clear();
    CHECK(buffer.capacity() == capacity);
    buffer.release(capacity);
    CHECK(buffer.capacity() == capacity);
    buffer.release();
    CHECK(buffer.capacity() == 0);
    buffer.append("again");
    CHECK(buffer.view() == "again");
}

TEST_CASE("a buffer does not grow beyond what is expected, unless more comes")
{
    constexpr std::size_t kExpected = 100'000;
    Buffer buffer;
    std::size_t growths = 0;
    while (buffer.size() < kExpected) {
        const std::size_t missing = kExpected - buffer.size();
        const auto before = buffer.capacity();
        const std::size_t piece = std::min<std::size_t>(missing, 1000);
        std::memset(buffer.prepare(piece, missing), 'x', piece);
        buffer.commit(piece);
        if (buffer.capacity() != before) ++growths;
        REQUIRE(buffer.capacity() <= kExpected);
    }
    CHECK(growths < 12);  // by doubling
    buffer.append("more");
    CHECK(buffer.size() == kExpected + 4);
}

TEST_CASE("a queue that is always nearly empty does not grow")
{
    Buffer buffer;
    const std::string request(100, 'r');
    buffer.append("?");
    for (int i = 0; i < 10000; ++i) {
        buffer.append(request);
        buffer.consume(request.size());
    }
    CHECK(buffer.capacity() <= 1024);
}

TEST_CASE("a buffer can be moved and swapped")
{
    Buffer one;
    one.append("one");
    Buffer two{std::move(one)};
    CHECK(two.view() == "one");
    Buffer three;
    three.append("three");
    three.swap(two);
    CHECK(three.view() == "one");
    CHECK(two.view() == "three");
}

TEST_CASE("a buffer does what a string does, in any order of operations")
{
    std::mt19937 random{7};
    const auto below = [&](std::size_t bound) { return random() % bound; };
    Buffer buffer;
    std::string model;
    for (int step = 0; step < 20000; ++step) {
        const std::string bytes(below(below(20) == 0 ? 3000 : 30), static_cast<char>(random()));
        switch (below(6)) {
            case 0:
            case 1:
                buffer.append(bytes);
                model += bytes;
                break;
            case 2: {
                const auto size = below(model.size() + 1);
                buffer.consume(size);
                model.erase(0, size);
                break;
            }
            case 3: {
                const auto size = model.size() - below(std::min<std::size_t>(model.size(), 50) + 1);
                buffer.truncate(size);
                model.resize(size);
                break;
            }
            case 4: {
                const auto position = below(model.size() + 1);
                buffer.insert(position, bytes);
                model.insert(position, bytes);
                break;
            }
            default:
                if (below(100) == 0) {
                    buffer.clear();
                    buffer.release();
                    model.clear();
                }
        }
        REQUIRE(buffer.view() == model);
    }
}

TEST_CASE("a buffer takes what its limit allows, and overflows at the next byte that needs memory")
{
    Buffer buffer;
    buffer.set_limit(3000);
    buffer.append(std::string(3000, 'x'));
    CHECK(buffer.capacity() == 3000);
    CHECK_FALSE(buffer.overflowed());
    CHECK(buffer.size() == 3000);
    buffer.append("y");
    CHECK(buffer.overflowed());
}

TEST_CASE("a buffer that grows by doubling stops at its limit")
{
    Buffer buffer;
    buffer.set_limit(1'000'000);
    std::size_t appended = 0;
    for (; !buffer.overflowed(); appended += 100) {
        CHECK(buffer.capacity() <= 1'000'000);
        buffer.append(std::string(100, 'x'));
    }
    CHECK(appended == 1'000'100);
}

TEST_CASE("a buffer that overflowed takes everything and keeps nothing")
{
    Buffer buffer;
    buffer.set_limit(1000);
    buffer.append(std::string(900, 'x'));
    for (int i = 0; i < 100'000; ++i) buffer.append("some more bytes");
    CHECK(buffer.overflowed());
    CHECK(buffer.capacity() < 20'000);
    buffer.append(std::string(1 << 20, 'x'));
    buffer.append("y");
    buffer.append(std::string(20'000, 'x'));
    CHECK(buffer.capacity() < 20'000);  // what is not kept need not be copied
    // Places from before may lie behind the end now.
    buffer.truncate(900);
    buffer.insert(900, "*1\r\n");
    buffer.insert(1 << 30, "*1\r\n");
    buffer.consume(buffer.size());
    CHECK(buffer.empty());
    CHECK(buffer.overflowed());
}

TEST_CASE("a limit belongs to the buffer, not to its memory")
{
    Buffer buffer;
    buffer.set_limit(100);
    Buffer other;
    other.append(std::string(1000, 'x'));
    buffer.swap(other);
    other.append(std::string(2000, 'x'));
    CHECK_FALSE(other.overflowed());
    buffer.append(std::string(2000, 'x'));
    CHECK(buffer.overflowed());
}

TEST_CASE("memory behind the last byte can be given back")
{
    Buffer buffer;
    buffer.append(std::string(5000, 'x'));
    buffer.append("y");
    CHECK(buffer.capacity() == 10'000);
    buffer.fit();
    CHECK(buffer.capacity() == 5001);
    CHECK(buffer.view() == std::string(5000, 'x') + "y");
    buffer.append("z");
    buffer.clear();
    buffer.fit();
    CHECK(buffer.empty());
}
