#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "server/catalogue/markdown.h"

namespace {

/// A part of README.md that is computed: from a line that begins with `<!-- name:` to one that says
/// `<!-- end of name -->`.
struct Part
{
    std::size_t begin;
    std::size_t size;
};

Part find_part(const std::string& readme, const std::string& name)
{
    const auto mark = readme.find("<!-- " + name + ":");
    const auto end = readme.find("<!-- end of " + name + " -->\n");
    REQUIRE(mark != std::string::npos);
    REQUIRE(end != std::string::npos);
    const auto begin = readme.find('\n', mark) + 1;
    return {begin, end - begin};
}

std::string read_file(const std::string& path)
{
    std::ifstream file{path};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// Compares a part with what it should be, or writes it: scripts/update_readme asks for that.
void check_part(const std::string& name, const std::string& expected)
{
    const std::string path = DABBA_SOURCES "/README.md";
    std::string readme = read_file(path);
    const Part part = find_part(readme, name);
    if (std::getenv("DABBA_UPDATE_README") != nullptr) {
        readme.replace(part.begin, part.size, expected);
        std::ofstream{path} << readme;
        return;
    }
    INFO("scripts/update_readme brings it up to date");
    CHECK(readme.substr(part.begin, part.size) == expected);
}

}  // namespace

TEST_CASE("README.md lists the commands as they are declared")
{
    check_part("commands", server::commands_as_markdown(server::CommandTable{}));
}

TEST_CASE("README.md gives the tour of ASSIGN as it is played in the transcripts")
{
    const std::string page = read_file(DABBA_SOURCES "/tests/transcripts/the_tour_of_assign.txt");
    const auto begin = page.find("# Four drivers");
    REQUIRE(begin != std::string::npos);
    check_part("tour", "```text\n" + page.substr(begin) + "```\n");
}
