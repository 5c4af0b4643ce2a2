#include "store/hashing.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>

using namespace store;

namespace {

/// Sets the process's secret for a test.
struct Secret
{
    HashSecret before = process_hash_secret;
    explicit Secret(const HashSecret& secret) { process_hash_secret = secret; }
    ~Secret() { process_hash_secret = before; }
};

/// As hashes were made once: any process could compute them from the seed alone.
std::uint64_t public_hash(std::string_view bytes, std::uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace

TEST_CASE("every word of the secret matters to some hash")
{
    const Secret secret{repeatable_hash_secret(7)};
    const auto hashes = [] {
        std::vector<std::uint64_t> all;
        for (std::size_t size = 0; size < 600; ++size)
            all.push_back(hash_bytes(std::string(size, 'x')));
        return all;
    };
    const auto before = hashes();
    for (std::uint64_t& word : process_hash_secret) {
        ++word;
        CHECK(hashes() != before);
        --word;
    }
    CHECK(hashes() == before);
}

TEST_CASE("hashes of different secrets have nothing in common")
{
    std::set<std::uint64_t> seen;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        const Secret secret{repeatable_hash_secret(seed)};
        for (std::size_t size = 0; size < 300; size += 7) {
            const std::string key(size, 'k');
            seen.insert(hash_bytes(key));
            CHECK(hash_bytes(key) != public_hash(key, seed));
        }
    }
    CHECK(seen.size() == 100 * 43);
}
