#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <unordered_set>

#include "server/gateway/http.h"
#include "server/net/asio.h"

namespace server::gateway {

class Farewell;

/// An answer after which the connection ends, as bytes.
std::string bytes_of(const Response& response);

/// Last words to clients who are not served: the answer is sent, and what they still send is read
/// and dropped for a moment. Hung up on at once, TCP would take the answer back (RFC 9112, section
/// 9.6).
class Farewells
{
public:
    Farewells() = default;
    ~Farewells();
    Farewells(const Farewells&) = delete;
    Farewells& operator=(const Farewells&) = delete;

    /// Says it, and closes the connection soon.
    void say(net::Socket socket, const Response& response);

    std::size_t size() const { return open_.size(); }

    // For each of them:
    void remove(Farewell& farewell) { open_.erase(&farewell); }
    /// Nobody looks at what is read into here.
    asio::mutable_buffer bin() { return asio::buffer(bin_); }

private:
    /// More at a time are hung up on at once.
    static constexpr std::size_t kMaxOpen = 256;

    std::unordered_set<Farewell*> open_;
    std::array<char, 16 * 1024> bin_{};
};

}  // namespace server::gateway
