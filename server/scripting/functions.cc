#include "server/scripting/functions.h"

#include "ascii/case.h"
#include "server/execution/call.h"
#include "server/execution/command_error.h"
#include "server/scripting/shebang.h"
#include "server/server.h"
#include "store/snapshot/dump.h"
#include "store/snapshot/functions.h"

namespace server::scripting {

namespace {

using store::snapshot::DumpedLibrary;

/// The code of a dump's next library. Throws CommandError.
std::string next_code(store::snapshot::FunctionsReader& reader)
{
    DumpedLibrary next = reader.next();
    switch (next.kind) {
        case DumpedLibrary::Kind::Library: return std::move(next.code);
        case DumpedLibrary::Kind::Damaged: throw CommandError{"ERR Failed loading library payload"};
        case DumpedLibrary::Kind::OldFormat:
            throw CommandError{"ERR Pre-GA function format not supported"};
        case DumpedLibrary::Kind::Other: break;
    }
    throw CommandError{"ERR given type is not a function"};
}

}  // namespace

const Library* Libraries::find(std::string_view name) const
{
    const auto found = libraries_.find(name);
    return found == libraries_.end() ? nullptr : found->second.get();
}

const LibraryFunction* Libraries::find_function(std::string_view name) const
{
    const auto found = functions_.find(ascii::lower(name));
    return found == functions_.end() ? nullptr : found->second;
}

void Libraries::check(const Library& library, const Libraries& replaced) const
{
    for (const auto& [name, function] : library.functions) {
        const auto found = functions_.find(name);
        if (found != functions_.end() && replaced.find(found->second->library->name) == nullptr)
            throw CommandError{"ERR Function {} already exists", function.name};
    }
}

void Libraries::put(std::unique_ptr<Library> library)
{
    erase(library->name);
    for (const auto& [name, function] : library->functions) functions_[name] = &function;
    code_bytes_ += library->code.size();
    std::string name = library->name;
    libraries_.emplace(std::move(name), std::move(library));
}

bool Libraries::erase(std::string_view name)
{
    const auto found = libraries_.find(name);
    if (found == libraries_.end()) return false;
    for (const auto& function : found->second->functions) functions_.erase(function.first);
    code_bytes_ -= found->second->code.size();
    libraries_.erase(found);
    return true;
}

void Libraries::take(Libraries&& others)
{
    for (const auto& library : others.libraries_) erase(library.first);
    for (auto& library : others.libraries_) put(std::move(library.second));
    others = {};
}

LibraryHost& Functions::host()
{
    if (!host_) host_ = std::make_unique<LibraryHost>(server_);
    return *host_;
}

std::size_t Functions::interpreter_bytes() const
{
    return host_ ? host_->interpreter().memory_bytes() : 0;
}

/// Throws CommandError, also if there is a library of this name among `existing`.
std::unique_ptr<Library> Functions::load_library(std::string_view code, const Libraries& existing)
{
    std::string_view body = code;
    std::string name = take_library_name(body);
    if (existing.find(name) != nullptr) throw CommandError{"ERR Library '{}' already exists", name};
    return host().load(std::move(name), code, body, place_);
}

std::string Functions::load(std::string_view code, IfExists if_exists)
{
    Libraries loaded;
    loaded.put(load_library(code, if_exists == IfExists::Fail ? libraries_ : loaded));
    const Library& library = *loaded.all().begin()->second;
    libraries_.check(library, loaded);
    std::string name = library.name;
    libraries_.take(std::move(loaded));
    return name;
}

void Functions::flush()
{
    libraries_ = {};
    host_.reset();
}

std::string Functions::dump() const
{
    std::vector<std::string_view> codes;
    for (const auto& library : libraries_.all()) codes.push_back(library.second->code);
    return store::snapshot::dump_functions(codes, server_.dialect.model().dumps);
}

void Functions::restore(std::string_view dump, RestorePolicy policy)
{
    const auto checked = store::snapshot::checked_dump(dump, server_.dialect.model().dumps);
    if (!checked) throw CommandError{text::kBadDump};
    Libraries restored;
    store::snapshot::FunctionsReader reader{*checked};
    while (!reader.done()) {
        auto library = load_library(next_code(reader), restored);
        restored.check(*library, {});
        restored.put(std::move(library));
    }
    if (policy == RestorePolicy::Flush) {
        libraries_ = std::move(restored);
        return;
    }
    for (const auto& library : restored.all()) {
        if (policy == RestorePolicy::Append && libraries_.find(library.first) != nullptr)
            throw CommandError{"ERR Library {} already exists", library.first};
    }
    for (const auto& library : restored.all()) libraries_.check(*library.second, restored);
    libraries_.take(std::move(restored));
}

void Functions::call(Call& call, const LibraryFunction& function, const Arguments& arguments)
{
    const Program program{.kind = Program::Kind::Function,
                          .code = function.code,
                          .name = function.name,
                          .has_flags = true,
                          .flags = function.flags};
    run_program(call, place_, host().interpreter(), program, arguments);
}

}  // namespace server::scripting
