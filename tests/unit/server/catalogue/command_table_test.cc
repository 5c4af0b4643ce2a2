#include "server/catalogue/command_table.h"

#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>
#include <vector>

using namespace server;

namespace {

Command toy(std::string_view name)
{
    return {.name = name, .summary = "", .since = "", .complexity = "", .group = Group::Generic};
}

}  // namespace

TEST_CASE("two commands of one name are refused at the start")
{
    const Command twice[] = {toy("TOY"), toy("TOY")};
    CHECK_THROWS_AS(CommandTable{twice}, std::logic_error);

    const Command taken[] = {toy("GET")};
    CHECK_THROWS_AS(CommandTable{taken}, std::logic_error);
}

TEST_CASE("a subcommand without its container is refused at the start")
{
    const Command alone[] = {toy("TOY SUB")};
    CHECK_THROWS_AS(CommandTable{alone}, std::logic_error);
}

TEST_CASE("a renamed command is found by its new name only, and its subcommands with it")
{
    const Renaming renamings[] = {{"flushall", ""}, {"CONFIG", "Hidden"}, {"hidden", "deeper"}};
    const CommandTable table{{}, renamings};
    CHECK(table.find("FLUSHALL") == nullptr);
    CHECK(table.find("config") == nullptr);
    CHECK(table.find("hidden") == nullptr);
    CHECK(table.find("DEEPER")->name == "CONFIG");
    const std::string_view request[] = {"deeper", "get", "port"};
    CHECK(table.resolve(request).row->name == "CONFIG GET");
    CHECK(table.is_container(*table.find("deeper")));
}

TEST_CASE("a renaming of no command, or to a name that is taken, is refused at the start")
{
    const auto refusal = [](std::string name, std::string new_name) {
        const Renaming renamings[] = {{std::move(name), std::move(new_name)}};
        try {
            CommandTable{{}, renamings};
        } catch (const std::invalid_argument& error) {
            return std::string{error.what()};
        }
        return std::string{};
    };
    CHECK(refusal("NOSUCH", "x") == "rename-command: there is no command 'NOSUCH'");
    CHECK(refusal("CONFIG GET", "x") == "rename-command: there is no command 'CONFIG GET'");
    CHECK(refusal("GET", "set") == "rename-command: there is a command 'set'");
}

TEST_CASE("the table has room for however many rows there are")
{
    std::vector<std::string> names;
    for (int i = 0; i < 5'000; ++i) names.push_back("TOY" + std::to_string(i));
    std::vector<Command> rows;
    for (const auto& name : names) rows.push_back(toy(name));

    const CommandTable table{rows};
    CHECK(table.find("toy4999")->name == rows.back().name);
    CHECK(table.find("TOY5000") == nullptr);
}
