#include "server/insight/redaction.h"

#include <catch2/catch.hpp>

#include "tests/support/client.h"

using tests::Client;

namespace {

/// The words as they are shown, with a space between.
template <class... Words>
std::string shown(const Words&... words)
{
    Client client;
    const std::string_view request[] = {std::string_view{words}...};
    std::string text;
    for (const auto word :
         server::redacted(*client.server().commands.resolve(request).row, request))
        text.append(text.empty() ? "" : " ").append(word);
    return text;
}

}  // namespace

TEST_CASE("passwords are not shown")
{
    CHECK(shown("auth", "secret") == "auth (redacted)");
    CHECK(shown("AUTH", "anna", "secret") == "AUTH (redacted) (redacted)");
    CHECK(shown("HELLO", "3", "SETNAME", "me", "AUTH", "anna", "secret") ==
          "HELLO 3 SETNAME me AUTH (redacted) (redacted)");
    CHECK(shown("HELLO", "3", "auth", "anna") == "HELLO 3 auth (redacted)");
    CHECK(shown("CONFIG", "SET", "timeout", "0", "RequirePass", "secret") ==
          "CONFIG SET timeout 0 RequirePass (redacted)");
}

TEST_CASE("everything else is")
{
    CHECK(shown("SET", "requirepass", "secret") == "SET requirepass secret");
    CHECK(shown("CONFIG", "GET", "requirepass") == "CONFIG GET requirepass");
    CHECK(shown("HELLO") == "HELLO");
}
