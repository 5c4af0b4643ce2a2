#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/reply_writer.h"

namespace server {
struct Call;
}

namespace server::commands {

/// The lines of a help: how each command is used, and below it what it does.
class HelpText
{
public:
    void add_line(std::string line) { lines_.push_back(std::move(line)); }
    void add(std::string_view name, std::string_view syntax, std::string_view summary);
    void reply(protocol::ReplyWriter& reply) const;

private:
    std::vector<std::string> lines_;
};

/// "<CONTAINER> HELP" of every container: what it has and what each does, from the rows.
void container_help(Call& call);

}  // namespace server::commands
