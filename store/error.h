#pragma once

#include <exception>
#include <string_view>

namespace store {

/// Why the store refused. Only what ends a command is an error; what is expected (a missing key, a
/// busy driver) is a value. The server maps each reason to Redis's text.
enum class Reason {
    WrongType,        ///< the key holds another type than the operation needs
    NotAnInteger,     ///< a stored value is no 64-bit integer
    NotANumber,       ///< the result would be NaN or infinite
    NotAnAssignment,  ///< the order's key holds a hash that is no record; the detail is the field
    NoSuchOrder,      ///< there is no record of the order
    StaleToken,       ///< the token is not that of the order's current reservation
    WrongState,       ///< the order is in no state for this; the detail is the state
    LockLost,         ///< the driver's lock or availability was taken away from the order
};

/// Thrown before anything was changed, and caught only by the executor.
class Error : public std::exception
{
public:
    /// `detail` is what the reason is about; a text that lives for ever.
    explicit Error(Reason reason, std::string_view detail = {}) : reason_(reason), detail_(detail)
    {}

    Reason reason() const { return reason_; }
    std::string_view detail() const { return detail_; }
    const char* what() const noexcept override { return "store::Error"; }

private:
    Reason reason_;
    std::string_view detail_;
};

}  // namespace store
