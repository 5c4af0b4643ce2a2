#include "tests/bench/dispatch.h"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace bench {

std::string degrees(double value) { return fmt::format("{:.6f}", value); }

std::string lock_of(std::string_view driver)
{
    return fmt::format("agent:{}:lock", driver.substr(driver.find(':') + 1));
}

std::vector<std::string> assign_request(const std::string& order, const Place& place)
{
    return {"ASSIGN",
            kGeo,
            kAvailable,
            order,
            "FROMLONLAT",
            degrees(place.longitude),
            degrees(place.latitude),
            "BYRADIUS",
            "5",
            "km"};
}

std::vector<std::string> script_request(const std::string& sha, const std::string& order,
                                        const Place& place)
{
    return {"EVALSHA",
            sha,
            "3",
            kGeo,
            kAvailable,
            order,
            degrees(place.longitude),
            degrees(place.latitude)};
}

std::string load_script(Connection& connection, const std::string& file)
{
    std::ifstream in{file};
    std::stringstream text;
    text << in.rdbuf();
    if (!in || text.str().empty()) throw std::runtime_error{"cannot read " + file};
    const auto words = words_of(connection.call({"SCRIPT", "LOAD", text.str()}));
    if (words.size() != 1) throw std::runtime_error{"SCRIPT LOAD was refused"};
    return std::string{words[0]};
}

std::vector<std::string_view> words_of(std::string_view reply)
{
    std::vector<std::string_view> words;
    while (!reply.empty()) {
        const auto end = reply.find("\r\n");
        if (end == std::string_view::npos) break;
        std::int64_t size = 0;
        std::from_chars(reply.data() + 1, reply.data() + end, size);
        const bool is_bulk = reply[0] == '$' && size >= 0;
        reply.remove_prefix(end + 2);
        if (!is_bulk) continue;
        words.push_back(reply.substr(0, static_cast<std::size_t>(size)));
        reply.remove_prefix(static_cast<std::size_t>(size) + 2);
    }
    return words;
}

std::string driver_of(std::string_view reply)
{
    const auto words = words_of(reply);
    if (words.size() == 1) return std::string{words[0]};  // a script's
    for (std::size_t i = 0; i + 1 < words.size(); i += 2)
        if (words[i] == "driver") return std::string{words[i + 1]};
    return {};
}

std::string token_of(std::string_view reply)
{
    constexpr std::string_view kToken = "$5\r\ntoken\r\n:";
    const auto at = reply.find(kToken);
    if (at == std::string_view::npos) throw std::runtime_error{"a reply of ASSIGN without a token"};
    const auto rest = reply.substr(at + kToken.size());
    return std::string{rest.substr(0, rest.find('\r'))};
}

}  // namespace bench
