#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "server/scripting/interpreter.h"
#include "server/scripting/run.h"
#include "server/scripting/script_flags.h"

namespace server {
struct Call;
}

namespace server::scripting {

/// What a script or a function is run with.
struct Arguments
{
    std::span<const std::string_view> keys;
    std::span<const std::string_view> others;
    bool read_only = false;  ///< EVAL_RO, FCALL_RO: whatever it says of itself, it may not write
};

/// A script or a function, ready to be run.
struct Program
{
    enum class Kind : std::uint8_t {
        Script,   ///< finds its arguments in the globals KEYS and ARGV
        Function  ///< gets them as two tables
    };

    Kind kind;
    int code;               ///< as the interpreter keeps it
    std::string_view name;  ///< errors quote it
    bool has_flags;         ///< without, a script may do what its commands may
    ScriptFlags flags;
};

/// Runs a program and writes its reply. Throws CommandError if it must not run now.
void run_program(Call& call, Workplace& place, Interpreter& interpreter, const Program& program,
                 const Arguments& arguments);

}  // namespace server::scripting
