#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>

#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/key/sort_lookup.h"
#include "server/commands/key/sort_options.h"
#include "server/commands/list/list_limits.h"
#include "server/execution/call.h"
#include "server/execution/permission.h"

namespace server::commands {

namespace {

enum class Storing : bool { Refused, Allowed };

/// An element and what it is sorted by.
struct Sorted
{
    std::string text;
    double score = 0;
    std::optional<std::string_view> weight;  ///< ALPHA with BY
};

using Elements = std::vector<Sorted>;

/// Calls `add(std::string_view)` for each element of what can be sorted.
template <class Value, class Add>
void for_each_sortable(const Value& value, Add&& add)
{
    if constexpr (std::is_same_v<Value, store::List> || std::is_same_v<Value, store::Set>) {
        value.for_each(add);
    } else if constexpr (std::is_same_v<Value, store::SortedSet>) {
        for (const auto& item : value) add(item.member);
    } else {
        throw CommandError{text::kWrongType};
    }
}

/// The elements of a value as they come. Lists and sorted sets come in their order.
Elements elements_of(const store::Entry& entry)
{
    Elements elements;
    const auto add = [&](std::string_view text) {
        elements.push_back({.text = std::string{text}});
    };
    entry.visit([&](const auto& value) { for_each_sortable(value, add); });
    return elements;
}

/// A weight as a number, read as strtod does: what stands behind a NUL is not looked at.
double score_of(std::string_view text)
{
    const std::string terminated{text};
    char* end = nullptr;
    errno = 0;
    const double score = std::strtod(terminated.c_str(), &end);
    if (*end != '\0' || errno == ERANGE || std::isnan(score))
        throw CommandError{"ERR One or more scores can't be converted into double"};
    return score;
}

/// Looks up what each element is sorted by, if that is not the element's text itself. A missing
/// weight is 0, or before all texts.
void weigh(store::Keyspace& keys, Elements& elements, const SortOptions& options)
{
    std::optional<SortPattern> by;
    if (options.by) by.emplace(*options.by);
    for (Sorted& element : elements) {
        std::optional<std::string_view> weight = element.text;
        if (by) weight = by->look_up(keys, element.text);
        if (options.alphabetical) {
            if (by) element.weight = weight;
        } else if (weight) {
            element.score = score_of(*weight);
        }
    }
}

/// Redis compares with strcoll where it replies, byte by byte where it stores; a server's locale is
/// "C" here, so that they differ behind a NUL only.
int compare_texts(std::string_view left, std::string_view right, bool stored)
{
    if (!stored) {
        left = as_c_string(left);
        right = as_c_string(right);
    }
    return left.compare(right);
}

int compare(const Sorted& left, const Sorted& right, const SortOptions& options)
{
    if (!options.alphabetical) {
        if (left.score != right.score) return left.score < right.score ? -1 : 1;
        return left.text.compare(right.text);
    }
    const bool stored = options.destination.has_value();
    if (!options.by) return compare_texts(left.text, right.text, stored);
    if (!left.weight || !right.weight) {
        return static_cast<int>(left.weight.has_value()) -
               static_cast<int>(right.weight.has_value());
    }
    return compare_texts(*left.weight, *right.weight, stored);
}

void sort_elements(store::Keyspace& keys, Elements& elements, const SortOptions& options)
{
    weigh(keys, elements, options);
    std::stable_sort(elements.begin(), elements.end(), [&](const Sorted& a, const Sorted& b) {
        const int order = compare(a, b, options);
        return options.descending ? order > 0 : order < 0;
    });
}

/// Brings the elements into the order that was asked for. Unsorted elements of a set come in the
/// set's order; those that are stored are sorted nevertheless, so that they are the same again.
void arrange(store::Keyspace& keys, Elements& elements, SortOptions& options, store::Type type)
{
    const bool is_set = type == store::kTypeOf<store::Set>;
    if (options.in_given_order && is_set && options.destination) {
        options.by.reset();
        options.in_given_order = false;
        options.alphabetical = true;
    }
    if (!options.in_given_order) return sort_elements(keys, elements, options);
    if (options.descending && !is_set) std::reverse(elements.begin(), elements.end());
}

/// Calls `visit(std::optional<std::string_view>)` for each element of the result: the elements, or
/// what GET finds for each.
template <class Visit>
void for_each_result(store::Keyspace& keys, const Elements& elements, SortRange range,
                     const SortOptions& options, Visit&& visit)
{
    std::vector<SortPattern> patterns{options.get.begin(), options.get.end()};
    for (std::size_t i = range.first; i < range.end; ++i) {
        if (patterns.empty()) visit(std::optional<std::string_view>{elements[i].text});
        for (SortPattern& pattern : patterns) visit(pattern.look_up(keys, elements[i].text));
    }
}

/// Puts the result in place of whatever the destination held. What GET does not find is empty.
void store_result(Call& call, const Elements& elements, SortRange range, const SortOptions& options)
{
    const store::ListLimit limit = list_limit(call);
    store::List list;
    list.become_row(limit);
    for_each_result(call.keys, elements, range, options, [&](auto result) {
        list.push(store::List::End::Back, result.value_or(std::string_view{}));
    });
    list.become_packed(limit);
    const auto size = static_cast<std::int64_t>(list.size());
    call.keys.put(*options.destination, std::move(list));
    call.reply.integer(size);
}

/// BY and GET read keys that nobody named: only who may read all of them may use them.
void require_right_to_look_up(const Call& call, const SortOptions& options)
{
    const bool by_keys = options.by && options.by->find('*') != options.by->npos;
    if ((!by_keys && options.get.empty()) || may_read_all_keys(call)) return;
    throw CommandError{"ERR {} option of SORT denied due to insufficient ACL permissions.",
                       by_keys ? "BY" : "GET"};
}

template <Storing storing>
void sort_key(Call& call)
{
    const auto key = call.args.next();
    SortOptions options = next_sort_options(call.args, storing == Storing::Allowed);
    require_right_to_look_up(call, options);
    const store::Entry* entry = call.keys.find_entry(key);
    Elements elements;
    if (entry != nullptr) {
        elements = elements_of(*entry);
        arrange(call.keys, elements, options, entry->type());
    }

    const SortRange range = limited_range(options, elements.size());
    if (options.destination) return store_result(call, elements, range, options);
    const std::size_t each = std::max<std::size_t>(1, options.get.size());
    call.reply.array((range.end - range.first) * each);
    for_each_result(call.keys, elements, range, options,
                    [&](auto result) { result ? call.reply.bulk(*result) : call.reply.null(); });
}

constexpr Command kCommands[] = {
    {.name = "SORT",
     .syntax = "key [BY by-pattern:pattern] [LIMIT offset:integer count:integer] [GET "
               "get-pattern:pattern [GET get-pattern:pattern ...]] "
               "[ASC | DESC] [ALPHA] [STORE destination]",
     .summary = "Sorts the elements in a list, a set, or a sorted set, optionally storing the "
                "result.",
     .since = "1.0.0",
     .complexity = "O(N+M*log(M)) where N is the number of elements in the list or set to sort, "
                   "and M the number of returned elements. When the elements are not sorted, "
                   "complexity is O(N).",
     .group = Group::Generic,
     .flags = kWrite | kDenyOom | kMovableKeys | kDangerous | kNotKeyspaceCategory |
              kCollectionCategories,
     .keys = {key_at(1, "RO ACCESS"),
              with_notes(keys_somewhere("", "RO ACCESS"),
                         "For the optional BY/GET keyword. It is marked 'unknown' because the key "
                         "names derive from the content of the key we sort"),
              with_notes(keys_somewhere("STORE", "OW UPDATE"),
                         "For the optional STORE keyword. It is marked 'unknown' because the "
                         "keyword can appear anywhere in the argument array")},
     .event = "sortstore",
     .run = sort_key<Storing::Allowed>},
    {.name = "SORT_RO",
     .syntax = "key [BY by-pattern:pattern] [LIMIT offset:integer count:integer] [GET "
               "get-pattern:pattern [GET get-pattern:pattern ...]] "
               "[ASC | DESC] [ALPHA]",
     .summary = "Returns the sorted elements of a list, a set, or a sorted set.",
     .since = "7.0.0",
     .complexity = "O(N+M*log(M)) where N is the number of elements in the list or set to sort, "
                   "and M the number of returned elements. When the elements are not sorted, "
                   "complexity is O(N).",
     .group = Group::Generic,
     .flags = kReadonly | kMovableKeys | kDangerous | kNotKeyspaceCategory | kCollectionCategories,
     .keys = {key_at(1, "RO ACCESS"),
              with_notes(keys_somewhere("", "RO ACCESS"),
                         "For the optional BY/GET keyword. It is marked 'unknown' because the key "
                         "names derive from the content of the key we sort")},
     .run = sort_key<Storing::Refused>},
};

}  // namespace

std::span<const Command> sort() { return kCommands; }

}  // namespace server::commands
