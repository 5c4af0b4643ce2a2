#include "server/testing/calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "store/glob.h"

namespace server {

namespace {

constexpr std::size_t kMaxCalls = 10'000;
constexpr std::size_t kMaxShown = 10;
constexpr std::string_view kWaits = "waits";

bool fits(const std::string& pattern, std::string_view text, bool ignore_case = false)
{
    return pattern.empty() || store::matches(pattern, text, ignore_case);
}

std::string times(std::uint64_t count)
{
    return count == 1 ? "1 call" : fmt::format("{} calls", count);
}

/// "get 3, set 1": what came instead.
std::string summary(const std::deque<RecordedCall>& calls)
{
    std::map<std::string_view, int> counts;
    for (const RecordedCall& call : calls) ++counts[call.command];
    std::string text;
    for (const auto& [command, count] : counts) {
        if (text.size() > 200) return text + ", ...";
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", command, count);
    }
    return text;
}

std::string_view kind_of(char mark)
{
    switch (mark) {
        case '+': return "status";
        case '-': return "error";
        case ':': return "integer";
        case '$':
        case '=': return "string";
        case '*': return "array";
        case '%': return "map";
        case '~': return "set";
        case ',': return "double";
        case '#': return "boolean";
        case '_': return "nil";
        default: return "other";
    }
}

}  // namespace

bool CallFilter::matches(const RecordedCall& call) const
{
    constexpr bool kIgnoreCase = true;
    const bool has_key = key.empty() || std::ranges::any_of(call.keys, [&](const auto& one) {
                             return store::matches(key, one);
                         });
    return has_key && fits(command, call.command, kIgnoreCase) && fits(client, call.client) &&
           fits(reply, call.kind, kIgnoreCase);
}

bool CallExpectation::holds(std::uint64_t calls) const
{
    switch (kind) {
        case Kind::Exactly: return calls == count;
        case Kind::AtLeast: return calls >= count;
        case Kind::AtMost: return calls <= count;
    }
    return false;
}

std::string CallExpectation::in_words() const
{
    switch (kind) {
        case Kind::Exactly: return count == 0 ? "no call" : fmt::format("exactly {}", times(count));
        case Kind::AtLeast: return fmt::format("at least {}", times(count));
        case Kind::AtMost: return fmt::format("at most {}", times(count));
    }
    return {};
}

void Calls::add(RecordedCall call)
{
    call.number = ++last_;
    calls_.push_back(std::move(call));
    if (calls_.size() <= kMaxCalls) return;
    calls_.pop_front();
    ++dropped_;
}

RecordedCall* Calls::waiting(std::uint64_t session)
{
    const auto found = std::ranges::find_if(calls_.rbegin(), calls_.rend(), [&](const auto& call) {
        return call.session == session && call.kind == kWaits;
    });
    return found == calls_.rend() ? nullptr : &*found;
}

std::vector<const RecordedCall*> Calls::matching(const CallFilter& filter) const
{
    std::vector<const RecordedCall*> matching;
    for (const RecordedCall& call : calls_)
        if (filter.matches(call)) matching.push_back(&call);
    return matching;
}

std::string Calls::failure(const CallFilter& filter, const CallExpectation& expectation) const
{
    const auto found = matching(filter);
    if (expectation.holds(found.size())) return {};
    const std::string whom = filter.text.empty() ? "" : fmt::format(" with {}", filter.text);
    std::string text = fmt::format("expected {}{}, but there {}", expectation.in_words(), whom,
                                   found.size() == 1 ? "was 1" : "were " + times(found.size()));
    if (found.empty() && calls_.empty()) return text + "; nothing was called at all";
    if (found.empty()) return text + "; what was called: " + summary(calls_);
    for (std::size_t i = 0; i < std::min(found.size(), kMaxShown); ++i)
        text += fmt::format("{}{}", i == 0 ? ": " : "; ", in_words(*found[i]));
    if (found.size() > kMaxShown) text += fmt::format("; and {} more", found.size() - kMaxShown);
    if (dropped_ > 0) text += fmt::format(" (the first {} are not kept any more)", times(dropped_));
    return text;
}

std::string in_words(const RecordedCall& call)
{
    using namespace std::chrono;
    const auto in_day = floor<milliseconds>(call.at.time_since_epoch()) % hours{24};
    const auto ms = in_day.count();
    return fmt::format("{:02}:{:02}:{:02}.{:03} {}: {} -> {}", ms / 3'600'000, ms / 60'000 % 60,
                       ms / 1000 % 60, ms % 1000, call.client, call.text, call.reply);
}

void describe_reply(std::string_view bytes, RecordedCall& call)
{
    constexpr std::size_t kMaxText = 128;
    if (bytes.empty()) {
        call.kind = kWaits;
        call.reply = "(waits)";
        return;
    }
    const std::string_view line = bytes.substr(1, bytes.find('\r') - 1);
    call.kind = bytes.starts_with("$-1") || bytes.starts_with("*-1") ? "nil" : kind_of(bytes[0]);
    if (call.kind == "status" || call.kind == "error") {
        call.reply = line.substr(0, kMaxText);
    } else if (call.kind == "integer" || call.kind == "double") {
        call.reply = fmt::format("({}) {}", call.kind, line);
    } else {
        call.reply = fmt::format("({})", call.kind);
    }
}

}  // namespace server
