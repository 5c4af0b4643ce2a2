#include "server/persistence/manifest.h"

#include <catch2/catch.hpp>

namespace {

using server::Manifest;

constexpr std::string_view kText =
    "file a.aof.2.base.rdb seq 2 type b\n"
    "file a.aof.1.base.rdb seq 1 type h\n"
    "file a.aof.2.incr.aof seq 2 type i\n"
    "file a.aof.3.incr.aof seq 3 type i\n";

std::string error_of(std::string_view text)
{
    try {
        Manifest::parse(text);
    } catch (const Manifest::Error& error) {
        return error.what();
    }
    return {};
}

}  // namespace

TEST_CASE("a manifest is read and written as Redis does")
{
    const Manifest manifest = Manifest::parse(kText);
    CHECK(manifest.base->name == "a.aof.2.base.rdb");
    CHECK(manifest.history.size() == 1);
    CHECK(manifest.increments.size() == 2);
    CHECK(manifest.text() == kText);
    CHECK(manifest.next_base("a.aof").name == "a.aof.3.base.rdb");
    CHECK(manifest.next_increment("a.aof").name == "a.aof.4.incr.aof");
    CHECK(Manifest{}.next_base("x").name == "x.1.base.rdb");
}

TEST_CASE("names that are not one plain word are quoted")
{
    Manifest manifest;
    manifest.base = {"my \"file\"\x01.rdb", 1};
    CHECK(manifest.text() == "file \"my \\\"file\\\"\\x01.rdb\" seq 1 type b\n");
    CHECK(Manifest::parse(manifest.text()) == manifest);
}

TEST_CASE("comments and unknown pairs are passed over")
{
    CHECK(Manifest::parse("# a comment\nfile a seq 1 type b startoffset 7\n").base->name == "a");
}

TEST_CASE("a manifest that is damaged is refused")
{
    CHECK(error_of("") == "Found an empty AOF manifest");
    CHECK(error_of("file a seq 1\n") == "Invalid AOF manifest file format");
    CHECK(error_of("file a seq 0 type b\n") == "Invalid AOF manifest file format");
    CHECK(error_of("file ../a seq 1 type b\n") == "File can't be a path, just a filename");
    CHECK(error_of("file a seq 1 type b\nfile b seq 2 type b\n") ==
          "Found duplicate base file information");
    CHECK(error_of("file a seq 2 type i\nfile b seq 2 type i\n") ==
          "Found a non-monotonic sequence number");
    CHECK(error_of("file a seq 1 type x\n") == "Unknown AOF file type");
    for (std::size_t size = 1; size < kText.size(); ++size)
        if (kText[size - 1] != '\n') CHECK(!error_of(kText.substr(0, size)).empty());
}
