#include "server/gateway/commands.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "server/execution/with_faults.h"
#include "server/gateway/json.h"
#include "server/gateway/problem.h"
#include "server/persistence/persistence.h"
#include "server/server.h"
#include "server/workspaces/workspaces.h"

namespace server::gateway {
namespace {

using protocol::Value;

// Memory for replies that is kept for the next one; more goes back.
constexpr std::size_t kKeptRoom = 64 * 1024;

Json to_object(const Value& map)
{
    Json object = Json::object();
    for (std::size_t i = 0; i + 1 < map.elements.size(); i += 2) {
        Json value;
        to_json(value, map.elements[i + 1]);
        object[map.elements[i].text] = std::move(value);
    }
    return object;
}

Json to_array(const Value& list)
{
    Json array = Json::array();
    for (const Value& element : list.elements) to_json(array.emplace_back(), element);
    return array;
}

}  // namespace

/// The gateway's session in CLIENT LIST. There is no connection to kill, and nothing to evict.
class Commands::NoPeer final : public Peer
{
public:
    void flush() override {}
    void resume() override {}
    void kill() override {}
    void evict() override {}
    void put_aside() override {}
    void append_shared(std::shared_ptr<const std::string>) override {}
    std::string remote_address() const override { return address; }
    std::string local_address() const override { return "http:0"; }
    int descriptor() const override { return -1; }
    std::size_t query_bytes() const override { return 0; }
    std::size_t query_room() const override { return 0; }
    std::size_t reply_bytes() const override { return 0; }
    std::size_t reply_room() const override { return 0; }
    std::size_t reply_blocks() const override { return 0; }

    std::string address = "http:0";
};

Commands::Commands(Server& server) : server_(server), peer_(std::make_unique<NoPeer>())
{
    session_.peer = peer_.get();
    session_.name = "http";
    session_.protocol = protocol::Version::Resp3;
    session_.no_evict = true;
    server_.open(session_);
}

Commands::~Commands() { server_.workspaces.close(session_); }

void Commands::note_wrong_password(std::string_view address)
{
    const std::string nobody = std::exchange(peer_->address, std::string{address});
    server_.access.note({.reason = access::Reason::Login, .object = "http"}, "toplevel", session_,
                        server_.access.default_user().name());
    peer_->address = nobody;
}

Value Commands::run(std::span<const std::string_view> words)
{
    session_.output.clear();
    protocol::ReplyWriter reply{session_.output, session_.protocol};
    const Invocation invocation{session_, Origin::Gateway, words, reply};
    if (server_.executor.must_wait(invocation)) throw Paused{};
    const bool may_suffer = fate_ != nullptr && server_.faults.any();
    if (may_suffer && suffers_error(invocation)) return take_reply();
    server_.executor.execute(invocation);
    // With `appendfsync always`, what is answered must be on the disk: here everybody waits for it.
    server_.persistence->log_and_wait();
    return take_reply();
}

Value Commands::take_reply()
{
    Value value = protocol::read_reply(session_.output.view());
    session_.output.clear();
    if (session_.output.capacity() > kKeptRoom) session_.output.release();
    return value;
}

/// Whether a fault's error is the reply. Others decide on the answer, or leave by an exception.
bool Commands::suffers_error(const Invocation& invocation)
{
    const std::optional<Fault> fault = strike(server_, invocation);
    if (!fault) return false;
    switch (fault->kind) {
        case Fault::Kind::Error: server_.executor.reject(invocation, fault->error); return true;
        case Fault::Kind::Delay: fate_->delay += draw_delay(server_, *fault); return false;
        case Fault::Kind::DropReply: fate_->cut = Fate::Cut::All; return false;
        case Fault::Kind::HalfReply: fate_->cut = Fate::Cut::Half; return false;
        case Fault::Kind::Stall: throw Stalled{};
        case Fault::Kind::Down: go_down(server_, session_, fault->max); throw Dropped{};
        case Fault::Kind::Drop: throw Dropped{};
    }
    return false;
}

Value Commands::operator()(std::span<const std::string_view> words)
{
    Value value = run(words);
    if (value.kind == Value::Kind::Error) throw problem_of(value.text);
    return value;
}

bool Commands::needs_connection(std::span<const std::string_view> words) const
{
    const Command* const command = server_.commands.resolve(words).row;
    if (command == nullptr) return false;
    if (command->group == Group::Connection)
        return command->name != "PING" && command->name != "ECHO" && command->name != "CLIENT LIST";
    return command->has(kBlocking) || command->group == Group::Transactions ||
           command->name.ends_with("SUBSCRIBE") || command->name == "MONITOR" ||
           command->name == "SHUTDOWN";
}

const Value* find(const Value& map, std::string_view key)
{
    for (std::size_t i = 0; i + 1 < map.elements.size(); i += 2) {
        if (map.elements[i].text != key) continue;
        const Value& value = map.elements[i + 1];
        return value.kind == Value::Kind::Null ? nullptr : &value;
    }
    return nullptr;
}

std::string_view text_of(const Value* value)
{
    return value == nullptr ? std::string_view{} : std::string_view{value->text};
}

std::int64_t integer_of(const Value* value)
{
    return value != nullptr && value->kind == Value::Kind::Integer ? value->integer : 0;
}

std::optional<double> number_of(const Value* value)
{
    if (value == nullptr) return std::nullopt;
    if (value->kind == Value::Kind::Integer) return static_cast<double>(value->integer);
    if (value->kind == Value::Kind::Double) return value->number;
    double number = 0;
    const char* const end = value->text.data() + value->text.size();
    const auto read = std::from_chars(value->text.data(), end, number);
    if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    return number;
}

void to_json(Json& json, const Value& value)
{
    switch (value.kind) {
        case Value::Kind::Null: json = nullptr; break;
        case Value::Kind::Integer: json = value.integer; break;
        case Value::Kind::Double: json = value.number; break;
        case Value::Kind::Boolean: json = value.boolean; break;
        case Value::Kind::Error: json = {{"error", value.text}}; break;
        case Value::Kind::Map:
        case Value::Kind::Attribute: json = to_object(value); break;
        case Value::Kind::Array:
        case Value::Kind::Set:
        case Value::Kind::Push: json = to_array(value); break;
        default: json = value.text; break;
    }
}

std::string digits(double number) { return fmt::format("{}", number); }

std::string_view without_prefix(std::string_view key, std::string_view prefix)
{
    return key.starts_with(prefix) ? key.substr(prefix.size()) : key;
}

}  // namespace server::gateway
