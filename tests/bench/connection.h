#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/reply_scanner.h"

namespace bench {

/// A client's connection to a server on 127.0.0.1. Throws std::runtime_error if it breaks.
class Connection
{
public:
    explicit Connection(std::uint16_t port, bool keep_last_reply = false);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    int descriptor() const { return descriptor_; }
    const ReplyScanner& replies() const { return scanner_; }

    /// Sends all; waits if the server does not read.
    void send(std::string_view bytes);
    /// Reads what is there; false if nothing is.
    bool receive();
    /// Waits until so many replies have come in all.
    void await(std::uint64_t replies);
    /// Sends one request and waits for its reply, which is valid until the next call.
    /// REQUIRES keep_last_reply.
    const std::string& call(const std::vector<std::string>& words);

private:
    enum class Wait : bool { No, Yes };
    bool receive(Wait wait);

    int descriptor_;
    ReplyScanner scanner_;
    std::vector<char> room_;
    std::string request_;
};

}  // namespace bench
