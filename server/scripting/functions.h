#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "server/scripting/library.h"
#include "server/scripting/program.h"

namespace server::scripting {

/// Libraries by their names, and the functions of all of them.
class Libraries
{
public:
    const Library* find(std::string_view name) const;
    const LibraryFunction* find_function(std::string_view name) const;  ///< in whatever case

    /// Throws CommandError if one of the library's functions has the name of another library's,
    /// unless that is in `replaced`. REQUIRES that no library has its name.
    void check(const Library& library, const Libraries& replaced) const;

    /// Adds a library, in the place of the one that has its name. REQUIRES that it was checked.
    void put(std::unique_ptr<Library> library);

    bool erase(std::string_view name);

    /// Moves all libraries from another here.
    void take(Libraries&& others);

    const auto& all() const { return libraries_; }
    std::size_t function_count() const { return functions_.size(); }
    std::size_t code_bytes() const { return code_bytes_; }

private:
    std::map<std::string, std::unique_ptr<Library>, std::less<>> libraries_;
    std::unordered_map<std::string, const LibraryFunction*> functions_;
    std::size_t code_bytes_ = 0;
};

/// The functions of FUNCTION LOAD, and what runs them. They have an interpreter of their own.
class Functions
{
public:
    enum class IfExists : std::uint8_t { Fail, Replace };
    enum class RestorePolicy : std::uint8_t { Append, Replace, Flush };

    explicit Functions(Server& server) : server_(server) {}

    /// Loads a library and returns its name. Throws CommandError, and then nothing has changed.
    std::string load(std::string_view code, IfExists if_exists);

    /// False if there is no library of this name.
    bool erase(std::string_view library) { return libraries_.erase(library); }

    void flush();

    /// All libraries as bytes that Redis 7 reads, too.
    std::string dump() const;

    /// Loads the libraries of a dump. Throws CommandError, and then nothing has changed.
    void restore(std::string_view dump, RestorePolicy policy);

    /// Runs a function and writes its reply. Throws CommandError.
    void call(Call& call, const LibraryFunction& function, const Arguments& arguments);

    const Libraries& libraries() const { return libraries_; }
    std::size_t interpreter_bytes() const;

private:
    std::unique_ptr<Library> load_library(std::string_view code, const Libraries& existing);
    LibraryHost& host();

    Server& server_;
    Workplace place_;
    std::unique_ptr<LibraryHost> host_;
    Libraries libraries_;
};

}  // namespace server::scripting
