#include "store/structures/text_index.h"

#include <catch2/catch.hpp>
#include <string>

using store::hash_bytes;
using store::TextIndex;

TEST_CASE("a text index numbers different texts in the order of their coming")
{
    TextIndex index{3};
    CHECK(index.find("anna", hash_bytes("anna")) == TextIndex::kMissing);
    CHECK(index.add("anna", hash_bytes("anna")) == 0);
    CHECK(index.add("", hash_bytes("")) == 1);
    CHECK(index.add("anna", hash_bytes("anna")) == 0);
    CHECK(index.find("", hash_bytes("")) == 1);
    CHECK(index.size() == 2);
    CHECK(index[0] == "anna");
}

TEST_CASE("texts of one hash are told apart by their bytes")
{
    TextIndex index{100};
    std::vector<std::string> texts;
    for (int i = 0; i < 100; ++i) texts.push_back(std::to_string(i));
    for (std::size_t i = 0; i < 100; ++i) REQUIRE(index.add(texts[i], 42) == i);
    for (std::size_t i = 0; i < 100; ++i) REQUIRE(index.find(texts[i], 42) == i);
}
