#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <random>
#include <span>
#include <string>
#include <utility>

#include "server/app.h"
#include "server/config/command_line.h"
#include "server/config/option_help.h"
#include "server/net/supervisor.h"
#include "server/service.h"
#include "store/hashing.h"

namespace {

using server::CommandLine;

store::HashSecret draw_hash_secret(std::random_device& chance)
{
    store::HashSecret secret;
    for (std::uint64_t& word : secret) word = std::uint64_t{chance()} << 32 | chance();
    return secret;
}

void serve(CommandLine command_line, std::uint64_t drawn_seed, std::random_device& chance)
{
    const std::uint64_t seed = command_line.options.seed;
    if (seed == drawn_seed) {
        // Not from the seed, which CONFIG GET and the log show.
        store::process_hash_secret = draw_hash_secret(chance);
    } else {
        store::process_hash_secret = store::repeatable_hash_secret(seed);
        command_line.warnings.emplace_back(
            "A seed was given: hashes follow from it, and whoever knows it can choose keys that "
            "collide. For tests only");
    }
    server::enter_directory(command_line.options);
    server::Service service{command_line.options};
    server::App app{command_line.options};
    for (std::string warning :
         {service.start(), server::net::tell_supervisor(command_line.options.supervised)}) {
        if (!warning.empty()) command_line.warnings.push_back(std::move(warning));
    }
    app.run(command_line.warnings);
}

}  // namespace

int main(int argc, char** argv)
{
    try {
        std::random_device chance;
        server::Options defaults;
        defaults.seed = std::uint64_t{chance()} << 32 | chance();
        const std::span<const char* const> words(argv + 1, static_cast<std::size_t>(argc - 1));
        const CommandLine command_line = server::parse_command_line(words, defaults);
        switch (command_line.action) {
            case CommandLine::Action::Run: serve(command_line, defaults.seed, chance); break;
            case CommandLine::Action::PrintHelp: fmt::print("{}", server::help_text()); break;
            case CommandLine::Action::PrintVersion: fmt::print("{}", server::version_text()); break;
            case CommandLine::Action::PrintConfig: fmt::print("{}", server::sample_config()); break;
        }
        return 0;
    } catch (const std::exception& error) {
        fmt::print(stderr, "dabba-server: {}\n", error.what());
        return 1;
    }
}
