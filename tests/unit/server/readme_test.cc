#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "server/command_markdown.h"

namespace {

constexpr std::string_view kBegin =
    "<!-- commands: computed from the declarations; scripts/update_readme writes it -->\n";
constexpr std::string_view kEnd = "<!-- end of commands -->\n";

std::string read_file(const std::string& path)
{
    std::ifstream file{path};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("README.md lists the commands as they are declared")
{
    const std::string path = DABBA_README;
    std::string readme = read_file(path);
    const auto begin = readme.find(kBegin);
    const auto end = readme.find(kEnd);
    REQUIRE(begin != std::string::npos);
    REQUIRE(end != std::string::npos);
    const auto first = begin + kBegin.size();

    const std::string commands = server::commands_as_markdown(server::CommandTable{});
    if (std::getenv("DABBA_UPDATE_README") != nullptr) {
        readme.replace(first, end - first, commands);
        std::ofstream{path} << readme;
        return;
    }
    INFO("scripts/update_readme brings it up to date");
    CHECK(readme.substr(first, end - first) == commands);
}
