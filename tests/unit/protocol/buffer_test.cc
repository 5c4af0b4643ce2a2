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
