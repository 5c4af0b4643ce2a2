#include <algorithm>
#include <array>
#include <bit>
#include <climits>
#include <cstdint>
#include <cstring>
#include <string>

#include "server/scripting/libraries/libraries.h"

namespace server::scripting {

namespace {

constexpr int kMaxIntegerSize = 32;
constexpr std::size_t kMaxAlignment = 8;
constexpr std::size_t kMaxPackedBytes = std::size_t{512} << 20;

/// One letter of a format with its number, after its alignment: '>', "i4", "c0".
struct Option
{
    char letter;
    std::size_t size;
};

/// Reads a format from left to right, and keeps what it says of the byte order and alignment.
class Format
{
public:
    explicit Format(lua_State* lua) : lua_(lua), rest_(luaL_checkstring(lua, 1)) {}

    bool done() const { return *rest_ == '\0'; }

    Option next()
    {
        const char letter = *rest_++;
        return {letter, size_of(letter)};
    }

    /// What the option changes; an error if there is no such option.
    void apply(char letter)
    {
        switch (letter) {
            case ' ': return;
            case '>': order_ = std::endian::big; return;
            case '<': order_ = std::endian::little; return;
            case '!': return align(number_or(static_cast<int>(kMaxAlignment)));
            default:
                luaL_argerror(lua_, 1, lua_pushfstring(lua_, "invalid format option '%c'", letter));
        }
    }

    /// Bytes to leave out at `place` so that the option is aligned.
    std::size_t gap_at(std::size_t place, const Option& option) const
    {
        if (option.letter == 'c') return 0;
        const std::size_t step = std::min(option.size, alignment_);
        return step > 1 ? (step - (place & (step - 1))) & (step - 1) : 0;
    }

    bool is_big_endian() const { return order_ == std::endian::big; }

private:
    std::size_t size_of(char letter)
    {
        switch (letter) {
            case 'b':
            case 'B':
            case 'x': return 1;
            case 'h':
            case 'H': return sizeof(short);
            case 'l':
            case 'L': return sizeof(long);
            case 'T': return sizeof(std::size_t);
            case 'f': return sizeof(float);
            case 'd': return sizeof(double);
            case 'c': return static_cast<std::size_t>(number_or(1));
            case 'i':
            case 'I': return integer_size();
            default: return 0;
        }
    }

    std::size_t integer_size()
    {
        const int size = number_or(static_cast<int>(sizeof(int)));
        if (size > kMaxIntegerSize) {
            luaL_error(lua_, "integral size %d is larger than limit of %d", size, kMaxIntegerSize);
        }
        return static_cast<std::size_t>(size);
    }

    int number_or(int without)
    {
        if (*rest_ < '0' || *rest_ > '9') return without;
        std::int64_t number = 0;
        for (; *rest_ >= '0' && *rest_ <= '9'; ++rest_) {
            number = number * 10 + (*rest_ - '0');
            if (number > INT_MAX) luaL_error(lua_, "integral size overflow");
        }
        return static_cast<int>(number);
    }

    void align(int bytes)
    {
        if (bytes <= 0 || !std::has_single_bit(static_cast<unsigned>(bytes)))
            luaL_error(lua_, "alignment %d is not a power of 2", bytes);
        alignment_ = static_cast<std::size_t>(bytes);
    }

    lua_State* lua_;
    const char* rest_;
    std::endian order_ = std::endian::native;
    std::size_t alignment_ = 1;
};

/// The bits of a number as an integer; what no integer can be becomes what the processor makes of
/// it.
std::uint64_t to_bits(double number)
{
    constexpr double kSignBit = 9223372036854775808.0;
    constexpr std::uint64_t kOverflow = std::uint64_t{1} << 63;
    if (!(number >= -kSignBit)) return kOverflow;  // NaN, too
    if (number >= 2 * kSignBit) return 0;
    if (number < 0) return static_cast<std::uint64_t>(static_cast<std::int64_t>(number));
    return static_cast<std::uint64_t>(number);
}

void add_integer(std::string& packed, std::uint64_t bits, std::size_t size, bool big_endian)
{
    const std::size_t start = packed.size();
    for (std::size_t i = 0; i < size; ++i, bits >>= 8) packed += static_cast<char>(bits & 0xff);
    if (big_endian) std::reverse(packed.begin() + static_cast<std::ptrdiff_t>(start), packed.end());
}

template <class Float>
void add_float(std::string& packed, double number, bool big_endian)
{
    std::array<char, sizeof(Float)> bytes;
    const auto value = static_cast<Float>(number);
    std::memcpy(bytes.data(), &value, bytes.size());
    if (big_endian != (std::endian::native == std::endian::big))
        std::reverse(bytes.begin(), bytes.end());
    packed.append(bytes.data(), bytes.size());
}

void check_size(lua_State* lua, std::size_t size)
{
    if (size > kMaxPackedBytes) luaL_error(lua, "resulting string too large");
}

void add_text(lua_State* lua, int argument, std::string& packed, const Option& option)
{
    std::string_view text = check_text(lua, argument);
    if (option.letter == 'c' && option.size != 0) {
        // Redis counts one too many here.
        luaL_argcheck(lua, text.size() >= option.size, argument + 1, "string too short");
        text = text.substr(0, option.size);
    }
    check_size(lua, packed.size() + text.size());
    packed += text;
    if (option.letter == 's') packed += '\0';
}

int pack(lua_State* lua)
{
    Format format{lua};
    lua_pushnil(lua);  // what is missing is no value, but nil
    std::string packed;
    int argument = 2;
    while (!format.done()) {
        const Option option = format.next();
        packed.append(format.gap_at(packed.size(), option), '\0');
        const bool big_endian = format.is_big_endian();
        switch (option.letter) {
            case 'x': packed += '\0'; break;
            case 'f':
                add_float<float>(packed, luaL_checknumber(lua, argument++), big_endian);
                break;
            case 'd':
                add_float<double>(packed, luaL_checknumber(lua, argument++), big_endian);
                break;
            case 'c':
            case 's': add_text(lua, argument++, packed, option); break;
            default:
                if (std::strchr("bBhHlLTiI", option.letter) == nullptr) {
                    format.apply(option.letter);
                    break;
                }
                add_integer(packed, to_bits(luaL_checknumber(lua, argument++)), option.size,
                            big_endian);
        }
    }
    push(lua, packed);
    return 1;
}

std::uint64_t read_integer(std::string_view bytes, bool big_endian)
{
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char byte = bytes[big_endian ? i : bytes.size() - 1 - i];
        bits = bits << 8 | static_cast<unsigned char>(byte);
    }
    return bits;
}

double to_number(std::string_view bytes, bool is_signed, bool big_endian)
{
    const std::uint64_t bits = read_integer(bytes, big_endian);
    if (!is_signed) return static_cast<double>(bits);
    // Of sizes above 8 Redis takes the sign from the wrong bit, by a shift modulo 64.
    const std::uint64_t sign = ~std::uint64_t{0} << ((bytes.size() * 8 - 1) & 63);
    return static_cast<double>(static_cast<std::int64_t>((bits & sign) != 0 ? bits | sign : bits));
}

template <class Float>
double read_float(std::string_view bytes, bool big_endian)
{
    std::array<char, sizeof(Float)> ordered;
    bytes.copy(ordered.data(), ordered.size());
    if (big_endian != (std::endian::native == std::endian::big))
        std::reverse(ordered.begin(), ordered.end());
    Float value;
    std::memcpy(&value, ordered.data(), ordered.size());
    return value;
}

/// Goes through packed bytes and pushes their values.
class Unpacker
{
public:
    explicit Unpacker(lua_State* lua)
        : lua_(lua),
          format_(lua),
          data_(check_text(lua, 2)),
          at_(static_cast<std::size_t>(luaL_optinteger(lua, 3, 1)))
    {
        luaL_argcheck(lua, at_ > 0, 3, "offset must be 1 or greater");
        --at_;
        lua_settop(lua, 2);
    }

    int unpack()
    {
        while (!format_.done()) {
            Option option = format_.next();
            at_ += format_.gap_at(at_, option);
            check_left(option.size);
            luaL_checkstack(lua_, 2, "too many results");
            push_next(option);
        }
        lua_pushinteger(lua_, static_cast<lua_Integer>(at_ + 1));
        return lua_gettop(lua_) - 2;
    }

private:
    void check_left(std::size_t size) const
    {
        luaL_argcheck(lua_, size <= data_.size() && at_ <= data_.size() - size, 2,
                      "data string too short");
    }

    std::string_view take(std::size_t size)
    {
        const std::string_view bytes = data_.substr(at_, size);
        at_ += size;
        return bytes;
    }

    void push_next(const Option& option)
    {
        const bool big_endian = format_.is_big_endian();
        switch (option.letter) {
            case 'x': take(1); break;
            case 'c': push_characters(option.size); break;
            case 's': push_terminated(); break;
            case 'f': lua_pushnumber(lua_, read_float<float>(take(option.size), big_endian)); break;
            case 'd':
                lua_pushnumber(lua_, read_float<double>(take(option.size), big_endian));
                break;
            default:
                if (std::strchr("bBhHlLTiI", option.letter) == nullptr)
                    return format_.apply(option.letter);
                const bool is_signed = std::strchr("bhli", option.letter) != nullptr;
                lua_pushnumber(lua_, to_number(take(option.size), is_signed, big_endian));
        }
    }

    /// c0: as many as the value before says, which is dropped.
    void push_characters(std::size_t size)
    {
        if (size == 0) {
            if (lua_gettop(lua_) <= 2 || lua_isnumber(lua_, -1) == 0)
                luaL_error(lua_, "format 'c0' needs a previous size");
            size = to_bits(lua_tonumber(lua_, -1));
            lua_pop(lua_, 1);
            check_left(size);
        }
        push(lua_, take(size));
    }

    void push_terminated()
    {
        const std::size_t end = data_.find('\0', at_);
        if (end == std::string_view::npos) luaL_error(lua_, "unfinished string in data");
        push(lua_, take(end - at_));
        take(1);
    }

    lua_State* lua_;
    Format format_;
    std::string_view data_;
    std::size_t at_;
};

int unpack(lua_State* lua) { return Unpacker{lua}.unpack(); }

int size(lua_State* lua)
{
    Format format{lua};
    std::size_t size = 0;
    while (!format.done()) {
        const Option option = format.next();
        size += format.gap_at(size, option);
        if (option.letter == 's') luaL_argerror(lua, 1, "option 's' has no fixed size");
        if (option.letter == 'c' && option.size == 0)
            luaL_argerror(lua, 1, "option 'c0' has no fixed size");
        if (std::strchr("<>! ", option.letter) != nullptr) format.apply(option.letter);
        size += option.size;
    }
    lua_pushinteger(lua, static_cast<lua_Integer>(size));
    return 1;
}

constexpr Function kFunctions[] = {{"pack", pack}, {"unpack", unpack}, {"size", size}};

}  // namespace

void open_struct(lua_State* lua)
{
    lua_newtable(lua);
    set_functions(lua, kFunctions);
    lua_setglobal(lua, "struct");
}

}  // namespace server::scripting
