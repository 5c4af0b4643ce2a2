// Runs transcripts against Dabba in this process, or against a server behind a socket.

#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "protocol/reply_reader.h"
#include "protocol/reply_text.h"
#include "server/catalogue/command_table.h"
#include "tests/support/in_process_target.h"
#include "tests/support/replay.h"
#include "tests/support/socket_target.h"
#include "tests/support/words.h"
#include "tests/transcripts/transcript.h"

namespace tests {

namespace {

constexpr const char* kUsage =
    "usage: run_transcripts [--server HOST:PORT] [--update] [--all] FILE...\n"
    "  Plays each FILE against Dabba in this process, or against the server at HOST:PORT (whose\n"
    "  data is deleted), and compares the answers. --update writes the answers into the files.\n"
    "  In this process, what was logged of each FILE must make the same data. --all: and every\n"
    "  command that writes must be in one of them.\n";

struct Options
{
    std::string server;
    bool update = false;
    bool all = false;
    std::vector<std::string> paths;
};

struct Totals
{
    int passed = 0;
    int failed = 0;
};

std::string ask(Connection& connection, std::initializer_list<std::string> words)
{
    return connection.execute(std::vector<std::string>(words));
}

/// A reply as redis-cli prints it; nothing if there was no reply.
std::vector<std::string> printed(const std::string& reply)
{
    if (reply.empty()) return {};
    return split_lines(protocol::to_text(protocol::read_reply(reply)));
}

/// Plays one transcript on one target.
class Performance
{
public:
    Performance(Transcript& transcript, Target& target, std::string redis_version)
        : transcript_(transcript), target_(target), redis_version_(std::move(redis_version))
    {
        ask(*target_.connect(), {"FLUSHALL"});
    }

    Totals play(bool update)
    {
        Totals totals;
        for (const auto& step : transcript_.steps) {
            if (step.audience == (is_redis() ? Audience::Dabba : Audience::Redis)) continue;
            if (step.advance.count() != 0) {
                target_.advance(step.advance);
            } else if (const auto answered = printed(client(step.client).execute(step.words));
                       agrees(step, lines_of(answer_of(step)), answered)) {
                ++totals.passed;
            } else {
                ++totals.failed;
                if (update) {
                    corrections_.emplace_back(answer_of(step), answered);
                } else {
                    report(step, answered);
                }
            }
        }
        if (!corrections_.empty()) write_corrections();
        return totals;
    }

private:
    bool is_redis() const { return !redis_version_.empty(); }

    Connection& client(const std::string& name)
    {
        auto& connection = clients_[name];
        if (!connection) connection = target_.connect();
        return *connection;
    }

    Answer answer_of(const Step& step) const
    {
        const bool own = step.redis_answer && redis_version_.starts_with(step.redis_version);
        return own ? *step.redis_answer : step.answer;
    }

    std::vector<std::string> lines_of(Answer answer) const
    {
        const auto begin = transcript_.lines.begin();
        return {begin + static_cast<std::ptrdiff_t>(answer.first),
                begin + static_cast<std::ptrdiff_t>(answer.last)};
    }

    void report(const Step& step, const std::vector<std::string>& answered) const
    {
        std::cout << transcript_.path << ":" << step.line + 1 << ": "
                  << transcript_.lines[step.line] << "\n";
        const auto expected = lines_of(answer_of(step));
        std::size_t same = 0;
        while (same < expected.size() && same < answered.size() &&
               expected[same] == answered[same]) {
            std::cout << "  " << expected[same++] << "\n";
        }
        for (std::size_t i = same; i < expected.size(); ++i)
            std::cout << "- " << expected[i] << "\n";
        for (std::size_t i = same; i < answered.size(); ++i)
            std::cout << "+ " << answered[i] << "\n";
        std::cout << "\n";
    }

    /// From the bottom up, so that the lines above keep their places.
    void write_corrections()
    {
        auto& lines = transcript_.lines;
        for (auto at = corrections_.rbegin(); at != corrections_.rend(); ++at) {
            const auto& [answer, answered] = *at;
            const auto first = lines.begin() + static_cast<std::ptrdiff_t>(answer.first);
            const auto gap =
                lines.erase(first, first + static_cast<std::ptrdiff_t>(answer.last - answer.first));
            lines.insert(gap, answered.begin(), answered.end());
        }
        std::ofstream file{transcript_.path, std::ios::binary};
        for (const auto& line : lines) file << line << "\n";
    }

    Transcript& transcript_;
    Target& target_;
    std::string redis_version_;
    std::map<std::string, std::unique_ptr<Connection>> clients_;
    std::vector<std::pair<Answer, std::vector<std::string>>> corrections_;
};

/// "7.0.15" if it is a Redis, "" if it is a Dabba.
std::string redis_version(Target& target)
{
    const auto info = ask(*target.connect(), {"INFO", "server"});
    if (info.find("dabba_version:") != std::string::npos) return {};
    constexpr std::string_view kField = "redis_version:";
    const auto start = info.find(kField);
    if (start == std::string::npos) throw TargetError{"INFO names no version"};
    return info.substr(start + kField.size(), info.find('\r', start) - start - kField.size());
}

/// The commands that write, and that no transcript has until now.
class Unplayed
{
public:
    void note(server::Server& server)
    {
        for (const server::Command* const each : server.commands.all()) {
            const server::Command& command = *each;
            if (!command.has(server::kWrite) || command.run == nullptr) continue;
            if (server.stats.of(command).calls() > 0) {
                played_.insert(full_name(command));
            } else {
                all_.insert(full_name(command));
            }
        }
    }
    Totals report() const
    {
        Totals totals;
        for (const std::string& name : all_) {
            if (played_.contains(name)) continue;
            std::cout << name << " is in no transcript: is what is logged of it enough?\n";
            ++totals.failed;
        }
        return totals;
    }

private:
    std::set<std::string> all_;
    std::set<std::string> played_;
};

Totals play_file(const std::string& path, const Options& options, Unplayed& unplayed)
{
    auto transcript = read_transcript(path);
    if (options.server.empty()) {
        InProcessTarget target;
        target.server().effects.begin();
        Totals totals = Performance{transcript, target, ""}.play(options.update);
        unplayed.note(target.server());
        // What was logged of it makes the same data.
        if (const auto difference = difference_after_replay(target.server())) {
            std::cout << path << ": after a replay of its log, " << *difference << "\n";
            ++totals.failed;
        }
        return totals;
    }
    SocketTarget target{parse_address(options.server)};
    return Performance{transcript, target, redis_version(target)}.play(options.update);
}

Options parse_options(int count, char** words)
{
    Options options;
    for (int i = 1; i < count; ++i) {
        const std::string word = words[i];
        if (word == "--update") {
            options.update = true;
        } else if (word == "--all") {
            options.all = true;
        } else if (word == "--server" && i + 1 < count) {
            options.server = words[++i];
        } else if (word.starts_with("--")) {
            throw std::invalid_argument{kUsage};
        } else {
            options.paths.push_back(word);
        }
    }
    if (options.paths.empty()) throw std::invalid_argument{kUsage};
    return options;
}

int run(int count, char** words)
{
    const auto options = parse_options(count, words);
    Totals totals;
    Unplayed unplayed;
    for (const auto& path : options.paths) {
        const auto [passed, failed] = play_file(path, options, unplayed);
        totals.passed += passed;
        totals.failed += failed;
    }
    if (options.all) totals.failed += unplayed.report().failed;
    std::cout << totals.passed << " passed, " << totals.failed
              << (options.update ? " corrected\n" : " failed\n");
    return totals.failed == 0 || options.update ? 0 : 1;
}

}  // namespace

}  // namespace tests

int main(int count, char** words)
{
    try {
        return tests::run(count, words);
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 2;
    }
}
