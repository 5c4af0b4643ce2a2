#include <fmt/format.h>

#include "protocol/reply_text.h"
#include "server/catalogue/docs.h"
#include "server/gateway/gateway.h"
#include "server/gateway/json.h"
#include "server/gateway/route.h"

namespace server::gateway {
namespace {

void run_command(Call& call)
{
    const auto& given = call.inputs.texts("args");
    const std::vector<std::string_view> words{given.begin(), given.end()};
    Commands& commands = call.gateway.commands;
    if (commands.needs_connection(words)) {
        throw Problem{ProblemType::CommandNeedsConnection,
                      fmt::format("{} changes, uses or holds its connection; here each request "
                                  "stands alone.",
                                  words[0])};
    }
    const auto began = call.gateway.server.stopwatch();
    const protocol::Value reply = commands.run(words);
    const auto took = call.gateway.server.stopwatch() - began;

    Json json;
    to_json(json, reply);
    call.reply({{"text", protocol::to_text(reply)},
                {"reply", std::move(json)},
                {"is_error", reply.kind == protocol::Value::Kind::Error},
                {"time_us", static_cast<double>(took.count()) / 1000}});
}

Json description_of(const Command& command, const protocol::Value* documentation)
{
    Json arguments = Json::array();
    if (documentation != nullptr)
        if (const auto* declared = find(*documentation, "arguments")) to_json(arguments, *declared);
    return {{"name", command.name},
            {"syntax", command.syntax},
            {"summary", command.summary},
            {"group", row_of(command.group).name},
            {"since", command.since},
            {"complexity", command.complexity},
            {"arguments", std::move(arguments)}};
}

/// COMMAND DOCS of one command, by name; of a container, its subcommands are within.
void describe(const CommandTable& table, const Command& command, Json& all)
{
    protocol::Buffer bytes;
    protocol::ReplyWriter reply{bytes, protocol::Version::Resp3};
    reply.map(1);
    reply_command_docs(reply, table, command);
    const protocol::Value documentation = protocol::read_reply(bytes.view());
    const protocol::Value* const own = &documentation.elements[1];
    if (command.run != nullptr) all.push_back(description_of(command, own));
    const auto* const within = find(*own, "subcommands");
    for (const Command* subcommand : subcommands(table, command)) {
        const std::string name = full_name(*subcommand);
        all.push_back(
            description_of(*subcommand, within == nullptr ? nullptr : find(*within, name)));
    }
}

void list_commands(Call& call)
{
    const CommandTable& table = call.gateway.server.commands;
    Json all = Json::array();
    for (const Command* command : table.all())
        if (command->words == 1) describe(table, *command, all);
    call.reply({{"commands", std::move(all)}});
}

constexpr Field kCommandFields[] = {
    {.name = "args",
     .kind = Kind::Texts,
     .required = true,
     .summary = "The command's words.",
     .example = R"(["GEORADIUS","drivers:geo:blr","77.5946","12.9716","5","km","ASC"])"},
};

constexpr ProblemType kCommandProblems[] = {ProblemType::CommandNeedsConnection};

constexpr Route kRoutes[] = {
    {.method = Method::Post,
     .path = "/v1/command",
     .tag = "Commands",
     .summary =
         "Runs one command, as a client of RESP3 would. An error of the command is an answer.",
     .answer = "`text` as redis-cli prints the reply, the `reply` as JSON, whether it `is_error`, "
               "and how long it took: `time_us`",
     .fields = kCommandFields,
     .problems = kCommandProblems,
     .run = run_command},
    {.method = Method::Get,
     .path = "/v1/commands",
     .tag = "Commands",
     .summary = "Lists all commands with their documentation.",
     .answer = "`commands`: name, syntax, summary, group, since, complexity, arguments as in "
               "COMMAND DOCS",
     .run = list_commands},
};

}  // namespace

std::span<const Route> command_routes() { return kRoutes; }

}  // namespace server::gateway
