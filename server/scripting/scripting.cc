#include "server/scripting/scripting.h"

#include "ascii/case.h"
#include "server/execution/call.h"
#include "server/execution/command_error.h"
#include "server/scripting/api.h"

namespace server::scripting {

namespace {
constexpr const char* kChunkName = "@user_script";
}  // namespace

Interpreter& Scripting::interpreter()
{
    if (!interpreter_) interpreter_ = std::make_unique<Interpreter>(open_script_api);
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

Sha1 Scripting::load(std::string_view text)
{
    Sha1 digits;
    find_or_compile(text).first.copy(digits.data(), digits.size());
    return digits;
}

bool Scripting::is_known(std::string_view sha1) const { return find(sha1) != nullptr; }

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
    if (sha1.size() != Sha1{}.size()) return nullptr;
    const auto found = scripts_.find(ascii::lower(sha1));
    return found == scripts_.end() ? nullptr : &*found;
}

const Scripting::Known& Scripting::find_or_compile(std::string_view text)
{
    if (last_ != nullptr && last_->second.text == text) return *last_;
    const Sha1 digits = sha1(text);
    std::string name{digits.data(), digits.size()};
    const auto found = scripts_.find(name);
    last_ = found != scripts_.end() ? &*found : &compile(std::move(name), text);
    return *last_;
}

const Scripting::Known& Scripting::compile(std::string name, std::string_view text)
{
    std::string_view body = text;
    const Shebang shebang = take_shebang(body);
    std::string error;
    const int code = interpreter().compile(body, kChunkName, error);
    if (code == 0) throw CommandError{"ERR Error compiling script (new function): {}", error};
    const auto added = scripts_.emplace(
        std::move(name), Script{.code = code, .text = std::string{text}, .shebang = shebang});
    text_bytes_ += text.size();
    return *added.first;
}

void Scripting::run(Call& call, const Known& known, const Arguments& arguments)
{
    const auto& [name, script] = known;
    const Program program{.kind = Program::Kind::Script,
                          .code = script.code,
                          .name = name,
                          .has_flags = script.shebang.given,
                          .flags = script.shebang.flags};
    run_program(call, place_, interpreter(), program, arguments);
}

}  // namespace server::scripting
