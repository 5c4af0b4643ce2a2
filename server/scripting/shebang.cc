#include "server/scripting/shebang.h"

#include <algorithm>

#include "server/execution/command_error.h"

namespace server::scripting {

namespace {

std::string_view take_word(std::string_view& line)
{
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(word.size());
    return word;
}

void read_flags(std::string_view flags, Shebang& shebang)
{
    while (!flags.empty()) {
        const auto comma = flags.find(',');
        const std::string_view flag = flags.substr(0, comma);
        if (flag == "no-writes") {
            shebang.no_writes = true;
        } else if (flag == "allow-oom") {
            shebang.allow_oom = true;
        } else if (flag != "allow-stale" && flag != "no-cluster" &&
                   flag != "allow-cross-slot-keys") {
            throw CommandError{"ERR Unexpected flag in script shebang: {}", flag};
        }
        if (comma == std::string_view::npos) return;
        flags.remove_prefix(comma + 1);
        if (flags.empty()) throw CommandError{"ERR Unexpected flag in script shebang: "};
    }
}

}  // namespace

Shebang take_shebang(std::string_view& script)
{
    Shebang shebang;
    if (!script.starts_with("#!")) return shebang;
    const auto end = script.find('\n');
    if (end == std::string_view::npos) throw CommandError{"ERR Invalid script shebang"};
    std::string_view line = script.substr(0, end);
    script.remove_prefix(end);
    shebang.given = true;

    const std::string_view engine = take_word(line);
    if (engine != "#!lua")
        throw CommandError{"ERR Unexpected engine in script shebang: {}", engine};
    constexpr std::string_view kFlags = "flags=";
    for (auto word = take_word(line); !word.empty(); word = take_word(line)) {
        if (!word.starts_with(kFlags))
            throw CommandError{"ERR Unknown lua shebang option: {}", word};
        read_flags(word.substr(kFlags.size()), shebang);
    }
    return shebang;
}

}  // namespace server::scripting
