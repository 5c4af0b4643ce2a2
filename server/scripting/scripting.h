#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "server/scripting/program.h"
#include "server/scripting/sha1.h"
#include "server/scripting/shebang.h"

namespace server::scripting {

inline constexpr std::string_view kNoScript = "NOSCRIPT No matching script. Please use EVAL.";

/// The scripts of EVAL and SCRIPT LOAD, kept by the SHA-1 of their text, and what runs them.
class Scripting
{
public:
    explicit Scripting(Server& server) : server_(server) {}

    /// Runs a script and writes its reply. Compiles it first unless it is known. Throws
    /// CommandError if it cannot be compiled.
    void eval(Call& call, std::string_view text, const Arguments& arguments);

    /// Runs a known script. Throws CommandError if there is none with this SHA-1 (40 hexadecimal
    /// digits, upper case or lower).
    void eval_known(Call& call, std::string_view sha1, const Arguments& arguments);

    /// Keeps a script and returns its SHA-1. Throws CommandError if it cannot be compiled.
    Sha1 load(std::string_view text);

    bool is_known(std::string_view sha1) const;

    /// What a known script says of itself; nothing if it is not known.
    std::optional<Shebang> shebang_of(std::string_view sha1) const;

    /// Forgets all scripts.
    void flush();

    std::size_t count() const { return scripts_.size(); }

    /// Bytes that the interpreter takes, and the scripts' texts beside it.
    std::size_t interpreter_bytes() const;
    std::size_t text_bytes() const { return text_bytes_; }

private:
    struct Script
    {
        int code;
        std::string text;
        Shebang shebang;
    };
    using Scripts = std::unordered_map<Sha1, Script, HashOfSha1>;
    using Known = Scripts::value_type;

    const Known& find_or_compile(std::string_view text);
    const Known& compile(const Sha1& name, std::string_view text);
    const Known* find(std::string_view sha1) const;
    void run(Call& call, const Known& known, const Arguments& arguments);
    Interpreter& interpreter();

    Server& server_;
    std::unique_ptr<Interpreter> interpreter_;
    Workplace place_;
    Scripts scripts_;
    std::size_t text_bytes_ = 0;
    /// What ran last: a client that sends the same text again and again need not pay for its SHA-1.
    const Known* last_ = nullptr;
};

}  // namespace server::scripting
