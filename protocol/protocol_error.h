#pragma once

#include <stdexcept>
#include <string>

namespace protocol {

/// The bytes break the protocol: nothing after them can be understood, so the reader tells
/// the other side and closes. what() is Redis's text after "ERR ", for example
/// "Protocol error: invalid bulk length". It may hold any byte that the client sent, CR and LF
/// included: ReplyWriter::error makes it safe.
class ProtocolError : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

}  // namespace protocol
