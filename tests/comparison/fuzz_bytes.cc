// Throws broken bytes at the request parser and the executor. They may answer with errors, but must
// never fall, and every request must get exactly one whole reply.

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "protocol/reply_reader.h"
#include "protocol/request_parser.h"
#include "tests/comparison/generator.h"
#include "tests/support/client.h"
#include "tests/support/socket_target.h"
#include "tests/support/words.h"

namespace tests {

namespace {

constexpr const char* kUsage = "usage: fuzz_bytes [--seed N] [--rounds N]\n";
constexpr std::int64_t kNowMs = 1'700'000'000'000;
constexpr std::size_t kRequestsPerRound = 12;

struct Options
{
    std::uint64_t seed = std::random_device{}();
    std::size_t rounds = 20'000;
};

bool is_one_reply(const std::string& bytes)
{
    try {
        protocol::read_reply(bytes);
        return true;
    } catch (const protocol::ProtocolError&) {
        return false;
    }
}

/// What a connection does, without a socket: bytes in, replies out.
class Wire
{
public:
    explicit Wire(const Client& server) : client_(server) {}

    /// Takes the next bytes. False: the protocol was broken or the client left; nothing more is
    /// read.
    bool receive(std::string_view bytes)
    {
        input_ += bytes;
        try {
            while (parser_.next(input_)) {
                if (!parser_.arguments().empty()) execute();
                input_.erase(0, parser_.size());
                if (client_.session().close_after_reply) return false;
            }
        } catch (const protocol::ProtocolError&) {
            return false;
        }
        return true;
    }

    std::size_t requests() const { return requests_; }

private:
    void execute()
    {
        ++requests_;
        auto reply = client_.run(parser_.arguments());
        if (client_.session().blocked) {
            client_.server().executor.give_up(client_.session());
            reply = client_.take_output();
        }
        if (client_.session().reply_mode != server::ReplyMode::On) return;
        // Empty: this was the request that CLIENT REPLY SKIP was for.
        if (!reply.empty() && !is_one_reply(reply)) {
            throw std::logic_error{"not one whole reply: " + join_words({reply})};
        }
    }

    Client client_;
    protocol::RequestParser parser_;
    std::string input_;
    std::size_t requests_ = 0;
};

std::string as_inline(const Request& request) { return join_words(request) + "\r\n"; }

void mutate(Words& words, std::string& bytes)
{
    if (bytes.empty()) return;
    const auto at = words.below(bytes.size());
    const auto size = 1 + words.below(8);
    switch (words.below(7)) {
        case 0: bytes[at] = static_cast<char>(words.below(256)); break;
        case 1: bytes.erase(at, size); break;
        case 2: bytes.insert(at, bytes.substr(words.below(bytes.size()), 4 * size)); break;
        case 3:
            bytes.insert(at, words.pick({"\r\n", "\n", "*", "$", "-1", "\"", "'", "\\x", "\r"}));
            break;
        case 4: bytes[at] = static_cast<char>('0' + words.below(10)); break;
        case 5:
            bytes.insert(at, words.pick({"99999999", "2147483648", "*3\r\n", "$-5\r\n", "\\"}));
            break;
        default: bytes.insert(at, size, static_cast<char>(words.below(256)));
    }
}

std::string some_bytes(Words& words, std::span<const Step> steps)
{
    std::string bytes;
    for (const auto& step : steps) {
        bytes += words.one_in(5) ? as_inline(step.request) : encode_request(step.request);
    }
    if (words.one_in(20)) {
        for (char& byte : bytes) byte = static_cast<char>(words.below(256));
    }
    for (auto count = words.below(4); count > 0; --count) mutate(words, bytes);
    return bytes;
}

/// The bytes to a connection of their own, in pieces of any size. Gives the requests understood.
std::size_t send(Words& words, const Client& server, std::string_view bytes)
{
    Wire wire{server};
    while (!bytes.empty()) {
        const auto most = words.one_in(3) ? 3 : bytes.size();
        const auto piece = bytes.substr(0, 1 + words.below(most));
        if (!wire.receive(piece)) break;
        bytes.remove_prefix(piece.size());
    }
    return wire.requests();
}

int run(const Options& options)
{
    std::cout << "seed " << options.seed << ", " << options.rounds << " rounds" << std::endl;
    Words words{options.seed, kNowMs};
    Client server;
    std::size_t requests = 0;
    for (std::size_t round = 0; round < options.rounds; ++round) {
        const auto steps = generate_steps(options.seed + round, kRequestsPerRound, kNowMs);
        const auto bytes = some_bytes(words, steps);
        try {
            requests += send(words, server, bytes);
        } catch (const std::exception& error) {
            std::cout << "round " << round << ": " << error.what() << "\nafter "
                      << join_words({bytes}) << "\nrepeat: fuzz_bytes --seed " << options.seed
                      << " --rounds " << round + 1 << "\n";
            return 1;
        }
        server.server().shutdown_requested = false;
        server.clock.advance(std::chrono::milliseconds{words.below(1000)});
        server.server().tick();
    }
    std::cout << requests << " requests were understood\n";
    return 0;
}

Options parse_options(int count, char** words)
{
    Options options;
    for (int i = 1; i < count; i += 2) {
        const std::string word = words[i];
        if (i + 1 == count || (word != "--seed" && word != "--rounds")) {
            throw std::invalid_argument{kUsage};
        }
        (word == "--seed" ? options.seed : options.rounds) = std::stoull(words[i + 1]);
    }
    return options;
}

}  // namespace

}  // namespace tests

int main(int count, char** words)
{
    try {
        return tests::run(tests::parse_options(count, words));
    } catch (const std::invalid_argument& error) {
        std::cerr << error.what();
        return 2;
    }
}
