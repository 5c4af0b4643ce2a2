#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "server/log.h"
#include "store/clock.h"

namespace server::net {

/// Tells the log who gives wrong passwords: at once for a new address, then once a minute with the
/// number of guesses in between. It remembers a bounded number of addresses; what more of them do
/// is told together.
class PasswordGuesses
{
public:
    /// Both references outlive this.
    PasswordGuesses(Log& log, const store::Clock& clock) : log_(log), clock_(clock) {}

    /// `address` is the client's, with its port, which does not matter: "10.0.0.7:51234".
    void add(std::string_view address, std::uint64_t guesses);

    static constexpr std::size_t kMaxAddresses = 1024;

private:
    struct Guesses
    {
        store::TimePoint told_at{};
        std::uint64_t untold = 0;
    };

    Guesses& of(std::string_view host);
    bool was_told_lately(const Guesses& guesses) const;
    void forget_old_ones();

    Log& log_;
    const store::Clock& clock_;
    std::map<std::string, Guesses, std::less<>> by_host_;
};

}  // namespace server::net
