#include "server/insight/redaction.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "ascii/case.h"
#include "server/catalogue/command.h"

namespace server {

namespace {

constexpr std::string_view kRedacted = "(redacted)";

using Words = std::vector<std::string_view>;

void hide(Words& words, std::size_t begin, std::size_t count)
{
    const std::size_t end = std::min(words.size(), begin + count);
    for (std::size_t i = begin; i < end; ++i) words[i] = kRedacted;
}

/// HELLO 3 AUTH user password: the words may come anywhere behind the version.
void hide_login(Words& words)
{
    for (std::size_t i = 2; i < words.size(); ++i) {
        if (!ascii::equal_ignoring_case(words[i], "auth")) continue;
        hide(words, i + 1, 2);
        i += 2;
    }
}

void hide_secret_options(Words& words)
{
    constexpr std::array<std::string_view, 4> kSecrets = {
        "requirepass", "masterauth", "tls-key-file-pass", "tls-client-key-file-pass"};
    for (std::size_t i = 2; i + 1 < words.size(); i += 2) {
        const bool is_secret = std::ranges::any_of(kSecrets, [&](std::string_view name) {
            return ascii::equal_ignoring_case(words[i], name);
        });
        if (is_secret) hide(words, i + 1, 1);
    }
}

}  // namespace

std::vector<std::string_view> redacted(const Command& command, Request request)
{
    Words words{request.begin(), request.end()};
    const std::string_view name = command.name;
    if (name == "AUTH") hide(words, 1, words.size());
    if (name == "HELLO") hide_login(words);
    if (name == "CONFIG SET") hide_secret_options(words);
    if (name == "ACL SETUSER" || name == "ACL DELUSER" || name == "ACL GETUSER")
        hide(words, 2, words.size());
    return words;
}

}  // namespace server
