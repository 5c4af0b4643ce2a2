#include "server/scripting/scripting.h"

#include <algorithm>

#include "ascii/case.h"
#include "server/execution/call.h"
#include "server/execution/command_error.h"
#include "server/scripting/api.h"
#include "server/server.h"

namespace server::scripting {

namespace {
constexpr const char* kChunkName = "@user_script";
}  // namespace

Interpreter& Scripting::interpreter()
{
    if (!interpreter_)
        interpreter_ = std::make_unique<Interpreter>(open_script_api, server_.dialect);
    return *interpreter_;
}

void Scripting::eval(Call& call, std::string_view text, const Arguments& arguments)
{
    run(call, find_or_compile(text), arguments);
}

void Scripting::eval_known(Call& call, std::string_view sha1, const Arguments& arguments)
{
    const Known* const known = find(sha1);
    if (known == nullptr) throw CommandError{kNoScript};
    run(call, *known, arguments);
}

Sha1 Scripting::load(std::string_view text) { return find_or_compile(text).first; }

bool Scripting::is_known(std::string_view sha1) const { return find(sha1) != nullptr; }

std::optional<Shebang> Scripting::shebang_of(std::string_view sha1) const
{
    const Known* const known = find(sha1);
    return known == nullptr ? std::nullopt : std::optional{known->second.shebang};
}

void Scripting::flush()
{
    scripts_.clear();
    text_bytes_ = 0;
    last_ = nullptr;
    interpreter_.reset();
}

std::size_t Scripting::interpreter_bytes() const
{
    return interpreter_ ? interpreter_->memory_bytes() : 0;
}

const Scripting::Known* Scripting::find(std::string_view sha1) const
{
    Sha1 digits;
    if (sha1.size() != digits.size()) return nullptr;
    std::ranges::copy(sha1, digits.begin());
    auto found = scripts_.find(digits);
    if (found == scripts_.end()) {
        std::ranges::transform(sha1, digits.begin(), ascii::to_lower);
        found = scripts_.find(digits);
    }
    return found == scripts_.end() ? nullptr : &*found;
}

const Scripting::Known& Scripting::find_or_compile(std::string_view text)
{
    if (last_ != nullptr && last_->second.text == text) return *last_;
    const Sha1 name = sha1(text);
    const auto found = scripts_.find(name);
    last_ = found != scripts_.end() ? &*found : &compile(name, text);
    return *last_;
}

const Scripting::Known& Scripting::compile(const Sha1& name, std::string_view text)
{
    std::string_view body = text;
    const Shebang shebang = take_shebang(body);
    std::string error;
    if (!interpreter().compile(body, kChunkName, error))
        throw CommandError{"ERR Error compiling script (new function): {}", error};
    interpreter().open_libraries_to_readers();
    const int code = interpreter().keep();
    const auto added =
        scripts_.emplace(name, Script{.code = code, .text = std::string{text}, .shebang = shebang});
    text_bytes_ += text.size();
    return *added.first;
}

void Scripting::run(Call& call, const Known& known, const Arguments& arguments)
{
    const auto& [name, script] = known;
    const Program program{.kind = Program::Kind::Script,
                          .code = script.code,
                          .name = {name.data(), name.size()},
                          .has_flags = script.shebang.given,
                          .flags = script.shebang.flags};
    run_program(call, place_, interpreter(), program, arguments);
}

}  // namespace server::scripting
