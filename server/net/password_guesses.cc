#include "server/net/password_guesses.h"

#include <chrono>

namespace server::net {
namespace {

constexpr std::chrono::minutes kBetweenLines{1};
constexpr std::string_view kOthers = "other addresses";

}  // namespace

void PasswordGuesses::add(std::string_view address, std::uint64_t guesses)
{
    const std::string_view host = address.substr(0, address.rfind(':'));
    if (by_host_.size() >= kMaxAddresses) forget_old_ones();
    const bool remembered = by_host_.size() < kMaxAddresses || by_host_.contains(host);
    const std::string_view name = remembered ? host : kOthers;
    Guesses& known = of(name);
    known.untold += guesses;
    if (was_told_lately(known)) return;
    log_.warning("Wrong password from {}: {} since the last such line", name, known.untold);
    known = {.told_at = clock_.now()};
}

bool PasswordGuesses::was_told_lately(const Guesses& guesses) const
{
    const auto age = clock_.now() - guesses.told_at;
    return age >= age.zero() && age < kBetweenLines;  // a clock may be set back
}

PasswordGuesses::Guesses& PasswordGuesses::of(std::string_view host)
{
    const auto found = by_host_.find(host);
    return found != by_host_.end() ? found->second : by_host_[std::string{host}];
}

// Their next guess is told at once.
void PasswordGuesses::forget_old_ones()
{
    std::erase_if(by_host_, [&](const auto& entry) { return !was_told_lately(entry.second); });
}

}  // namespace server::net
