#include "server/net/tls_session.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>
#include <new>

namespace server::net {
namespace {

// What one reading takes: a megabyte in whole records, a quarter of a millisecond. Records may
// hold one byte each, or none, as when keys are renewed.
constexpr int kMaxRecords = 64;

bool is_try_again(int error) { return error == EAGAIN || error == EINTR; }

int verify_mode(ClientCertificate wanted)
{
    switch (wanted) {
        case ClientCertificate::None: return SSL_VERIFY_NONE;
        case ClientCertificate::Optional: return SSL_VERIFY_PEER;
        case ClientCertificate::Required: break;
    }
    return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
}

}  // namespace

/// OpenSSL's own would not say whether the socket has more to read.
struct TlsSession::Bio
{
    static Source& source_of(BIO* bio) { return *static_cast<Source*>(BIO_get_data(bio)); }

    static int read(BIO* bio, char* room, int size)
    {
        Source& source = source_of(bio);
        BIO_clear_retry_flags(bio);
        if (!source.dry) {
            const ssize_t got = recv(source.descriptor, room, static_cast<std::size_t>(size), 0);
            source.dry = got < size;
            source.ended = got == 0;
            if (got >= 0) return static_cast<int>(got);
            if (!is_try_again(errno)) {
                source.error = errno;
                return -1;
            }
        }
        BIO_set_retry_read(bio);
        return -1;
    }

    static int write(BIO* bio, const char* bytes, int size)
    {
        Source& source = source_of(bio);
        BIO_clear_retry_flags(bio);
        const ssize_t sent =
            send(source.descriptor, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
        if (sent >= 0) return static_cast<int>(sent);
        if (is_try_again(errno)) {
            BIO_set_retry_write(bio);
        } else {
            source.error = errno;
        }
        return -1;
    }

    static long control(BIO* bio, int command, long, void*)
    {
        if (command == BIO_CTRL_EOF) return source_of(bio).ended ? 1 : 0;
        return command == BIO_CTRL_FLUSH ? 1 : 0;
    }

    static BIO* create(Source& source)
    {
        static const std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> method{make_method(),
                                                                                  BIO_meth_free};
        BIO* const bio = method == nullptr ? nullptr : BIO_new(method.get());
        if (bio == nullptr) throw std::bad_alloc{};
        BIO_set_data(bio, &source);
        BIO_set_init(bio, 1);
        return bio;
    }

    static BIO_METHOD* make_method()
    {
        BIO_METHOD* const method =
            BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
        if (method == nullptr) return nullptr;
        BIO_meth_set_read(method, read);
        BIO_meth_set_write(method, write);
        BIO_meth_set_ctrl(method, control);
        return method;
    }
};

void TlsSession::Free::operator()(ssl_st* ssl) const { SSL_free(ssl); }

TlsSession::TlsSession(const TlsContext& context, int descriptor, ClientCertificate wanted)
    : source_{.descriptor = descriptor}, ssl_(SSL_new(context.get()))
{
    if (ssl_ == nullptr) throw std::bad_alloc{};
    BIO* const bio = Bio::create(source_);
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_verify(ssl_.get(), verify_mode(wanted), nullptr);
    SSL_set_accept_state(ssl_.get());
}

TlsSession::~TlsSession() = default;

TlsSession::Next TlsSession::shake_hands(Error& error)
{
    source_.dry = false;
    error = {};
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) return Next::Nothing;
    error = why_not(result);
    if (error != asio::error::would_block) return Next::Nothing;
    error = {};
    return SSL_want_write(ssl_.get()) ? Next::Write : Next::Read;
}

std::size_t TlsSession::read_some(char* room, std::size_t size, Error& error)
{
    source_.dry = false;
    error = {};
    std::size_t done = 0;
    for (int records = 0; done < size && records < kMaxRecords; ++records) {
        std::size_t got = 0;
        const int result = SSL_read_ex(ssl_.get(), room + done, size - done, &got);
        done += got;
        if (result == 1) {
            if (source_.dry && SSL_has_pending(ssl_.get()) == 0) break;
            continue;
        }
        const Error reason = why_not(result);
        const bool would_block = reason == asio::error::would_block;
        if (would_block && !source_.dry) continue;
        has_more_ = !would_block;
        if (done == 0) error = reason;  // otherwise the next reading finds it again
        return done;
    }
    has_more_ = !source_.dry || SSL_has_pending(ssl_.get()) != 0;
    if (done == 0) error = asio::error::would_block;
    return done;
}

std::size_t TlsSession::write_some(std::string_view bytes, Error& error)
{
    std::size_t sent = 0;
    const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &sent);
    error = result == 1 ? Error{} : why_not(result);
    return sent;
}

/// Leaves OpenSSL's queue of errors empty, as each call wants to find it.
Error TlsSession::why_not(int result)
{
    const int kind = SSL_get_error(ssl_.get(), result);
    switch (kind) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE: return asio::error::would_block;
        case SSL_ERROR_ZERO_RETURN: return asio::error::eof;
        case SSL_ERROR_SYSCALL: ERR_clear_error(); break;
        default: return take_tls_error();
    }
    if (source_.error == 0) return asio::error::eof;
    return {source_.error, asio::error::get_system_category()};
}

void TlsSession::say_goodbye()
{
    if (SSL_is_init_finished(ssl_.get())) SSL_shutdown(ssl_.get());
    ERR_clear_error();
}

}  // namespace server::net
