// hiredis, the C client under many others, over a real socket. Runs under with_server: PORT,
// SERVER.
#include <hiredis/hiredis.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct FreeReply
{
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
struct FreeContext
{
    void operator()(redisContext* context) const { redisFree(context); }
};
using Reply = std::unique_ptr<redisReply, FreeReply>;

std::string environment(const char* name)
{
    const char* value = std::getenv(name);
    REQUIRE(value != nullptr);
    return value;
}

/// One connection. Calling it sends a command, binary-safe, and waits for the reply.
class Client
{
public:
    Client() : context_{redisConnect("127.0.0.1", std::stoi(environment("PORT")))}
    {
        REQUIRE(context_ != nullptr);
        REQUIRE(context_->err == 0);
    }

    Reply operator()(const std::vector<std::string>& words)
    {
        append(words);
        return reply();
    }

    /// Queues a command without waiting: a pipeline.
    void append(const std::vector<std::string>& words)
    {
        std::vector<const char*> pointers;
        std::vector<std::size_t> sizes;
        for (const auto& word : words) {
            pointers.push_back(word.data());
            sizes.push_back(word.size());
        }
        const auto count = static_cast<int>(words.size());
        REQUIRE(redisAppendCommandArgv(context_.get(), count, pointers.data(), sizes.data()) ==
                REDIS_OK);
    }

    /// The next reply.
    Reply reply()
    {
        void* next = nullptr;
        const int status = redisGetReply(context_.get(), &next);
        INFO(context_->errstr);
        REQUIRE(status == REDIS_OK);
        return Reply{static_cast<redisReply*>(next)};
    }

private:
    std::unique_ptr<redisContext, FreeContext> context_;
};

std::string_view text(const redisReply* reply) { return {reply->str, reply->len}; }

/// The reply in one line: strings as they are, `nil`, integers as digits, arrays in brackets.
std::string line(const redisReply* reply)
{
    switch (reply->type) {
        case REDIS_REPLY_NIL: return "nil";
        case REDIS_REPLY_INTEGER: return std::to_string(reply->integer);
        case REDIS_REPLY_ARRAY: {
            std::string all = "[";
            for (std::size_t i = 0; i < reply->elements; ++i) {
                if (i > 0) all += ' ';
                all += line(reply->element[i]);
            }
            all += ']';
            return all;
        }
        default: return std::string{text(reply)};
    }
}

std::string line(const Reply& reply) { return line(reply.get()); }

void load_city(Client& client)
{
    client({"FLUSHALL"});
    CHECK(line(client({"GEOADD", "drivers:geo:blr", "77.6100", "12.9440", "driver:D1", "77.5900",
                       "12.9820", "driver:D2", "77.5812", "12.9680", "driver:D4", "77.5760",
                       "12.9550", "driver:D7", "77.7400", "12.9900", "driver:D9"})) == "5");
    CHECK(line(client({"SADD", "drivers:available:blr", "driver:D1", "driver:D2", "driver:D4",
                       "driver:D9"})) == "4");
}

}  // namespace

TEST_CASE("a connection answers")
{
    Client client;
    const Reply pong = client({"PING"});
    CHECK(pong->type == REDIS_REPLY_STATUS);
    CHECK(line(pong) == "PONG");
}

TEST_CASE("keys and values are bytes")
{
    Client client;
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte) bytes.push_back(static_cast<char>(byte));
    CHECK(line(client({"SET", bytes, bytes + bytes})) == "OK");
    CHECK(text(client({"GET", bytes}).get()) == bytes + bytes);
    CHECK(line(client({"SET", "", ""})) == "OK");
    CHECK(text(client({"GET", ""}).get()).empty());
}

TEST_CASE("each kind of reply has its type")
{
    Client client;
    client({"FLUSHALL"});
    CHECK(client({"GET", "nothing"})->type == REDIS_REPLY_NIL);
    CHECK(client({"SADD", "s", "x"})->type == REDIS_REPLY_INTEGER);
    CHECK(client({"SMEMBERS", "s"})->type == REDIS_REPLY_ARRAY);
    CHECK(client({"ECHO", "x"})->type == REDIS_REPLY_STRING);
    const Reply wrong_type = client({"GET", "s"});
    CHECK(wrong_type->type == REDIS_REPLY_ERROR);
    CHECK(line(wrong_type) == "WRONGTYPE Operation against a key holding the wrong kind of value");
}

TEST_CASE("a lock is taken once and released by its holder only")
{
    Client holder;
    Client other;
    holder({"FLUSHALL"});
    CHECK(line(holder({"SET", "agent:D4:lock", "order:1", "NX", "EX", "30"})) == "OK");
    CHECK(line(other({"SET", "agent:D4:lock", "order:2", "NX", "EX", "30"})) == "nil");
    holder({"WATCH", "agent:D4:lock"});
    CHECK(line(holder({"GET", "agent:D4:lock"})) == "order:1");
    other({"SET", "agent:D4:lock", "order:2", "XX"});
    CHECK(line(holder({"MULTI"})) == "OK");
    CHECK(line(holder({"DEL", "agent:D4:lock"})) == "QUEUED");
    CHECK(line(holder({"EXEC"})) == "nil");
    CHECK(line(holder({"GET", "agent:D4:lock"})) == "order:2");
}

TEST_CASE("a pipeline's replies come in order")
{
    Client client;
    constexpr int kCommands = 10'000;
    for (int i = 0; i < kCommands; ++i) client.append({"ECHO", std::to_string(i)});
    int in_order = 0;
    for (int i = 0; i < kCommands; ++i) in_order += line(client.reply()) == std::to_string(i);
    CHECK(in_order == kCommands);
}

TEST_CASE("a transaction answers with all its replies")
{
    Client client;
    client({"FLUSHALL"});
    client({"MULTI"});
    CHECK(line(client({"SADD", "s", "a", "b"})) == "QUEUED");
    CHECK(line(client({"SCARD", "s"})) == "QUEUED");
    CHECK(line(client({"EXEC"})) == "[2 2]");
}

TEST_CASE("the five steps")
{
    Client client;
    load_city(client);
    CHECK(line(client({"GEORADIUS", "drivers:geo:blr", "77.5946", "12.9716", "2", "km", "ASC",
                       "COUNT", "10", "WITHCOORD", "WITHDIST"})) ==
          "[[driver:D2 1.2595 [77.59000092744827271 12.98199898334862468]] "
          "[driver:D4 1.5068 [77.58119791746139526 12.96799971838559884]]]");
    CHECK(client({"SMEMBERS", "drivers:available:blr"})->elements == 4);
    CHECK(line(client({"SET", "agent:D4:lock", "order:ORD_2847", "NX", "EX", "30"})) == "OK");
    CHECK(line(client({"DEL", "agent:D4:lock"})) == "1");
    CHECK(line(client({"SREM", "drivers:available:blr", "driver:D4"})) == "1");
}

TEST_CASE("ASSIGN finds, locks and takes out in one step")
{
    if (environment("SERVER") != "dabba") {
        WARN("ASSIGN is Dabba's own");
        return;
    }
    Client client;
    load_city(client);
    const Reply reply =
        client({"ASSIGN", "drivers:geo:blr", "drivers:available:blr", "order:ORD_2847",
                "FROMLONLAT", "77.5946", "12.9716", "BYRADIUS", "5", "km"});
    std::map<std::string, std::string> record;
    for (std::size_t i = 0; i + 1 < reply->elements; i += 2) {
        record[line(reply->element[i])] = line(reply->element[i + 1]);
    }
    CHECK(record["state"] == "assigned");
    CHECK(record["driver"] == "driver:D2");
    CHECK(record["distance"] == "1.2595");
    CHECK(line(client({"GET", record["lock"]})) == "order:ORD_2847");
    CHECK(line(client({"SISMEMBER", "drivers:available:blr", "driver:D2"})) == "0");
}
