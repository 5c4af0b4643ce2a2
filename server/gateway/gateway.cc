#include "server/gateway/gateway.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <new>
#include <string>
#include <utility>

#include "ascii/case.h"
#include "server/gateway/json.h"
#include "server/gateway/page.h"
#include "server/gateway/route.h"
#include "server/workspaces/workspaces.h"

namespace server::gateway {
namespace {

/// An answer is what its type says, and is not kept unless it says so.
void add_security_headers(Response& response)
{
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    const bool says_how_to_cache = std::ranges::any_of(
        response.headers, [](const auto& header) { return header.first == "Cache-Control"; });
    if (!says_how_to_cache) response.headers.emplace_back("Cache-Control", "no-store");
}

void add_cors_headers(Response& response, const Request& request)
{
    response.headers.emplace_back("Access-Control-Allow-Origin", std::string{request.origin});
    response.headers.emplace_back("Vary", "Origin");
}

bool has_body(const Route& route)
{
    return std::ranges::any_of(route.fields,
                               [](const Field& field) { return field.in == In::Body; });
}

/// A page of another site may send text/plain without asking; application/json it may not.
bool is_json(std::string_view content_type)
{
    const std::string_view type = content_type.substr(0, content_type.find(';'));
    return ascii::equal_ignoring_case(type.substr(0, type.find(' ')), "application/json");
}

/// What a browser asks before a page of another site may use the API.
Response preflight_answer()
{
    Response response{.status = 204};
    response.headers.emplace_back("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE");
    response.headers.emplace_back("Access-Control-Allow-Headers",
                                  "Authorization, Content-Type, Dabba-Workspace");
    response.headers.emplace_back("Access-Control-Max-Age", "600");
    return response;
}

Server& home_of(const Server& server) { return server.workspaces.home(); }

/// While it lives, commands are a request's, and faults may strike them.
class ForRequest
{
public:
    ForRequest(Commands& commands, Fate& fate) : commands_(commands) { commands.begin(&fate); }
    ~ForRequest() { commands_.begin(nullptr); }
    ForRequest(const ForRequest&) = delete;
    ForRequest& operator=(const ForRequest&) = delete;

private:
    Commands& commands_;
};

}  // namespace

/// Adds the headers of the gateway to whatever answers a request, once; and does to the answer what
/// faults want.
class Gateway::Answered final : public Exchange
{
public:
    Answered(Gateway& gateway, std::shared_ptr<Exchange> next, const Request* foreign)
        : gateway_(gateway),
          unanswered_(gateway.unanswered_),
          next_(std::move(next)),
          origin_(foreign == nullptr ? "" : foreign->origin)
    {}
    ~Answered() override { unanswered_->erase(this); }

    bool is_open() const { return next_ != nullptr; }

    void respond(Response response) override
    {
        const auto next = take();
        if (next == nullptr) return;  // the server goes down, and has said so
        add_security_headers(response);
        if (!origin_.empty()) add_cors_headers(response, {.origin = origin_});
        if (fate.cut == Fate::Cut::All) return next->drop();
        if (fate.cut == Fate::Cut::Half) return next->respond_half(std::move(response));
        if (fate.delay > std::chrono::milliseconds{0})
            return gateway_.answer_late(next, std::move(response), fate.delay);
        next->respond(std::move(response));
    }

    void upgrade(std::unique_ptr<SocketListener> listener) override
    {
        listener->alive = gateway_.sockets_;
        take()->upgrade(std::move(listener));
    }

    void drop() override
    {
        if (const auto next = take()) next->drop();
    }
    void respond_half(Response response) override
    {
        if (const auto next = take()) next->respond_half(std::move(response));
    }

    Fate fate;

private:
    std::shared_ptr<Exchange> take()
    {
        unanswered_->erase(this);
        return std::move(next_);
    }

    Gateway& gateway_;  // there as long as anything is answered
    const std::shared_ptr<std::set<Answered*>> unanswered_;
    std::shared_ptr<Exchange> next_;
    std::string origin_;
};

void Call::reply(const Json& body, int status) const
{
    exchange->respond({.status = status, .body = to_text(body)});
}

Gateway::Gateway(Server& its_server, Surroundings surroundings)
    : server(its_server),
      options(its_server.options),
      gate(home_of(its_server).options, home_of(its_server).access, home_of(its_server).clock),
      commands(its_server),
      positions(options, its_server.clock),
      events(its_server.clock, static_cast<std::size_t>(options.http_events_kept),
             surroundings.wake),
      surroundings_(std::move(surroundings))
{
    events.listen([this](const OrderEvent& event) {
        driver_sockets.order_changed(event);
        held_orders.order_changed(event);
        if (!everything_may_be_seen()) return;
        maps.order_changed(event);
        for (EventSocket* reader : event_sockets) reader->go_on();
    });
    server.dispatcher.tell(&events);
    server.pause.over = [this] {
        pause_is_over_ = true;
        wake();
    };
    look_again_in_a_second();
}

Gateway::~Gateway()
{
    server.dispatcher.tell(nullptr);
    server.pause.over = [] {};
    server.agenda.cancel(next_look_);
    for (const LateAnswer& late : late_answers_) server.agenda.cancel(late.item);
}

void Gateway::go_on()
{
    if (server.pause.scope() == Pause::Scope::All) return;
    go_on_after_pause();
    events.tell();
    driver_sockets.take_off_the_gone();
    if (std::exchange(second_is_over_, false)) {
        held_orders.check();
        maps.begin_pass();
    }
    if (cities.go_on()) wake();
    if (everything_may_be_seen() && maps.go_on()) wake();
    events.tell();
}

void Gateway::after_pause(std::function<void()> action)
{
    after_pause_.push_back(std::move(action));
}

// What finds the next pause waits for its end.
void Gateway::go_on_after_pause()
{
    constexpr std::size_t kMaxAtOnce = 100;
    if (!pause_is_over_) return;
    auto left = std::min(after_pause_.size(), kMaxAtOnce);
    for (; left > 0 && !server.pause.active(); --left) {
        const auto action = std::move(after_pause_.front());
        after_pause_.pop_front();
        action();
    }
    pause_is_over_ = !after_pause_.empty() && !server.pause.active();
    if (pause_is_over_) wake();
}

void Gateway::shut_down()
{
    while (!unanswered_->empty())
        (*unanswered_->begin())
            ->respond(
                to_response(Problem{ProblemType::ShuttingDown, "The answer was not there yet."}));
    for (LateAnswer& late : late_answers_) {
        server.agenda.cancel(late.item);
        late.exchange->respond(std::move(late.response));
    }
    late_answers_.clear();
    stalled_.clear();
    after_pause_.clear();  // requests live only until they are answered
}

void Gateway::answer_late(std::shared_ptr<Exchange> exchange, Response response,
                          std::chrono::milliseconds delay)
{
    late_answers_.push_back({std::move(exchange), std::move(response), {}});
    const auto late = std::prev(late_answers_.end());
    late->item = server.agenda.add(server.clock.now_ms() + delay, [this, late] {
        const LateAnswer answer = std::move(*late);
        late_answers_.erase(late);
        answer.exchange->respond(answer.response);
    });
}

// The agenda runs between two requests, where no command may be run: the rest is done soon after.
void Gateway::look_again_in_a_second()
{
    next_look_ = server.agenda.add(server.clock.now_ms() + std::chrono::seconds{1}, [this] {
        second_is_over_ = true;
        look_again_in_a_second();
        wake();
    });
}

void Gateway::accept(std::string_view order, std::uint64_t token)
{
    const std::string number = std::to_string(token);
    const std::string_view request[] = {"ASSIGN.ACCEPT", order, number};
    commands.authenticate(true);
    try {
        commands.run(request);
    } catch (const Paused&) {
        after_pause([this, order = std::string{order}, token] { accept(order, token); });
    }
}

void Gateway::handle(const Request& request, std::shared_ptr<Exchange> exchange)
{
    if (server.faults.is_down(server.timekeeper.wall())) return exchange->drop();
    const Request* const foreign = gate.is_foreign_friend(request) ? &request : nullptr;
    serve(request, std::make_shared<Answered>(*this, std::move(exchange), foreign),
          server.stopwatch());
    try {
        go_on();
    } catch (const std::bad_alloc&) {
        surroundings_.wake();
    }
}

void Gateway::serve(const Request& request, const std::shared_ptr<Answered>& exchange, Moment began)
{
    const ForRequest commands_are{commands, exchange->fate};
    try {
        dispatch(request, exchange, began);
        if (exchange->is_open()) unanswered_->insert(exchange.get());
    } catch (const Paused&) {
        unanswered_->insert(exchange.get());
        after_pause([this, request, exchange, began] { serve(request, exchange, began); });
        return;
    } catch (const Dropped&) {
        exchange->drop();
    } catch (const Stalled&) {
        unanswered_->insert(exchange.get());
        stalled_.push_back(exchange);
    } catch (const Problem& problem) {
        exchange->respond(to_response(problem));
    } catch (const std::bad_alloc&) {
        exchange->respond(to_response(Problem{ProblemType::OutOfMemory, "No memory is left."}));
    }
    times_ns.add((server.stopwatch() - began).count());
}

std::optional<Problem> Gateway::refusal_of(const Request& request, bool needs_password)
{
    using Credentials = Gate::Credentials;
    const Credentials credentials = gate.credentials_of(request);
    if (credentials == Credentials::Wrong) report_wrong_password(request);
    commands.authenticate(credentials == Credentials::Right);
    if (!needs_password || credentials == Credentials::Right) return std::nullopt;
    return Problem{ProblemType::NotAuthenticated, credentials == Credentials::Wrong
                                                      ? "The password is wrong."
                                                      : "The request gives no password."};
}

bool Gateway::everything_may_be_seen() const
{
    return server.access.default_user().may_do_everything();
}

void Gateway::report_wrong_password(const Request& request)
{
    commands.note_wrong_password(request.address);
    surroundings_.wrong_password(request.address);
}

void Gateway::dispatch(const Request& request, const std::shared_ptr<Exchange>& exchange,
                       Moment began)
{
    const bool is_api = is_of_api(request.path);
    // A link of another site may lead to the page, but not a page of it to the API.
    if (const auto refusal =
            is_api ? gate.refusal_of_source(request) : gate.refusal_of_host(request))
        throw *refusal;
    if (!is_api) return exchange->respond(page_for(request, options));
    if (request.method == Method::Options && gate.is_foreign_friend(request))
        return exchange->respond(preflight_answer());
    Found found = find_route(routes(), request.method, request.path);
    if (found.route == nullptr && found.allowed.empty())
        throw Problem{ProblemType::NoSuchPage, "Nothing is at " + std::string{request.path} + "."};
    if (found.route == nullptr) {
        Response response = to_response(
            Problem{ProblemType::NoSuchMethod, "The path takes " + found.allowed + "."});
        response.headers.emplace_back("Allow", std::move(found.allowed));
        return exchange->respond(std::move(response));
    }
    run(*found.route, std::move(found.path), request, exchange, began);
}

void Gateway::run(const Route& route, Parameters path, const Request& request,
                  const std::shared_ptr<Exchange>& exchange, Moment began)
{
    if (const auto refusal = refusal_of(request, !route.without_password)) throw *refusal;
    if (server.pause.scope() == Pause::Scope::All) throw Paused{};
    if (route.web_socket && !everything_may_be_seen())
        throw Problem{ProblemType::NoPermission, "A WebSocket shows what no rule speaks of."};
    if (route.web_socket && !request.wants_web_socket)
        throw Problem{ProblemType::WebSocketOnly, "The request is no WebSocket's beginning."};
    if (request.body.size() > static_cast<std::size_t>(options.http_max_body))
        throw Problem{ProblemType::BodyTooLong,
                      std::to_string(request.body.size()) + " bytes are too many."};
    if (has_body(route) && !request.body.empty() && !is_json(request.content_type))
        throw Problem{ProblemType::BadMediaType,
                      "The body's type is \"" + std::string{request.content_type} + "\"."};
    Call call{*this, request,
              read_inputs(route.fields, path, parse_query(request.query), request.body), exchange,
              began};
    route.run(call);
}

}  // namespace server::gateway
