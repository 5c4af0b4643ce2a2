#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/catalogue/command.h"

namespace server {

/// One argument of a command, or a group of them, as COMMAND DOCS describes it to clients
/// (https://redis.io/docs/latest/develop/reference/command-arguments/).
struct Argument
{
    enum class Type {
        String,
        Integer,
        Double,
        Key,
        Pattern,
        UnixTime,
        PureToken,  ///< a word that stands for itself, such as NX
        OneOf,      ///< exactly one of `arguments`
        Block,      ///< all of `arguments`, in order
    };

    std::string name = {};
    Type type = Type::String;
    std::string token = {};  ///< a word before it, such as EX; empty: none
    bool optional = false;
    bool multiple = false;                 ///< may be repeated
    bool multiple_token = false;           ///< with its token each time
    std::optional<int> key_spec = {};      ///< Key only: which of the row's specifications finds it
    std::vector<Argument> arguments = {};  ///< OneOf and Block only

    bool operator==(const Argument&) const = default;
};

/// "string", "pure-token", "oneof" ...
std::string_view type_name(Argument::Type type);

/// Reads a command's syntax line. Words in capitals are tokens; others are keys by the row's
/// key specifications, or of the type behind their colon (`increment:double`), or strings.
/// Throws std::logic_error for a type that there is not.
std::vector<Argument> argument_tree(const Command& command);

}  // namespace server
