#pragma once

#include <span>

#include "tests/comparison/words.h"

namespace tests {

/// A kind of request and how often it is drawn, relative to the others.
struct Recipe
{
    int weight;
    Request (*make)(Words& words);
};

/// By theme; each in a file of its own. The requests are sound but for single broken words; the
/// generator breaks them further.
std::span<const Recipe> key_recipes();  ///< keys, expiry
std::span<const Recipe> string_recipes();
std::span<const Recipe> hash_recipes();
std::span<const Recipe> collection_recipes();  ///< sets, sorted sets
std::span<const Recipe> set_recipes();         ///< several sets at once, sets by chance
std::span<const Recipe> sorted_set_recipes();
std::span<const Recipe> list_recipes();
std::span<const Recipe> waiting_recipes();  ///< commands that wait for a key
std::span<const Recipe> geo_recipes();
std::span<const Recipe> script_recipes();
std::span<const Recipe> session_recipes();  ///< connection, server, transactions

}  // namespace tests
