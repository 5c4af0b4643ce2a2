#include "store/common_subsequence.h"

#include <catch2/catch.hpp>
#include <limits>

using store::common_subsequence;
using store::common_subsequence_fits;

namespace {

std::string shared_text(std::string_view first, std::string_view second)
{
    return text_of(common_subsequence(first, second), first);
}

}  // namespace

TEST_CASE("a longest common subsequence keeps the order of both texts")
{
    CHECK(shared_text("ohmytext", "mynewtext") == "mytext");
    CHECK(shared_text("abc", "abc") == "abc");
    CHECK(shared_text("abc", "def").empty());
    CHECK(shared_text("", "abc").empty());
    CHECK(shared_text("", "").empty());
}

TEST_CASE("the runs of a common subsequence come from the last to the first")
{
    const auto common = common_subsequence("ohmytext", "mynewtext");
    REQUIRE(common.runs.size() == 2);
    CHECK(common.runs[0].in_first == 4);
    CHECK(common.runs[0].in_second == 5);
    CHECK(common.runs[0].length == 4);
    CHECK(common.runs[1].in_first == 2);
    CHECK(common.runs[1].in_second == 0);
    CHECK(common.runs[1].length == 2);
}

TEST_CASE("the table of a common subsequence is measured without overflow")
{
    CHECK(common_subsequence_fits("abc", "abc", 64));
    CHECK_FALSE(common_subsequence_fits("abc", "abc", 63));
    CHECK_FALSE(common_subsequence_fits("", "", 0));
    const std::string_view huge{nullptr, std::numeric_limits<std::size_t>::max()};
    CHECK_FALSE(common_subsequence_fits(huge, huge, 512 * 1024 * 1024));
}
