#include "server/scripting/shebang.h"

#include <algorithm>
#include <optional>

#include "ascii/case.h"
#include "protocol/request_parser.h"
#include "server/execution/command_error.h"

namespace server::scripting {

namespace {

/// The words of a script's first line.
class Words
{
public:
    /// Takes the line off the script, but for its end. Throws `error` if it has no end, or its
    /// quotes have none.
    Words(std::string_view& script, std::string_view error)
    {
        const auto end = script.find('\n');
        if (end == std::string_view::npos) throw CommandError{error};
        try {
            parser_.next(script.substr(0, end + 1));
        } catch (const protocol::ProtocolError&) {
            throw CommandError{error};
        }
        script.remove_prefix(end);
    }

    std::string_view engine() const { return parser_.arguments().front(); }
    std::span<const std::string_view> options() const { return parser_.arguments().subspan(1); }

private:
    protocol::RequestParser parser_;
};

void read_flags(std::string_view names, ScriptFlags& flags)
{
    if (names.empty()) return;
    while (true) {
        const auto comma = names.find(',');
        const std::string_view name = names.substr(0, comma);
        if (!flags.add(name)) throw CommandError{"ERR Unexpected flag in script shebang: {}", name};
        if (comma == std::string_view::npos) return;
        names.remove_prefix(comma + 1);
    }
}

}  // namespace

Shebang take_shebang(std::string_view& script)
{
    if (!script.starts_with("#!")) return {};
    Shebang shebang{.given = true, .flags = {}};
    const Words line{script, "ERR Invalid script shebang"};
    if (line.engine() != "#!lua")
        throw CommandError{"ERR Unexpected engine in script shebang: {}", line.engine()};
    constexpr std::string_view kFlags = "flags=";
    for (const std::string_view option : line.options()) {
        if (!option.starts_with(kFlags))
            throw CommandError{"ERR Unknown lua shebang option: {}", option};
        read_flags(option.substr(kFlags.size()), shebang.flags);
    }
    return shebang;
}

std::string take_library_name(std::string_view& code)
{
    if (!code.starts_with("#!")) throw CommandError{"ERR Missing library metadata"};
    const Words line{code, "ERR Invalid library metadata"};
    std::optional<std::string> name;
    constexpr std::string_view kName = "name=";
    for (const std::string_view option : line.options()) {
        if (!ascii::equal_ignoring_case(option.substr(0, kName.size()), kName))
            throw CommandError{"ERR Invalid metadata value given: {}", option};
        if (name)
            throw CommandError{
                "ERR Invalid metadata value, name argument was given multiple times"};
        name.emplace(option.substr(kName.size()));
    }
    if (!name) throw CommandError{"ERR Library name was not given"};
    if (!is_valid_name(*name)) throw CommandError{kInvalidName};
    const std::string_view engine = line.engine().substr(2);
    if (!ascii::equal_ignoring_case(engine, "lua"))
        throw CommandError{"ERR Engine '{}' not found", engine};
    return std::move(*name);
}

bool is_valid_name(std::string_view name)
{
    const auto is_valid = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    };
    return !name.empty() && std::all_of(name.begin(), name.end(), is_valid);
}

}  // namespace server::scripting
