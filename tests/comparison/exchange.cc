#include "tests/comparison/exchange.h"

#include "protocol/reply_reader.h"

namespace tests {

namespace {

constexpr std::string_view kMark = "dump of ";
constexpr std::size_t kPayload = 3;  // RESTORE key ttl payload

}  // namespace

std::string dump_of(const std::string& key) { return std::string{kMark} + key; }

bool is_exchange(const Request& request)
{
    return request.size() > kPayload && request[kPayload].starts_with(kMark);
}

Request with_dump(const Request& request, Connection& server, int database)
{
    server.execute(Request{"SELECT", std::to_string(database)});
    const std::string key = request[kPayload].substr(kMark.size());
    Request exchanged = request;
    exchanged[kPayload] = protocol::read_reply(server.execute(Request{"DUMP", key})).text;
    return exchanged;
}

}  // namespace tests
