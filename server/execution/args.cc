#include "server/execution/args.h"

#include "ascii/case.h"
#include "ascii/integer.h"
#include "store/number.h"

namespace server {

bool is_word(std::string_view text, std::string_view upper)
{
    if (text.size() != upper.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (ascii::to_upper(text[i]) != upper[i]) return false;
    }
    return true;
}

std::int64_t Args::next_integer(std::string_view error)
{
    if (const auto number = ascii::parse_integer(next())) return *number;
    throw CommandError{error};
}

std::int64_t Args::next_integer_in(std::int64_t min, std::int64_t max, std::string_view error)
{
    const std::int64_t number = next_integer(error);
    if (number < min || number > max) throw CommandError{error};
    return number;
}

double Args::next_double(std::string_view error)
{
    const auto text = next();
    const bool is_allowed = takes_hexadecimal_ || store::is_plain_number(text);
    if (const auto number = store::parse_double(text); number && is_allowed) return *number;
    throw CommandError{error};
}

}  // namespace server
