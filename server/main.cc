#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <random>
#include <span>

#include "server/app.h"
#include "server/config/command_line.h"
#include "store/hashing.h"
#include "store/random.h"

namespace {

using server::Invocation;

void serve(const Invocation& invocation)
{
    // The order of sets and scans follows from the hash, so it follows from the seed, too. It is
    // not the seed itself, nor a number of the generator that the server draws from: those are
    // shown.
    constexpr std::uint64_t kApart = 0x9e3779b97f4a7c15;
    store::process_hash_seed = store::Random{invocation.options.seed ^ kApart}.next();
    server::App{invocation.options}.run(invocation.warnings);
}

}  // namespace

int main(int argc, char** argv)
{
    try {
        std::random_device chance;
        server::Options defaults;
        defaults.seed = std::uint64_t{chance()} << 32 | chance();
        const std::span<const char* const> words(argv + 1, static_cast<std::size_t>(argc - 1));
        const Invocation invocation = server::parse_command_line(words, defaults);
        switch (invocation.action) {
            case Invocation::Action::Run: serve(invocation); break;
            case Invocation::Action::PrintHelp: fmt::print("{}", server::help_text()); break;
            case Invocation::Action::PrintVersion: fmt::print("{}", server::version_text()); break;
            case Invocation::Action::PrintConfig: fmt::print("{}", server::sample_config()); break;
        }
        return 0;
    } catch (const std::exception& error) {
        fmt::print(stderr, "dabba-server: {}\n", error.what());
        return 1;
    }
}
