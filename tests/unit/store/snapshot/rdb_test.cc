#include <algorithm>
#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <vector>

#include "store/keyspace.h"
#include "store/random.h"
#include "store/snapshot/compact_reader.h"
#include "store/snapshot/compact_writer.h"
#include "store/snapshot/crc64.h"
#include "store/snapshot/lzf.h"
#include "store/snapshot/rdb_format.h"
#include "store/snapshot/rdb_reader.h"
#include "store/snapshot/rdb_writer.h"
#include "store/snapshot/string_codec.h"

using namespace store;
using namespace store::snapshot;
using namespace std::chrono_literals;

namespace {

/// All that a file has, as a text.
struct Diary : RdbVisitor
{
    std::string text;

    void field(std::string_view name, std::string_view value) override
    {
        if (name == "redis-ver") text += "version " + std::string{value} + "\n";
    }
    void sizes(int database, std::uint64_t keys) override
    {
        text += std::to_string(database) + " has " + std::to_string(keys) + "\n";
    }
    void library(std::string code) override { text += code + "\n"; }
    void key(int database, std::string_view key, AnyValue value, const RdbKeyHead& head) override
    {
        text += std::to_string(database) + " " + std::string{key};
        if (const auto* string = std::get_if<String>(&value)) {
            text += "=";
            text += string->view();
        }
        if (head.deadline)
            text += " until " + std::to_string(head.deadline->time_since_epoch().count());
        if (head.usage.idle_seconds) text += " idle " + std::to_string(*head.usage.idle_seconds);
        if (head.usage.frequency) text += " used " + std::to_string(*head.usage.frequency);
        text += "\n";
    }
};

/// Reads a file that is given in windows of this size, growing as its items need it.
std::string read(const std::string& file, std::size_t window = 1)
{
    Diary diary;
    RdbReader reader{diary, {}};
    reader.read_header(std::string_view{file}.substr(0, kRdbHeaderBytes));
    std::size_t at = kRdbHeaderBytes;
    std::size_t size = window;
    while (!reader.done()) {
        try {
            at += reader.read_item(std::string_view{file}.substr(at, size));
            size = window;
        } catch (const NeedsMore& more) {
            if (at + size + more.missing > file.size()) throw RdbError{"cut"};
            size += more.missing;
        }
    }
    return diary.text;
}

std::string with_end(ByteWriter bytes)
{
    bytes += static_cast<char>(RdbMark::End);
    write_little(bytes, crc64(bytes.view()), kRdbChecksumBytes);
    return bytes.take();
}

/// A file of this version with these bytes between head and end.
std::string file_with(std::string_view items, std::string_view version = "0010")
{
    ByteWriter bytes;
    bytes += kRdbMagic;
    bytes += version;
    bytes += items;
    return with_end(std::move(bytes));
}

std::string refusal(const std::string& file)
{
    try {
        read(file);
    } catch (const RdbError& error) {
        return error.what();
    }
    return "none";
}

struct Silent : Observer
{
    void key_changed(const KeyEvent&, std::int64_t) noexcept override {}
};

std::string sample_file(ByteWriter::Texts texts)
{
    Clock clock;
    Silent observer;
    store::Random random{1};
    store::Usage usage{clock, random};
    Keyspace keys{0, clock, usage, observer};
    keys.put_string("short", "1");
    keys.put_string("long", std::string(1000, 'x'));
    RdbWriter writer{texts};
    writer.write_head({.redis_version = "7.2.4", .created_at_seconds = 1, .used_memory = 2});
    const std::string_view codes[] = {"#!lua name=a"};
    writer.write_functions(codes);
    writer.write_database(3);
    writer.write_sizes(2, 1);
    writer.write_key(*keys.find_entry("short"),
                     {.deadline = Deadline{1234567890123ms}, .usage = {.idle_seconds = 70'000}});
    writer.write_key(*keys.find_entry("long"), {.usage = {.frequency = 255}});
    writer.write_end();
    return writer.take() + std::string(8, '\0');
}

}  // namespace

TEST_CASE("a file is read as it was written, in windows of whatever size")
{
    const std::string expected =
        "version 7.2.4\n#!lua name=a\n3 has 2\n"
        "3 short=1 until 1234567890123 idle 70000\n3 long=" +
        std::string(1000, 'x') + " used 255\n";
    const std::string plain = sample_file(ByteWriter::Texts::Plain);
    const std::string compressed = sample_file(ByteWriter::Texts::Compressed);
    CHECK(compressed.size() + 900 < plain.size());
    for (const std::size_t window : {1, 2, 100, 100'000}) {
        CHECK(read(plain, window) == expected);
        CHECK(read(compressed, window) == expected);
    }
}

TEST_CASE("a file that was cut anywhere is never taken for a whole one")
{
    const std::string file = sample_file(ByteWriter::Texts::Compressed);
    for (std::size_t size = 0; size < file.size(); ++size)
        CHECK_THROWS_AS(read(file.substr(0, size)), RdbError);
}

TEST_CASE("what older and newer files have beside their keys is read, too")
{
    using namespace std::string_literals;
    CHECK(read(file_with("\xfe\x00\x00\x01"s
                         "a\x01"s
                         "b"s,
                         "0006")) == "0 a=b\n");
    CHECK(read(file_with("\xfd\x80\x96\x98\x00\x00\x01"s
                         "a\x01"s
                         "b"s)) == "0 a=b until 10000000000\n");
    // Idle time, frequency, the slot of a cluster, what a module left.
    CHECK(read(file_with("\xf8\x05\xf9\x07\x00\x01"s
                         "a\x01"s
                         "b"s)) == "0 a=b idle 5 used 7\n");
    CHECK(read(file_with("\xf4\x01\x02\x03\x00\x01"s
                         "a\x01"s
                         "b"s)) == "0 a=b\n");
    CHECK(read(file_with("\xf7\x09\x02\x01\x05\x01x\x03"
                         "1234\x00\x00\x01"s
                         "a\x01"s
                         "b"s)) == "0 a=b\n");
}

TEST_CASE("what cannot be read is refused in words that say what to do")
{
    using namespace std::string_literals;
    CHECK(refusal("no such file") == "it is no RDB file. Is it the one that was meant?");
    CHECK(refusal(file_with("", "0013")) ==
          "it has version 13 of the format; versions 6 to 12 can be read");
    CHECK(refusal(file_with("\x13\x03log..."s)) ==
          "key 'log' in database 0 is a stream, which Dabba does not have. Delete such keys in "
          "Redis and save again, or start with another --dbfilename or --dir");
    CHECK(refusal(file_with("\x02\x01"s
                            "a\x00"s)) ==
          "the value of key 'a' in database 0 is damaged. Try redis-check-rdb on it, or take an "
          "older copy");
    CHECK(refusal(file_with("\x63\x01"s
                            "a"s)) ==
          "it is damaged. Try redis-check-rdb on it, or take an older copy");
}

TEST_CASE("bytes by chance are refused, and nothing worse")
{
    Random random{7};
    const std::string whole = sample_file(ByteWriter::Texts::Compressed);
    for (int i = 0; i < 20'000; ++i) {
        std::string file = whole;
        for (int changes = 0; changes < 3; ++changes) {
            const auto at = kRdbHeaderBytes + random.below(file.size() - kRdbHeaderBytes);
            file[at] = static_cast<char>(random.below(256));
        }
        try {
            read(file, 64);
        } catch (const RdbError&) {
        }
    }
}

TEST_CASE("a listpack that was written is read again, whatever its elements")
{
    ListpackWriter writer;
    std::vector<std::string> elements = {"", "0", "-1", "007", "-0", "1.5", "text"};
    for (int bit = 1; bit < 64; ++bit) {
        const auto power = static_cast<std::int64_t>(std::uint64_t{1} << (bit - 1));
        for (const std::int64_t number : {power - 1, power, -power, -power - 1})
            elements.push_back(std::to_string(number));
    }
    for (const std::size_t size : {63, 64, 126, 127, 128, 4095, 4096, 16382, 16383, 2100000})
        elements.emplace_back(size, 'x');
    for (int round = 0; round < 2; ++round) {  // and the writer can be used again
        for (const std::string& element : elements) writer.add(element);
        const std::size_t size = writer.size();
        const std::string bytes = writer.finish();
        CHECK(bytes.size() == size);
        std::vector<std::string> found;
        for_each_in_listpack(bytes, [&](std::string_view element) { found.emplace_back(element); });
        CHECK(found == elements);
    }
}

TEST_CASE("a set of integers is written sorted, as wide as it must be")
{
    for (const std::int64_t widest : {5LL, 32767LL, -32769LL, 1LL << 31, -(1LL << 40)}) {
        std::vector<std::int64_t> numbers = {3, widest, -2};
        std::vector<std::string> found;
        for_each_in_intset(intset_of(numbers),
                           [&](std::string_view element) { found.emplace_back(element); });
        std::vector<std::string> expected;
        for (const std::int64_t number : numbers) expected.push_back(std::to_string(number));
        CHECK(std::ranges::is_sorted(numbers));
        CHECK(found == expected);
    }
}

TEST_CASE("what LZF compresses it expands again")
{
    Random random{3};
    for (int i = 0; i < 3000; ++i) {
        std::string text;
        const auto size = random.below(i % 10 == 0 ? 20'000 : 300);
        const auto letters = 1 + random.below(i % 3 == 0 ? 256 : 4);
        while (text.size() < size) text += static_cast<char>(random.below(letters));
        REQUIRE(expand_lzf(compress_lzf(text), text.size()) == text);
    }
}
