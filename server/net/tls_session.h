#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "server/net/asio.h"
#include "server/net/tls_context.h"

struct ssl_st;  // OpenSSL's SSL

namespace server::net {

/// Which certificate a client must show.
enum class ClientCertificate { None, Optional, Required };

/// One connection's TLS on a socket that does not block: a handshake, then bytes are read and
/// written as if they were the socket's own. There is no renegotiation, so reading waits for bytes
/// to read only, and writing for room to write.
class TlsSession
{
public:
    /// Throws std::bad_alloc. Does not own the descriptor.
    TlsSession(const TlsContext& context, int descriptor, ClientCertificate wanted);
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    enum class Next { Read, Write, Nothing };  ///< what the handshake waits for
    /// Goes on as far as it can. Nothing: it is done, or failed if there is an error.
    Next shake_hands(Error& error);

    /// As those of a socket: would_block if there is nothing, eof at the end. A turn is bounded:
    /// it reads at most `size` bytes, and few records.
    std::size_t read_some(char* room, std::size_t size, Error& error);
    /// What would_block has refused must come again, from its first byte, and may be longer.
    std::size_t write_some(std::string_view bytes, Error& error);

    /// The socket was not read to its end, or its bytes are here: reading is due without waiting
    /// for the socket.
    bool has_more() const { return has_more_; }

    /// Tells the client that nothing will follow, if that can be told at once.
    void say_goodbye();

private:
    Error why_not(int result);

    /// The socket as OpenSSL sees it.
    struct Source
    {
        int descriptor;
        bool dry = false;    // it had less than was asked for: nothing more until it says so
        bool ended = false;  // the client sends no more
        int error = 0;       // errno of what failed
    };
    struct Bio;  // how OpenSSL reads and writes it
    struct Free
    {
        void operator()(ssl_st* ssl) const;
    };

    Source source_;
    std::unique_ptr<ssl_st, Free> ssl_;
    bool has_more_ = true;  // requests may come with the end of the handshake
};

}  // namespace server::net
