#include "server/commands/scan_options.h"

#include <fmt/format.h>

#include <charconv>

#include "ascii/case.h"
#include "ascii/integer.h"
#include "server/server.h"

namespace server::commands {

namespace {

void require_type(std::string_view name)
{
    if (!type_named(name) && !is_word(name, "STREAM"))
        throw CommandError{"ERR unknown type name '{}'", name};
}

}  // namespace

std::optional<store::Type> type_named(std::string_view name)
{
    std::optional<store::Type> found;
    store::any_type([&]<class T>() {
        if (!ascii::equal_ignoring_case(name, store::TypeTraits<T>::kName)) return false;
        found = store::kTypeOf<T>;
        return true;
    });
    return found;
}

std::uint64_t next_cursor(Call& call)
{
    // Redis reads cursors with strtoul and refuses spaces and rests, but takes a sign, and what
    // stands before a NUL for the whole.
    std::string_view text = call.args.next();
    text = text.substr(0, text.find('\0'));
    const bool is_strict = call.server.dialect.has(Difference::StrictCursors);
    if (is_strict && (text.empty() || ascii::parse_integer(text).value_or(0) < 0))
        throw CommandError{text::kInvalidCursor};
    const bool negative = text.starts_with('-');
    if ((negative || text.starts_with('+')) && text.size() > 1) text.remove_prefix(1);
    std::uint64_t cursor = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cursor);
    const bool whole = end == text.data() + text.size();
    if (error == std::errc::result_out_of_range || !whole) throw CommandError{text::kInvalidCursor};
    return negative ? -cursor : cursor;
}

ScanOptions next_scan_options(Args& args, ScanOptions::Extra extra)
{
    using Extra = ScanOptions::Extra;
    const bool takes_type = extra == Extra::Type || extra == Extra::KnownType;
    ScanOptions options;
    while (!args.done()) {
        if (args.accept("COUNT", 1)) {
            options.count = args.next_integer();
            if (options.count < 1) throw CommandError{text::kSyntax};
        } else if (args.accept("MATCH", 1)) {
            options.pattern = args.next();
        } else if (takes_type && args.accept("TYPE", 1)) {
            options.type = args.next();
            if (extra == Extra::KnownType) require_type(*options.type);
        } else if (extra == Extra::NoValues && args.accept("NOVALUES")) {
            options.no_values = true;
        } else {
            throw CommandError{text::kSyntax};
        }
    }
    return options;
}

void reply_scan(Call& call, std::uint64_t cursor, const std::vector<std::string>& matches)
{
    call.reply.array(2);
    call.reply.bulk(fmt::format_int{cursor}.str());
    call.reply.array(matches.size());
    for (const auto& match : matches) call.reply.bulk(match);
}

}  // namespace server::commands
