#include "server/gateway/http_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "ascii/case.h"

namespace server::gateway {
namespace {

/// What http_parser says, as in "HPE_INVALID_METHOD: invalid HTTP method". HPE_CB_... are the
/// limits, which are looked at in callbacks.
Problem problem_of_parser(std::string_view error)
{
    if (error.starts_with("HPE_CB_url"))
        return Problem{ProblemType::TargetTooLong,
                       fmt::format("It has more than {} bytes.", kMaxTarget)};
    if (error.starts_with("HPE_CB_header_") || error.starts_with("HPE_HEADER_OVERFLOW"))
        return Problem{
            ProblemType::HeadersTooLong,
            fmt::format("There are more than {} headers, or one is longer than {} bytes.",
                        kMaxHeaders, kMaxHeaderValue)};
    if (error.starts_with("HPE_CB_headers_complete") || error.starts_with("HPE_CB_body"))
        return Problem{ProblemType::BodyTooLong, "It was not read."};
    return Problem{ProblemType::BadRequest,
                   std::string{error.substr(std::min(error.find(": ") + 2, error.size()))}};
}

bool contains_ignoring_case(std::string_view text, std::string_view wanted)
{
    return !std::ranges::search(text, wanted, {}, ascii::to_lower, ascii::to_lower).empty();
}

}  // namespace

void Refusals::note(std::string_view line)
{
    constexpr std::string_view kParserError = "parser error ";
    const std::size_t at = line.find(kParserError);
    if (at != std::string_view::npos)
        noted_ = problem_of_parser(line.substr(at + kParserError.size()));
}

void Refusals::say(asio::ip::tcp::socket& socket)
{
    const Response response = to_response(*std::exchange(noted_, std::nullopt));
    const net::Endpoint::protocol_type protocol = socket.local_endpoint().protocol();
    farewells_.say(net::Socket{io_, protocol, socket.release()}, response);
}

void HttpStream::shutdown(shutdown_type what, net::Error& error)
{
    if (!refusals_->is_noted()) asio::ip::tcp::socket::shutdown(what, error);
}

void HttpStream::close()
{
    if (refusals_->is_noted()) return refusals_->say(*this);
    asio::ip::tcp::socket::close();
}

// RESTinio asks for more: what came was not the whole request.
void HttpStream::meet_expectation()
{
    const std::string_view bytes = std::exchange(received_, {});
    const std::size_t end = bytes.find("\r\n\r\n");
    if (!is_head_ || end == std::string_view::npos) return;
    is_head_ = false;
    if (!contains_ignoring_case(bytes.substr(0, end), "\r\nexpect: 100-continue")) return;
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    net::Error ignored;  // a client that does not hear it goes on after a while
    write_some(asio::buffer(kContinue), ignored);
}

}  // namespace server::gateway
