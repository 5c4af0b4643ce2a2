#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/gateway/gateways.h"
#include "server/gateway/json.h"
#include "server/gateway/route.h"
#include "tests/support/client.h"

namespace tests {

/// The gateway of a server without sockets: requests go straight in.
///
///     Caller http;
///     CHECK(http.post("/v1/command", R"({"args":["PING"]})")["text"] == "PONG");
class Caller
{
public:
    using Json = server::gateway::Json;

    explicit Caller(server::Options options = {})
        : client(std::move(options)), gateways(client.server(), {})
    {}

    /// An answer that may come later.
    struct Answer
    {
        std::optional<server::gateway::Response> response;
        std::unique_ptr<server::gateway::SocketListener> socket;
        bool dropped = false;  ///< the connection ended, without an answer
        bool half = false;     ///< or after half of `response`
    };

    std::shared_ptr<Answer> begin(server::gateway::Request request)
    {
        if (request.host.empty()) request.host = "localhost:8080";
        if (!request.body.empty() && request.content_type.empty())
            request.content_type = "application/json";
        auto answer = std::make_shared<Answer>();
        gateways.handle(request, std::make_shared<Line>(answer));
        gateways.go_on();
        return answer;
    }

    server::gateway::Response send(server::gateway::Request request)
    {
        return begin(request)->response.value();
    }

    Json get(std::string_view path)
    {
        const std::size_t mark = std::min(path.find('?'), path.size());
        return read(send(
            {.path = path.substr(0, mark), .query = path.substr(std::min(mark + 1, path.size()))}));
    }
    Json post(std::string_view path, std::string_view body)
    {
        return read(send({.method = server::gateway::Method::Post, .path = path, .body = body}));
    }
    Json put(std::string_view path, std::string_view body)
    {
        return read(send({.method = server::gateway::Method::Put, .path = path, .body = body}));
    }

    Json read(const server::gateway::Response& response)
    {
        status = response.status;
        return Json::parse(response.body, nullptr, false);
    }

    Client client;
    server::gateway::Gateways gateways;
    server::gateway::Gateway& gateway = gateways.home();  ///< of the server itself
    int status = 0;                                       ///< of the last answer

private:
    class Line final : public server::gateway::Exchange
    {
    public:
        explicit Line(std::shared_ptr<Answer> answer) : answer_(std::move(answer)) {}
        void respond(server::gateway::Response response) override
        {
            answer_->response = std::move(response);
        }
        void upgrade(std::unique_ptr<server::gateway::SocketListener> listener) override
        {
            answer_->socket = std::move(listener);
        }
        void drop() override { answer_->dropped = true; }
        void respond_half(server::gateway::Response response) override
        {
            answer_->half = true;
            answer_->response = std::move(response);
        }

    private:
        std::shared_ptr<Answer> answer_;
    };
};

}  // namespace tests
