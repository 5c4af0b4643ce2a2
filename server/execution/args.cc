#include "server/execution/args.h"

#include "store/number.h"

namespace server {

bool is_word(std::string_view text, std::string_view upper)
{
    if (text.size() != upper.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const char folded = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        if (folded != upper[i]) return false;
    }
    return true;
}

std::int64_t Args::next_integer(std::string_view error)
{
    if (const auto number = store::parse_integer(next())) return *number;
    throw CommandError{error};
}

std::int64_t Args::next_integer_in(std::int64_t least, std::int64_t most, std::string_view error)
{
    const std::int64_t number = next_integer(error);
    if (number < least || number > most) throw CommandError{error};
    return number;
}

double Args::next_double(std::string_view error)
{
    if (const auto number = store::parse_double(next())) return *number;
    throw CommandError{error};
}

}  // namespace server
