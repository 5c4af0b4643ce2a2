#include "store/snapshot/dump.h"

#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <vector>

#include "store/keyspace.h"
#include "store/random.h"
#include "store/snapshot/compact_reader.h"
#include "store/snapshot/crc64.h"
#include "store/snapshot/lzf.h"
#include "store/snapshot/string_codec.h"

using namespace store;
using namespace store::snapshot;

namespace {

struct Silent : Observer
{
    void key_changed(const KeyEvent&, std::int64_t) noexcept override {}
};

/// A keyspace with a value of each type and form, at the keys 0, 1, 2 ...
struct Samples
{
    Clock clock;
    Silent observer;
    store::Random chance{1};
    store::Usage usage{clock, chance};
    Keyspace keys{0, clock, usage, observer};
    int count = 0;

    template <class T>
    void add(const std::function<void(T&)>& fill)
    {
        auto edit = keys.edit<T>(std::to_string(count++));
        fill(*edit);
        edit.changes = 1;
    }

    Samples()
    {
        for (const std::string text : {"", "5", "-129", "70000", "2147483648", "012", "text"})
            add<String>([&](String& string) { string.assign(text); });
        add<String>([](String& string) { string.assign(std::string(20000, 'x')); });
        for (const int size : {1, 100, 1000}) {
            add<Set>([&](Set& set) {
                for (int i = 0; i < size; ++i) set.add(std::to_string(i * 77));
            });
            add<Set>([&](Set& set) {
                for (int i = 0; i < size; ++i) set.add("member" + std::to_string(i));
            });
            add<Hash>([&](Hash& hash) {
                for (int i = 0; i < size; ++i) hash.set("field" + std::to_string(i), "value");
            });
            add<SortedSet>([&](SortedSet& set) {
                for (int i = 0; i < size; ++i) set.put("member" + std::to_string(i), i / 3.0);
            });
        }
        add<SortedSet>([](SortedSet& set) {
            set.put("min", -HUGE_VAL);
            set.put("max", HUGE_VAL);
        });
    }

    std::string dump_of(const std::string& key) { return dump(*keys.find_entry(key)); }
};

/// The dump of these bytes with a right footer.
std::string with_footer(const std::string& body, std::uint64_t version = 10)
{
    ByteWriter bytes;
    bytes += body;
    write_little(bytes, version, 2);
    write_little(bytes, crc64(bytes.view()), 8);
    return bytes.take();
}

bool restores(const std::string& body)
{
    const std::string bytes = with_footer(body);
    const auto checked = checked_dump(bytes);
    REQUIRE(checked);
    return restore(*checked, {}).has_value();
}

std::vector<std::string> in_listpack(const std::string& bytes)
{
    std::vector<std::string> elements;
    for_each_in_listpack(bytes, [&](std::string_view element) { elements.emplace_back(element); });
    return elements;
}

}  // namespace

TEST_CASE("the checksum is Redis's")
{
    CHECK(crc64("123456789") == 0xe9c6d914c4b8d9ca);
    CHECK(crc64("6789", crc64("12345")) == crc64("123456789"));
    CHECK(crc64("") == 0);
}

TEST_CASE("every value comes back from its dump as it was")
{
    Samples samples;
    for (int i = 0; i < samples.count; ++i) {
        const std::string key = std::to_string(i);
        const std::string bytes = samples.dump_of(key);
        const auto checked = checked_dump(bytes);
        REQUIRE(checked);
        auto value = restore(*checked, {});
        REQUIRE(value);
        std::visit([&](auto& any) { samples.keys.put("copy", std::move(any)); }, *value);
        CHECK(samples.keys.type("copy") == samples.keys.type(key));
        // A large set or hash has an order of its own, so lengths only.
        CHECK(samples.dump_of("copy").size() == bytes.size());
        if (bytes.size() < 1000) CHECK(samples.dump_of("copy") == bytes);
    }
}

TEST_CASE("a dump of a newer version, or with another checksum, is refused")
{
    CHECK(checked_dump(with_footer("\x01", 12)));
    CHECK_FALSE(checked_dump(with_footer("\x01", 13)));
    CHECK_FALSE(checked_dump(""));
    CHECK_FALSE(checked_dump("123456789"));
    std::string bytes = with_footer("abc");
    bytes[0] ^= 1;
    CHECK_FALSE(checked_dump(bytes));
}

TEST_CASE("what is damaged is refused, whatever it claims")
{
    using namespace std::string_literals;
    CHECK(
        restores("\x00\x03"
                 "abc"s));
    CHECK_FALSE(restores(""));
    CHECK_FALSE(restores("\x63"));
    CHECK_FALSE(
        restores("\x00\x04"
                 "abc"s));
    CHECK_FALSE(restores("\x02\x00"s));  // an empty set
    CHECK_FALSE(
        restores("\x02\x02\x01"
                 "a\x01"
                 "a"));  // a member twice
    CHECK(
        restores("\x04\x02\x01"
                 "b\x01"
                 "1\x01"
                 "a\x01"
                 "1"));
    CHECK_FALSE(
        restores("\x04\x02\x01"
                 "a\x01"
                 "1\x01"
                 "a\x01"
                 "2"));  // a field twice
    CHECK_FALSE(
        restores("\x02\x80\xff\xff\xff\xff\x01"
                 "a"));                                                  // more members than bytes
    CHECK_FALSE(restores("\x00\x81\xff\xff\xff\xff\xff\xff\xff\xff"s));  // 2^64 - 1 bytes
    CHECK_FALSE(restores("\x00\xc3\x01\x81\x7f\xff\xff\xff\xff\xff\xff\xff\x00"s));  // LZF
    CHECK_FALSE(
        restores("\x05\x01\x01"
                 "a\x00\x00\x00\x00\x00\x00\xf8\x7f"s));  // NaN
}

TEST_CASE("seeded mutations of dumps never crash and never pass for more than they are")
{
    Samples samples;
    Random random{20};
    for (int round = 0; round < 20000; ++round) {
        const auto key = std::to_string(random.below(static_cast<std::uint64_t>(samples.count)));
        std::string body = samples.dump_of(key).substr(0, 300);
        for (auto changes = 1 + random.below(4); changes > 0 && !body.empty(); --changes) {
            const auto at = random.below(body.size());
            switch (random.below(4)) {
                case 0: body[at] = static_cast<char>(random.below(256)); break;
                case 1: body.erase(at, 1 + random.below(8)); break;
                case 2: body.insert(at, 1, static_cast<char>(random.below(256))); break;
                default: body[0] = static_cast<char>(random.below(21)); break;
            }
        }
        restores(body);
    }
}

TEST_CASE("a listpack's elements are read in each of their forms")
{
    using namespace std::string_literals;
    const std::string elements =
        "\x05\x01"s  // 7 bits
        "\x83"
        "abc\x04"                    // a short text
        "\xdf\xff\x02"               // 13 bits: -1
        "\xf1\x00\x80\x03"s          // 16 bits
        "\xf2\xff\xff\xff\x04"       // 24 bits
        "\xf3\x00\x00\x00\x80\x05"s  // 32 bits
        "\xf4\xff\xff\xff\xff\xff\xff\xff\x7f\x09"
        "\xf0\x02\x00\x00\x00hi\x07"s;  // a long text
    ByteWriter writer;
    write_little(writer, 6 + elements.size() + 1, 4);
    write_little(writer, 8, 2);
    writer += elements + "\xff";
    const std::string bytes = writer.take();
    CHECK(in_listpack(bytes) == std::vector<std::string>{"5", "abc", "-1", "-32768", "-1",
                                                         "-2147483648", "9223372036854775807",
                                                         "hi"});
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_THROWS_AS(in_listpack(bytes.substr(0, size)), FormatError);
}

TEST_CASE("LZF expands literals and repetitions, overlapping ones included")
{
    using namespace std::string_literals;
    CHECK(expand_lzf("\x02"
                     "abc",
                     3) == "abc");
    CHECK(expand_lzf("\x00"
                     "a\xe0\x01\x00"s,
                     11) == std::string(11, 'a'));
    CHECK_THROWS_AS(expand_lzf("\x00"
                               "a\x20\x05"s,
                               4),
                    FormatError);  // before the beginning
    CHECK_THROWS_AS(expand_lzf("\x02"
                               "abc",
                               4),
                    FormatError);
    CHECK_THROWS_AS(expand_lzf("", std::uint64_t{1} << 60), FormatError);
}
