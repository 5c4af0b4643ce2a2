#include "server/net/password_guesses.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace std::chrono_literals;
using server::net::PasswordGuesses;

namespace {

struct Diary
{
    std::string path = std::filesystem::temp_directory_path() /
                       fmt::format("dabba-guesses-test-{}", reinterpret_cast<std::uintptr_t>(this));
    server::Options options{.log_file = path};
    store::Clock clock{store::TimePoint{1000s}};
    server::Log log{options, clock};
    PasswordGuesses guesses{log, clock};

    ~Diary() { std::filesystem::remove(path); }

    /// The lines since the last call, without their time.
    std::string news()
    {
        std::ifstream file{path};
        file.seekg(read_);
        std::string text;
        for (std::string line; std::getline(file, line);) {
            read_ += static_cast<std::streamoff>(line.size()) + 1;
            text += line.substr(line.find(' ') + 1) + "\n";
        }
        return text;
    }

private:
    std::streamoff read_ = 0;
};

}  // namespace

TEST_CASE("wrong passwords are told once a minute and address")
{
    Diary diary;
    diary.guesses.add("10.0.0.1:1234", 1);
    CHECK(diary.news() == "warning Wrong password from 10.0.0.1: 1 since the last such line\n");
    for (int i = 0; i < 50; ++i) diary.guesses.add(fmt::format("10.0.0.1:{}", i), 2);
    diary.clock.advance(59s);
    diary.guesses.add("10.0.0.1:1234", 1);
    CHECK(diary.news() == "");
    diary.guesses.add("[::1]:1234", 1);
    CHECK(diary.news() == "warning Wrong password from [::1]: 1 since the last such line\n");
    diary.clock.advance(1s);
    diary.guesses.add("10.0.0.1:1234", 1);
    CHECK(diary.news() == "warning Wrong password from 10.0.0.1: 102 since the last such line\n");
}

TEST_CASE("a million addresses neither fill the memory nor the log")
{
    Diary diary;
    for (int i = 0; i < 100'000; ++i)
        diary.guesses.add(fmt::format("10.{}.{}.{}:1", i / 65536, i / 256 % 256, i % 256), 1);
    const std::string lines = diary.news();
    CHECK(std::count(lines.begin(), lines.end(), '\n') == PasswordGuesses::kMaxAddresses + 1);
    CHECK(lines.ends_with("from other addresses: 1 since the last such line\n"));
    diary.clock.advance(60s);
    diary.guesses.add("10.0.0.7:1", 1);
    CHECK(diary.news() == "warning Wrong password from 10.0.0.7: 1 since the last such line\n");
    diary.guesses.add("10.1.0.7:1", 1);  // those of before are forgotten: there is room
    CHECK(diary.news() == "warning Wrong password from 10.1.0.7: 1 since the last such line\n");
}
