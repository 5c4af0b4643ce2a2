#include "store/types/string.h"

#include <catch2/catch.hpp>
#include <string>

#include "store/random.h"

using store::Random;
using store::String;

TEST_CASE("a string is eight bytes, and short texts need no more")
{
    CHECK(sizeof(String) == 8);
    String string;
    CHECK(string.empty());
    CHECK(string.view().empty());
    string.assign("1234567");
    CHECK(string.memory_bytes() == 0);
    string.append("8");
    CHECK(string.view() == "12345678");
    CHECK(string.memory_bytes() == 8);
    CHECK(String{std::string(64, 'v')}.memory_bytes() == 64);
    CHECK(String{std::string(65, 'v')}.memory_bytes() == 80);
}

TEST_CASE("a string keeps its bytes where the form of its length changes")
{
    String string;
    std::string model;
    for (const std::size_t size : {3u, 7u, 8u, 100u, 65'534u, 65'535u, 70'000u, 65'534u, 65'535u,
                                   8u, 7u, 65'536u, 3u, 300u}) {
        string.resize(size);
        model.resize(size);
        REQUIRE(string.view() == model);
        for (std::size_t i = 0; i < size; i += 5) {
            const char byte = static_cast<char>('a' + i % 26);
            string.write(i, {&byte, 1});
            model[i] = byte;
        }
        REQUIRE(string.view() == model);
    }
}

TEST_CASE("a string holds any bytes")
{
    const std::string bytes("a\0b\r\n\xff order", 12);
    CHECK(String{bytes}.view() == bytes);
    CHECK(String{std::string(1, '\0')}.size() == 1);
}

TEST_CASE("writing beyond the end fills the gap with zeros")
{
    String string{"Hello"};
    string.write(6, "!");
    CHECK(string.view() == std::string("Hello\0!", 7));
    string.write(20, "");
    CHECK(string.size() == 7);
    string.write(0, "J");
    CHECK(string.view().substr(0, 5) == "Jello");
}

TEST_CASE("a string may be given a part of itself")
{
    String string{"order:ORD_2847"};
    string.append(string.view());
    CHECK(string.view() == "order:ORD_2847order:ORD_2847");
    string.assign(string.view().substr(6, 8));
    CHECK(string.view() == "ORD_2847");
    string.assign(string.view().substr(4));
    CHECK(string.view() == "2847");
    string.append(string.view());
    CHECK(string.view() == "28472847");
    string.write(2, string.view().substr(0, 6));
    CHECK(string.view() == "28284728");
}

TEST_CASE("a string that is moved leaves an empty one or the other's text behind")
{
    String from{"order:ORD_2847"};
    String to = std::move(from);
    CHECK(to.view() == "order:ORD_2847");
    CHECK(from.empty());  // NOLINT(bugprone-use-after-move): that is the promise
    const String copy = to.clone();
    to.assign("x");
    CHECK(copy.view() == "order:ORD_2847");
}

TEST_CASE("a string agrees with std::string")
{
    String string;
    std::string reference;
    Random random{17};
    for (int step = 0; step < 30000; ++step) {
        const std::size_t limit = random.below(20) == 0 ? 3000 : 20;
        const std::string text(random.below(limit), static_cast<char>(random.below(256)));
        switch (random.below(5)) {
            case 0:
                string.assign(text);
                reference = text;
                break;
            case 1:
            case 2:
                if (reference.size() > 20000) break;
                string.append(text);
                reference += text;
                break;
            case 3: {
                const std::size_t offset = random.below(reference.size() + 30);
                string.write(offset, text);
                if (text.empty()) break;
                if (reference.size() < offset + text.size()) {
                    reference.resize(offset + text.size());
                }
                reference.replace(offset, text.size(), text);
                break;
            }
            case 4: {
                const std::size_t size = random.below(reference.size() + 30);
                string.resize(size);
                reference.resize(size);
                break;
            }
        }
        REQUIRE(string.view() == reference);
    }
}

TEST_CASE("a string's encoding is told by its text and by how it came about")
{
    using Encoding = String::Encoding;
    String string{"12345"};
    CHECK(string.encoding() == Encoding::Integer);
    string.assign("012345");
    CHECK(string.encoding() == Encoding::Short);
    string.assign("-9223372036854775808");
    CHECK(string.encoding() == Encoding::Integer);
    string.assign(std::string(44, 'x'));
    CHECK(string.encoding() == Encoding::Short);
    string.assign(std::string(45, 'x'));
    CHECK(string.encoding() == Encoding::Raw);

    for (const std::string text : {"", "1", "1234567", "12345678", "a text"}) {
        string.assign_text(text);
        CHECK(string.view() == text);
        CHECK(string.encoding() == Encoding::Short);
        string.append("");
        CHECK(string.encoding() == Encoding::Raw);
        string.append("89");
        CHECK(string.view() == text + "89");
        CHECK(string.encoding() == Encoding::Raw);
        const String copy = string.clone();
        CHECK(copy.view() == text + "89");
        CHECK(copy.encoding() == Encoding::Raw);
        string.assign("7");
        CHECK(string.encoding() == Encoding::Integer);
    }
}
