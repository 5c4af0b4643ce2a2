#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "server/execution/call.h"
#include "store/clock.h"

namespace server::commands {

/// The unit and the origin of an expiry's number.
struct ExpiryForm
{
    bool in_seconds;  ///< EX, EXAT; otherwise milliseconds
    bool absolute;    ///< EXAT, PXAT: since the Unix epoch; otherwise from now

    bool operator==(const ExpiryForm&) const = default;
};

inline constexpr ExpiryForm kSeconds{.in_seconds = true, .absolute = false};
inline constexpr ExpiryForm kMilliseconds{.in_seconds = false, .absolute = false};
inline constexpr ExpiryForm kUnixSeconds{.in_seconds = true, .absolute = true};
inline constexpr ExpiryForm kUnixMilliseconds{.in_seconds = false, .absolute = true};

/// The words behind which such a number stands as an option.
struct ExpiryWord
{
    std::string_view word;
    ExpiryForm form;
};
inline constexpr ExpiryWord kExpiryWords[] = {
    {"EX", kSeconds}, {"PX", kMilliseconds}, {"EXAT", kUnixSeconds}, {"PXAT", kUnixMilliseconds}};

/// When EXPIRE and HEXPIRE may change the deadline that is there. Without one, a key or field lasts
/// for ever.
struct ExpireCondition
{
    bool if_none = false;     ///< NX
    bool if_some = false;     ///< XX
    bool if_later = false;    ///< GT
    bool if_earlier = false;  ///< LT

    bool allows(std::optional<store::Deadline> current, store::Deadline wanted) const
    {
        if (if_none && current) return false;
        if (if_some && !current) return false;
        if (if_later && (!current || wanted <= *current)) return false;
        if (if_earlier && current && wanted >= *current) return false;
        return true;
    }
};

/// The moment that an expiry's number means; nothing if it does not fit in 64 bits of
/// milliseconds.
std::optional<store::Deadline> to_deadline(std::int64_t number, ExpiryForm form,
                                           store::Deadline now);

/// The error line "ERR invalid expire time in 'set' command".
CommandError invalid_expiry(const Call& call);

/// The expiry among the options of SET, GETEX and their like: EX, PX, EXAT or PXAT with a number,
/// or a word that leaves or takes the deadline. Two different ones are a syntax error; the same one
/// twice is not, the last counts, as in Redis.
class ExpiryOption
{
public:
    /// The word that is allowed beside the four with a number.
    enum class Wordy : std::uint8_t { KeepTtl, Persist };

    explicit ExpiryOption(Wordy wordy) : wordy_(wordy) {}

    /// Takes the option from the arguments if one comes next that does not contradict the last.
    bool accept(Args& args);

    /// KEEPTTL, or PERSIST, was given.
    bool is_wordy() const { return is_wordy_; }

    /// The deadline that was asked for, if any. Unlike EXPIRE, these commands refuse zero and less:
    /// throws "ERR invalid expire time".
    std::optional<store::Deadline> deadline(const Call& call) const;

private:
    bool accept(Args& args, std::string_view word, ExpiryForm form);

    Wordy wordy_;
    bool is_wordy_ = false;
    std::optional<ExpiryForm> form_;
    std::string_view number_;
};

/// The deadline of a positive number; throws "ERR invalid expire time" for others.
store::Deadline next_deadline(const Call& call, Args& args, ExpiryForm form);

/// Milliseconds until the deadline, at least 0.
std::int64_t remaining_ms(store::Deadline deadline, const store::Clock& clock);

}  // namespace server::commands
