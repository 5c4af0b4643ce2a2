// Any line as a command's syntax: it is read to its end, and the arguments it takes can be counted
// with and without the types.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "server/catalogue/argument_tree.h"
#include "server/catalogue/syntax.h"

namespace {

void require_sense(const std::vector<server::Argument>& arguments, std::string_view line)
{
    for (const server::Argument& argument : arguments) {
        const bool has_parts = argument.type == server::Argument::Type::OneOf ||
                               argument.type == server::Argument::Type::Block;
        if (!has_parts && !argument.arguments.empty()) std::abort();
        if (argument.name.size() > 2 * line.size() + 20) std::abort();
        require_sense(argument.arguments, line);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view line{reinterpret_cast<const char*>(data), size};
    if (server::without_types(line).size() > line.size()) std::abort();
    const server::Arity arity = server::count_arguments(line);
    if (arity.least < 0 || static_cast<std::size_t>(arity.least) > size) std::abort();
    try {
        require_sense(server::argument_tree({.name = "FUZZ", .syntax = line}), line);
    } catch (const std::logic_error&) {  // a type that there is not
    }
    return 0;
}
