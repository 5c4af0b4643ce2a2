#include "server/console/assets.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace server::console;

// Both kinds of build are tested: with the console, and without, where the table is empty.

TEST_CASE("every file of the console is found by its path, and nothing else is")
{
    CHECK(std::ranges::is_sorted(all_assets(), {}, &Asset::path));
    for (const Asset& asset : all_assets()) CHECK(find_asset(asset.path) == &asset);
    for (auto path :
         {"", "index.html", "/index.html", "/assets", "/assets/", "/assets/../", "/nothing"})
        CHECK(find_asset(path) == nullptr);
}

TEST_CASE("the console's page is compressed and names its type and version")
{
    const Asset* page = find_asset("/");
    REQUIRE((page != nullptr) == !all_assets().empty());
    if (page == nullptr) return;
    CHECK(page->content_type == "text/html; charset=utf-8");
    CHECK(page->is_gzipped);
    CHECK(page->content.substr(0, 2) == "\x1f\x8b");
    CHECK(page->etag.size() == 18);
    CHECK(page->etag.front() == '"');
}

TEST_CASE("but for the page, the console's files are below /assets/")
{
    for (const Asset& asset : all_assets())
        CHECK((asset.path == "/" || asset.path.starts_with("/assets/")));
}
