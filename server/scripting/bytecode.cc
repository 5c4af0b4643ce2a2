#include "server/scripting/bytecode.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "server/scripting/sandbox.h"

namespace server::scripting {

namespace {

// Lua 5.1's instructions: 6 bits say what to do; then come a register A of 8 bits, and C and B of 9
// each, or one number of 18.

enum class Operation : std::uint8_t { GetGlobal = 5, GetTable = 6, SetGlobal = 7, SetList = 34 };

struct Instruction
{
    std::uint32_t bits;

    bool is(Operation operation) const
    {
        return (bits & 63) == static_cast<std::uint32_t>(operation);
    }
    std::uint32_t a() const { return bits >> 6 & 255; }
    std::uint32_t c() const { return bits >> 14 & 511; }
    std::uint32_t b() const { return bits >> 23; }
    std::uint32_t constant() const { return bits >> 14; }
};

/// Reads what lua_dump() wrote.
class Dump
{
public:
    explicit Dump(std::string_view bytes) : bytes_(bytes.substr(kHeaderSize)) {}

    /// Whether the next function, and those in it, only read libraries.
    bool next_function_only_reads()
    {
        skip(next<std::size_t>());  // the name of the source
        skip(kNumbersOfFunction);
        const auto code = next_many<Instruction>();
        const auto constants = next_constants();
        const bool reads = only_reads(code, constants);
        for (int inner = next<int>(); inner > 0; --inner)
            if (!next_function_only_reads()) return false;
        skip_debug_information();
        return reads;
    }

private:
    static constexpr std::size_t kHeaderSize = 12;
    // Two lines, and the numbers of upvalues, parameters, "..." and registers.
    static constexpr std::size_t kNumbersOfFunction = 2 * sizeof(int) + 4;
    static constexpr std::size_t kNumbersOfLocal = 2 * sizeof(int);

    void skip(std::size_t size) { bytes_.remove_prefix(size); }

    template <class Number>
    Number next()
    {
        Number number;
        std::memcpy(&number, bytes_.data(), sizeof number);
        skip(sizeof number);
        return number;
    }

    template <class Item>
    std::vector<Item> next_many()
    {
        std::vector<Item> items(static_cast<std::size_t>(next<int>()));
        std::memcpy(items.data(), bytes_.data(), items.size() * sizeof(Item));
        skip(items.size() * sizeof(Item));
        return items;
    }

    /// The texts among them; the others are empty.
    std::vector<std::string_view> next_constants()
    {
        std::vector<std::string_view> constants(static_cast<std::size_t>(next<int>()));
        for (std::string_view& constant : constants) {
            switch (next<std::uint8_t>()) {
                case LUA_TBOOLEAN: skip(1); break;
                case LUA_TNUMBER: skip(sizeof(lua_Number)); break;
                case LUA_TSTRING: constant = next_text(); break;
                default: break;
            }
        }
        return constants;
    }

    /// Texts have a zero at their end, which counts.
    std::string_view next_text()
    {
        const auto size = next<std::size_t>();
        const std::string_view text = bytes_.substr(0, size - 1);
        skip(size);
        return text;
    }

    void skip_debug_information()
    {
        next_many<int>();  // the lines
        for (int locals = next<int>(); locals > 0; --locals) {
            skip(next<std::size_t>());
            skip(kNumbersOfLocal);
        }
        for (int upvalues = next<int>(); upvalues > 0; --upvalues) skip(next<std::size_t>());
    }

    static bool only_reads(const std::vector<Instruction>& code,
                           const std::vector<std::string_view>& constants)
    {
        for (std::size_t i = 0; i < code.size(); ++i) {
            if (code[i].is(Operation::SetGlobal)) return false;
            const bool is_number_next = code[i].is(Operation::SetList) && code[i].c() == 0;
            if (is_number_next) ++i;
            if (is_number_next || !code[i].is(Operation::GetGlobal)) continue;
            // The last instruction of a function is a return.
            const std::string_view name = constants[code[i].constant()];
            if (is_library(name) && !takes_from(code[i + 1], code[i].a())) return false;
        }
        return true;
    }

    static bool is_library(std::string_view name)
    {
        return std::ranges::find(kProtectedLibraries, name) !=
               std::ranges::end(kProtectedLibraries);
    }

    /// Whether it puts into a register what it takes from the table that was there: nothing else
    /// has the table then.
    static bool takes_from(Instruction instruction, std::uint32_t table)
    {
        return instruction.is(Operation::GetTable) && instruction.a() == table &&
               instruction.b() == table;
    }

    std::string_view bytes_;
};

int append(lua_State*, const void* bytes, std::size_t size, void* dump)
{
    static_cast<std::string*>(dump)->append(static_cast<const char*>(bytes), size);
    return 0;
}

}  // namespace

bool only_reads_libraries(lua_State* lua)
{
    std::string dump;
    if (lua_iscfunction(lua, -1) != 0 || lua_dump(lua, append, &dump) != 0) return false;
    return Dump{dump}.next_function_only_reads();
}

}  // namespace server::scripting
