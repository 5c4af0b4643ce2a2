#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "server/app.h"
#include "server/catalogue/command_table.h"
#include "server/config/command_line.h"
#include "server/config/option_help.h"
#include "server/dialects/dialect.h"
#include "server/net/listener.h"
#include "server/net/supervisor.h"
#include "server/service.h"
#include "server/version.h"
#include "store/hashing.h"

namespace {

using server::CommandLine;

store::HashSecret draw_hash_secret(std::random_device& chance)
{
    store::HashSecret secret;
    for (std::uint64_t& word : secret) word = std::uint64_t{chance()} << 32 | chance();
    return secret;
}

/// Programs that start a server read on its standard output why it could not listen.
void say_failure(const server::Options& options, const server::net::ListenError& error)
{
    const bool log_is_seen = options.log_file.empty() && !options.daemonize;
    fmt::print(log_is_seen ? stdout : stderr, "dabba-server: {}\n", error.what());
}

/// Returns the exit code.
int run_app(const CommandLine& command_line)
{
    const server::Options& options = command_line.options;
    server::Service service{options};
    server::App app{options};
    app.start(command_line.warnings);
    if (!app.load()) return 1;
    for (const std::string& warning :
         {service.start(app.port()), server::net::tell_supervisor(options.supervised)}) {
        if (!warning.empty()) app.warn(warning);
    }
    return app.run() ? 0 : 1;
}

/// Returns the exit code.
int serve(CommandLine command_line, std::uint64_t drawn_seed, std::random_device& chance)
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
    try {
        return run_app(command_line);
    } catch (const server::net::ListenError& error) {
        say_failure(command_line.options, error);
        return 1;
    }
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
            case CommandLine::Action::Run: return serve(command_line, defaults.seed, chance);
            case CommandLine::Action::PrintHelp: fmt::print("{}", server::help_text()); break;
            case CommandLine::Action::PrintDialects:
                fmt::print("{}", server::dialects_text(server::CommandTable{}.all()));
                break;
            case CommandLine::Action::PrintVersion: fmt::print("{}", server::version_text()); break;
            case CommandLine::Action::PrintAbout: fmt::print("{}", server::about_text()); break;
            case CommandLine::Action::PrintConfig: fmt::print("{}", server::sample_config()); break;
        }
        return 0;
    } catch (const std::exception& error) {
        fmt::print(stderr, "dabba-server: {}\n", error.what());
        return 1;
    }
}
