#include "server/catalogue/keys.h"

#include <algorithm>
#include <array>

#include "ascii/integer.h"
#include "server/execution/args.h"
#include "store/number.h"

namespace server {

namespace {

bool is_plain_range(const KeySpec& spec)
{
    return spec.begin == KeySpec::Begin::Index && spec.find == KeySpec::Find::Range;
}

bool has_flag(std::string_view flags, std::string_view flag)
{
    while (!flags.empty()) {
        const auto end = std::min(flags.find(' '), flags.size());
        if (flags.substr(0, end) == flag) return true;
        flags.remove_prefix(std::min(end + 1, flags.size()));
    }
    return false;
}

struct LegacyKeys
{
    KeyRange range;
    bool movable = false;
};

/// Redis's own reduction: consecutive ranges of step 1 are joined, anything else makes the keys
/// movable. A single range is taken whatever its step.
LegacyKeys reduce(std::span<const KeySpec> specs)
{
    if (specs.size() == 1 && is_plain_range(specs[0])) {
        const KeySpec& spec = specs[0];
        const int last = spec.last < 0 ? spec.last : spec.position + spec.last;
        return {{spec.position, last, spec.step}, has_flag(spec.flags, "INCOMPLETE")};
    }
    LegacyKeys keys;
    for (const KeySpec& spec : specs) {
        const bool follows = keys.range.last == 0 || spec.position == keys.range.last + 1;
        if (!is_plain_range(spec) || spec.step != 1 || !follows ||
            has_flag(spec.flags, "INCOMPLETE")) {
            keys.movable = true;
            continue;
        }
        if (keys.range.first == 0) keys.range.first = spec.position;
        keys.range.last = spec.last < 0 ? spec.last : spec.position + spec.last;
        keys.range.step = 1;
    }
    return keys;
}

/// The argument at which a specification's part begins; nothing if its keyword is not there, or not
/// behind the place where it was found before.
std::optional<std::int64_t> find_begin(const KeySpec& spec,
                                       std::span<const std::string_view> request,
                                       std::optional<std::int64_t> before = {})
{
    if (spec.begin == KeySpec::Begin::Index)
        return before ? std::nullopt : std::optional{spec.position};
    if (spec.keyword.empty()) return std::nullopt;
    const auto size = static_cast<std::int64_t>(request.size());
    const bool forward = spec.position > 0;
    // A keyword can be neither the command's name nor the last argument: a key must follow.
    std::int64_t start = forward ? spec.position : size + spec.position;
    if (before) start = forward ? *before : *before - 2;
    for (std::int64_t i = start; forward ? i < size - 1 : i > 1; i += forward ? 1 : -1) {
        if (is_word(request[static_cast<std::size_t>(i)], spec.keyword)) return i + 1;
    }
    return std::nullopt;
}

/// Adds the keys that one specification finds at `first` to `found`; false if the arguments
/// contradict it.
bool add_keys_at(std::int64_t first, const KeySpec& spec, std::span<const std::string_view> request,
                 std::vector<FoundKey>& found)
{
    const auto size = static_cast<std::int64_t>(request.size());
    std::int64_t last = spec.last < 0 ? size + spec.last : first + spec.last;
    if (spec.find == KeySpec::Find::KeyCount) {
        if (first >= size) return false;
        const auto count = ascii::parse_integer(request[static_cast<std::size_t>(first)]);
        if (!count || *count <= 0 || *count > size) return false;
        ++first;
        last = first + (*count - 1) * spec.step;
    }
    if (first >= size || last >= size || last < first) return false;
    for (std::int64_t i = first; i <= last; i += spec.step) {
        const auto position = static_cast<std::size_t>(i);
        found.push_back({request[position], spec.flags, spec.rights, position});
    }
    return true;
}

bool add_keys(const KeySpec& spec, std::span<const std::string_view> request,
              std::vector<FoundKey>& found)
{
    const auto begin = find_begin(spec, request);
    return !begin || add_keys_at(*begin, spec, request, found);
}

bool add_all_keys(const KeySpec& spec, std::span<const std::string_view> request,
                  std::vector<FoundKey>& found)
{
    for (auto begin = find_begin(spec, request); begin; begin = find_begin(spec, request, begin))
        if (!add_keys_at(*begin, spec, request, found)) return false;
    return true;
}

/// SET reads the old value only with GET.
std::string_view flags_of_set(std::span<const std::string_view> request)
{
    const auto options = request.subspan(std::min<std::size_t>(3, request.size()));
    const bool gets = std::any_of(options.begin(), options.end(),
                                  [](std::string_view option) { return is_word(option, "GET"); });
    return gets ? "RW ACCESS UPDATE" : "OW UPDATE";
}

/// BITFIELD only reads if each of its operations is GET with its two operands.
std::string_view flags_of_bitfield(std::span<const std::string_view> request)
{
    constexpr std::size_t kWordsOfGet = 3;
    for (auto rest = request.subspan(2); !rest.empty(); rest = rest.subspan(kWordsOfGet))
        if (!is_word(rest[0], "GET") || rest.size() < kWordsOfGet) return "RW ACCESS UPDATE";
    return "RO ACCESS";
}

/// The flags of the last key found, where the arguments decide them.
void settle_flags(const Command& command, std::span<const std::string_view> request, FoundKey& key)
{
    if (!has_flag(key.flags, "VARIABLE_FLAGS")) return;
    if (command.name == "SET") key.flags = flags_of_set(request);
    if (command.name == "BITFIELD") key.flags = flags_of_bitfield(request);
    key.rights = key_rights(key.flags);
}

struct FlagName
{
    std::string_view flag;
    std::string_view printed;
};

constexpr std::array kFlagNames = {
    FlagName{"RO", "RO"},
    FlagName{"RW", "RW"},
    FlagName{"OW", "OW"},
    FlagName{"RM", "RM"},
    FlagName{"ACCESS", "access"},
    FlagName{"UPDATE", "update"},
    FlagName{"INSERT", "insert"},
    FlagName{"DELETE", "delete"},
    FlagName{"NOT_KEY", "not_key"},
    FlagName{"INCOMPLETE", "incomplete"},
    FlagName{"VARIABLE_FLAGS", "variable_flags"},
};

}  // namespace

std::span<const KeySpec> key_specs(const Command& command)
{
    std::size_t count = 0;
    while (count < command.keys.size() && command.keys[count].begin != KeySpec::Begin::None)
        ++count;
    return {command.keys.data(), count};
}

bool has_keys(const Command& command)
{
    const auto specs = key_specs(command);
    return std::any_of(specs.begin(), specs.end(),
                       [](const KeySpec& spec) { return !has_flag(spec.flags, "NOT_KEY"); });
}

KeyRange key_range(const Command& command) { return reduce(key_specs(command)).range; }

bool has_movable_keys(const Command& command)
{
    return command.has(kMovableKeys) || reduce(key_specs(command)).movable;
}

std::optional<std::vector<FoundKey>> find_keys(const Command& command,
                                               std::span<const std::string_view> request)
{
    std::vector<FoundKey> found;
    for (const KeySpec& spec : key_specs(command)) {
        if (has_flag(spec.flags, "NOT_KEY")) continue;
        if (!add_keys(spec, request, found)) return std::nullopt;
        if (!found.empty()) settle_flags(command, request, found.back());
    }
    return found;
}

void find_all_keys(const Command& command, std::span<const std::string_view> request,
                   std::vector<FoundKey>& found)
{
    const std::size_t before = found.size();
    for (const KeySpec& spec : key_specs(command)) {
        if (has_flag(spec.flags, "NOT_KEY")) continue;
        if (!add_all_keys(spec, request, found)) return found.resize(before);
        if (found.size() > before) settle_flags(command, request, found.back());
    }
}

std::vector<std::string_view> key_flag_names(std::string_view flags)
{
    std::vector<std::string_view> names;
    for (const FlagName& name : kFlagNames) {
        if (has_flag(flags, name.flag)) names.push_back(name.printed);
    }
    return names;
}

}  // namespace server
