#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <string>

#include "server/catalogue/command_table.h"
#include "server/catalogue/markdown.h"
#include "server/dialects/dialect.h"
#include "tests/support/folder.h"

namespace {

/// A part of a page that is computed: from a line that begins with `<!-- name:` to one that says
/// `<!-- end of name -->`.
struct Part
{
    std::size_t begin;
    std::size_t size;
};

Part find_part(const std::string& page, const std::string& name)
{
    const auto mark = page.find("<!-- " + name + ":");
    const auto end = page.find("<!-- end of " + name + " -->\n");
    REQUIRE(mark != std::string::npos);
    REQUIRE(end != std::string::npos);
    const auto begin = page.find('\n', mark) + 1;
    return {begin, end - begin};
}

/// Compares a part with what it should be, or writes it: scripts/update_pages asks for that.
void check_part(const std::string& file, const std::string& name, const std::string& expected)
{
    const std::string path = DABBA_SOURCES "/" + file;
    std::string page = tests::read_file(path);
    const Part part = find_part(page, name);
    if (std::getenv("DABBA_UPDATE_PAGES") != nullptr) {
        page.replace(part.begin, part.size, expected);
        std::ofstream{path} << page;
        return;
    }
    INFO("scripts/update_pages brings it up to date");
    CHECK(page.substr(part.begin, part.size) == expected);
}

}  // namespace

TEST_CASE("COMMANDS.md lists the commands as they are declared")
{
    check_part("server/commands/COMMANDS.md", "commands",
               server::commands_as_markdown(server::CommandTable{}));
}

TEST_CASE("DIALECTS.md lists what the servers do otherwise that can be spoken as")
{
    check_part("server/dialects/DIALECTS.md", "dialects",
               server::dialects_as_markdown(server::CommandTable{}.all()));
}

TEST_CASE("TOUR.md gives the tour of ASSIGN as it is played in the transcripts")
{
    const std::string played =
        tests::read_file(DABBA_SOURCES "/tests/transcripts/the_tour_of_assign.txt");
    const auto begin = played.find("# Four drivers");
    REQUIRE(begin != std::string::npos);
    check_part("server/dispatch/TOUR.md", "tour", "```text\n" + played.substr(begin) + "```\n");
}
