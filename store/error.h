#pragma once

#include <exception>

namespace store {

/// Why the store refused. Only what ends a command is an error; what is expected (a missing key, a
/// busy driver) is a value. The server maps each reason to Redis's text.
enum class Reason {
    WrongType,        ///< the key holds another type than the operation needs
    NotAnInteger,     ///< a stored value is no 64-bit integer
    NotANumber,       ///< the result would be NaN or infinite
    NotAnAssignment,  ///< the order's key holds a hash that ASSIGN did not write
    NoSuchOrder,      ///< there is no record of the order
    StaleToken,       ///< the token is not that of the order's current reservation
    WrongState,       ///< the order is in no state for this
    LockLost,         ///< the driver's lock or availability was taken away from the order
};

/// Thrown before anything was changed, and caught only by the executor.
class Error : public std::exception
{
public:
    explicit Error(Reason reason) : reason_(reason) {}

    Reason reason() const { return reason_; }
    const char* what() const noexcept override { return "store::Error"; }

private:
    Reason reason_;
};

}  // namespace store
