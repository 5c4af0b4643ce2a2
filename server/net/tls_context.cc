#include "server/net/tls_context.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "ascii/case.h"
#include "ascii/split.h"

namespace server::net {
namespace {

/// Of all names of sessions: one server cannot be confused with another that has the same key.
constexpr std::string_view kSessionContext = "dabba";

constexpr std::pair<std::string_view, std::uint64_t> kProtocols[] = {
    {"tlsv1", SSL_OP_NO_TLSv1},
    {"tlsv1.1", SSL_OP_NO_TLSv1_1},
    {"tlsv1.2", SSL_OP_NO_TLSv1_2},
    {"tlsv1.3", SSL_OP_NO_TLSv1_3},
};

[[noreturn]] void fail(std::string_view what)
{
    std::array<char, 256> why;
    ERR_error_string_n(ERR_peek_error(), why.data(), why.size());
    ERR_clear_error();
    throw TlsError{fmt::format("{}: {}", what, why.data())};
}

void require(bool success, std::string_view what, std::string_view file = {})
{
    if (success) return;
    fail(file.empty() ? std::string{what} : fmt::format("{}: {}", what, file));
}

const char* or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

/// OpenSSL asks for the password of a private key.
int give_password(char* room, int size, int, void* password)
{
    const auto& text = *static_cast<const std::string*>(password);
    if (text.size() > static_cast<std::size_t>(size)) return -1;
    std::memcpy(room, text.data(), text.size());
    return static_cast<int>(text.size());
}

/// Which of OpenSSL's options exclude the protocols that are not named.
std::uint64_t excluded_protocols(std::string_view names)
{
    std::uint64_t excluded = 0;
    for (const auto& [name, exclude] : kProtocols) excluded |= exclude;
    if (names.empty()) names = "TLSv1.2 TLSv1.3";
    for (const auto word : ascii::split(names, ' ')) {
        const auto found = std::ranges::find_if(kProtocols, [&](const auto& protocol) {
            return ascii::equal_ignoring_case(word, protocol.first);
        });
        if (found == std::end(kProtocols)) {
            throw TlsError{
                "Invalid tls-protocols specified. Use a combination of 'TLSv1', 'TLSv1.1', "
                "'TLSv1.2' and 'TLSv1.3'."};
        }
        excluded &= ~found->second;
    }
    return excluded;
}

class TlsErrors final : public std::error_category
{
public:
    const char* name() const noexcept override { return "tls"; }
    std::string message(int error) const override
    {
        const char* const reason = ERR_reason_error_string(static_cast<unsigned>(error));
        return reason == nullptr ? "unknown error of TLS" : reason;
    }
};

}  // namespace

Error take_tls_error()
{
    static const TlsErrors category;
    const auto error = static_cast<int>(ERR_peek_error());
    ERR_clear_error();
    if (error == 0) return asio::error::connection_aborted;
    return {error, category};
}

void TlsContext::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

TlsContext::TlsContext(const TlsOptions& options) : context_(SSL_CTX_new(TLS_server_method()))
{
    require(context_ != nullptr, "Failed to create a context");
    if (options.tls_cert_file.empty()) throw TlsError{"No tls-cert-file configured!"};
    if (options.tls_key_file.empty()) throw TlsError{"No tls-key-file configured!"};
    if (options.tls_auth_clients != "no" && options.tls_ca_cert_file.empty() &&
        options.tls_ca_cert_dir.empty()) {
        throw TlsError{
            "Either tls-ca-cert-file or tls-ca-cert-dir must be specified when tls-cluster, "
            "tls-replication or tls-auth-clients are enabled!"};
    }
    choose_protocols(options);
    load_certificate(options);
    load_authorities(options);
    choose_ciphers(options);
    load_parameters(options);
    remember_sessions(options);
}

void TlsContext::choose_protocols(const TlsOptions& options)
{
    SSL_CTX* const context = context_.get();
    // A client that could renegotiate would make writing wait for reading, and us compute for it.
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_SINGLE_DH_USE |
                                     excluded_protocols(options.tls_protocols));
    if (options.tls_prefer_server_ciphers)
        SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
    // Bytes that wait may move as buffers grow. An idle connection holds no buffers.
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
    // One reading returns after each record, also one without data: see TlsSession::read_some().
    SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
    // Head and body of a record with one system call.
    SSL_CTX_set_read_ahead(context, 1);
}

void TlsContext::load_certificate(const TlsOptions& options)
{
    SSL_CTX* const context = context_.get();
    const std::string& certificate = options.tls_cert_file;
    const std::string& key = options.tls_key_file;
    SSL_CTX_set_default_passwd_cb(context, give_password);
    std::string password = options.tls_key_file_pass;
    SSL_CTX_set_default_passwd_cb_userdata(context, &password);
    require(SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) == 1,
            "Failed to load certificate", certificate);
    require(SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) == 1,
            "Failed to load private key", key);
    SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
    SSL_CTX_set_default_passwd_cb(context, nullptr);
}

void TlsContext::load_authorities(const TlsOptions& options)
{
    const char* const file = or_null(options.tls_ca_cert_file);
    const char* const folder = or_null(options.tls_ca_cert_dir);
    if (file == nullptr && folder == nullptr) return;
    require(SSL_CTX_load_verify_locations(context_.get(), file, folder) == 1,
            "Failed to configure CA certificate(s) file/directory");
}

void TlsContext::choose_ciphers(const TlsOptions& options)
{
    const char* const ciphers = or_null(options.tls_ciphers);
    const char* const suites = or_null(options.tls_ciphersuites);
    require(ciphers == nullptr || SSL_CTX_set_cipher_list(context_.get(), ciphers) == 1,
            "Failed to configure ciphers", options.tls_ciphers);
    require(suites == nullptr || SSL_CTX_set_ciphersuites(context_.get(), suites) == 1,
            "Failed to configure ciphersuites", options.tls_ciphersuites);
}

void TlsContext::load_parameters(const TlsOptions& options)
{
    const std::string& file = options.tls_dh_params_file;
    if (file.empty()) {
        SSL_CTX_set_dh_auto(context_.get(), 1);
        return;
    }
    const std::unique_ptr<BIO, decltype(&BIO_free)> source(BIO_new_file(file.c_str(), "r"),
                                                           BIO_free);
    require(source != nullptr, "Failed to load DH params file", file);
    EVP_PKEY* const parameters = PEM_read_bio_Parameters(source.get(), nullptr);
    const bool taken =
        parameters != nullptr && SSL_CTX_set0_tmp_dh_pkey(context_.get(), parameters) == 1;
    if (!taken) EVP_PKEY_free(parameters);
    require(taken, "Failed to load DH params file", file);
}

// The name is needed also by those whose session is in the ticket that they bring.
void TlsContext::remember_sessions(const TlsOptions& options)
{
    SSL_CTX* const context = context_.get();
    SSL_CTX_set_session_id_context(context,
                                   reinterpret_cast<const unsigned char*>(kSessionContext.data()),
                                   kSessionContext.size());
    if (!options.tls_session_caching) {
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
        SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
        SSL_CTX_set_num_tickets(context, 0);
        return;
    }
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER);
    SSL_CTX_sess_set_cache_size(context, options.tls_session_cache_size);
    SSL_CTX_set_timeout(context, options.tls_session_cache_timeout_seconds);
}

}  // namespace server::net
