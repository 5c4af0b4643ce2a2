#pragma once

#include <memory>
#include <stdexcept>

#include "server/config/options.h"
#include "server/net/asio.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace server::net {

/// The options are no basis for TLS. what() is one line, in Redis's words: "Failed to load
/// certificate: server.crt: error:80000002:system library::No such file or directory".
class TlsError : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// What TLS connections share: the server's certificate, the authorities of the clients', which
/// protocols and ciphers are allowed, and the sessions that clients may come back to. A connection
/// keeps the one that it was begun with.
class TlsContext
{
public:
    /// Reads the files that the options name. Throws TlsError.
    explicit TlsContext(const TlsOptions& options);

    ssl_ctx_st* get() const { return context_.get(); }

private:
    void choose_protocols(const TlsOptions& options);
    void load_certificate(const TlsOptions& options);
    void load_authorities(const TlsOptions& options);
    void choose_ciphers(const TlsOptions& options);
    void load_parameters(const TlsOptions& options);
    void remember_sessions(const TlsOptions& options);

    struct Free
    {
        void operator()(ssl_ctx_st* context) const;
    };
    std::unique_ptr<ssl_ctx_st, Free> context_;
};

/// Takes the first of OpenSSL's errors, and leaves none of them. Never success.
Error take_tls_error();

}  // namespace server::net
