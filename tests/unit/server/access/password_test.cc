#include "server/access/password.h"

#include <catch2/catch.hpp>

using server::access::hash_of;
using server::access::is_hash;

TEST_CASE("a password is kept as the digits of its SHA-256")
{
    CHECK(hash_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(hash_of("pw") == "30c952fab122c3f9759f02a6d95c3758b246b4fee239957b2d4fee46e26170c4");
}

TEST_CASE("a hash is 64 digits, in lower case")
{
    const std::string hash = hash_of("pw");
    CHECK(is_hash(hash));
    CHECK_FALSE(is_hash(hash.substr(1)));
    CHECK_FALSE(is_hash(hash + "0"));
    CHECK_FALSE(is_hash("A" + hash.substr(1)));
    CHECK_FALSE(is_hash("g" + hash.substr(1)));
    CHECK_FALSE(is_hash(""));
}
