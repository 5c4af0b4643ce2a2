#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/scripting/interpreter.h"
#include "server/scripting/run.h"
#include "server/scripting/script_flags.h"

namespace server::scripting {

struct Library;

/// A function that FCALL can call.
struct LibraryFunction
{
    Library* library;
    std::string name;
    std::optional<std::string> description;
    ScriptFlags flags;
    int code;  ///< as the interpreter keeps it
};

/// Functions that were loaded together. The interpreter keeps them as long as the library lives.
struct Library
{
    Library(Interpreter& its_interpreter, std::string its_name, std::string_view its_code)
        : interpreter(its_interpreter), name(std::move(its_name)), code(its_code)
    {}
    ~Library();
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;

    Interpreter& interpreter;
    const std::string name;
    const std::string code;                            ///< whole, with its first line
    std::map<std::string, LibraryFunction> functions;  ///< by their names in lower case
};

/// An interpreter for libraries: redis.register_function() is there while one is loaded, and
/// nothing else then.
class LibraryHost
{
public:
    explicit LibraryHost(Server& server);

    Interpreter& interpreter() { return interpreter_; }

    /// Runs the code of a library, which registers its functions; `body` is the code without its
    /// first line. Throws CommandError.
    std::unique_ptr<Library> load(std::string name, std::string_view code, std::string_view body,
                                  Workplace& place);

private:
    Server& server_;
    Interpreter interpreter_;
    int loading_globals_;
};

}  // namespace server::scripting
