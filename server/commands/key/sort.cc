#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>

#include "ascii/integer.h"
#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/key/sort_lookup.h"
#include "server/commands/key/sort_options.h"
#include "server/commands/value_limits.h"
#include "server/execution/call.h"
#include "server/execution/permission.h"
#include "server/server.h"
#include "store/number.h"
#include "store/structures/prefetch.h"

namespace server::commands {

namespace {

enum class Storing : bool { Refused, Allowed };

/// An element and the text that it is sorted by.
struct Element
{
    std::string text;
    std::optional<std::string_view> weight;  ///< ALPHA with BY
};

using Elements = std::vector<Element>;

/// An element's place in the order. The score lies here, so that comparing reads no element unless
/// two scores are equal.
struct Rank
{
    std::size_t element;
    double score = 0;
};

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
    entry.visit([&]<class Value>(const Value& value) {
        if constexpr (store::kIsContainer<Value>) elements.reserve(value.size());
        for_each_sortable(value, add);
    });
    return elements;
}

/// A weight as a number, read as strtod does: what stands behind a NUL is not looked at.
double score_of(const Dialect& dialect, std::string_view text)
{
    if (const auto integer = ascii::parse_integer(text)) return static_cast<double>(*integer);
    const std::string terminated{text};
    char* end = nullptr;
    errno = 0;
    const double score = std::strtod(terminated.c_str(), &end);
    const bool is_refused =
        (dialect.has(Difference::PlainBounds) && !store::is_plain_number(as_c_string(text))) ||
        (dialect.has(Difference::NoEmptyWeights) && as_c_string(text).empty()) ||
        (errno == ERANGE && !dialect.has(Difference::WideWeights));
    if (*end != '\0' || std::isnan(score) || is_refused)
        throw CommandError{"ERR One or more scores can't be converted into double"};
    return score;
}

/// Looks up what each element is sorted by, if that is not the element's text itself. A missing
/// weight is 0, or before all texts.
std::vector<Rank> weigh(Call& call, Elements& elements, const SortOptions& options)
{
    std::optional<SortPattern> by;
    if (options.by) by.emplace(*options.by);
    std::vector<Rank> ranks;
    ranks.reserve(elements.size());
    for (Element& element : elements) {
        Rank& rank = ranks.emplace_back(Rank{.element = ranks.size()});
        std::optional<std::string_view> weight = element.text;
        if (by) weight = by->look_up(call.keys, element.text);
        if (options.alphabetical) {
            if (by) element.weight = weight;
        } else if (weight) {
            rank.score = score_of(call.server.dialect, *weight);
        }
    }
    return ranks;
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

int compare_alphabetically(const Element& left, const Element& right, const SortOptions& options)
{
    const bool stored = options.destination.has_value();
    if (!options.by) return compare_texts(left.text, right.text, stored);
    if (!left.weight || !right.weight) {
        return static_cast<int>(left.weight.has_value()) -
               static_cast<int>(right.weight.has_value());
    }
    return compare_texts(*left.weight, *right.weight, stored);
}

/// Elements in the order that was asked for, and only those that are in the range.
using Result = std::vector<const Element*>;

Result sort_elements(Call& call, Elements& elements, SortRange range, const SortOptions& options)
{
    auto ranks = weigh(call, elements, options);
    const auto compare = [&](const Rank& left, const Rank& right) {
        if (left.score != right.score) return left.score < right.score ? -1 : 1;
        const Element& a = elements[left.element];
        const Element& b = elements[right.element];
        return options.alphabetical ? compare_alphabetically(a, b, options)
                                    : a.text.compare(b.text);
    };
    const auto is_before = [&](const Rank& left, const Rank& right) {
        const int order = compare(left, right);
        if (order == 0) return left.element < right.element;
        return options.descending ? order > 0 : order < 0;
    };
    const auto end = ranks.begin() + static_cast<std::ptrdiff_t>(range.end);
    if (end != ranks.end()) std::nth_element(ranks.begin(), end, ranks.end(), is_before);
    std::sort(ranks.begin(), end, is_before);

    Result result;
    result.reserve(range.end - range.first);
    for (std::size_t i = range.first; i < range.end; ++i)
        result.push_back(&elements[ranks[i].element]);
    return result;
}

/// Unsorted elements of a set come in the set's order; those that are stored are sorted
/// nevertheless, so that they are the same again.
Result arrange(Call& call, Elements& elements, SortOptions& options, store::Type type)
{
    const SortRange range = limited_range(options, elements.size());
    const bool is_set = type == store::kTypeOf<store::Set>;
    if (options.in_given_order && is_set && options.destination) {
        options.by.reset();
        options.in_given_order = false;
        options.alphabetical = true;
    }
    if (!options.in_given_order) return sort_elements(call, elements, range, options);
    if (options.descending && !is_set) std::reverse(elements.begin(), elements.end());
    Result result;
    for (std::size_t i = range.first; i < range.end; ++i) result.push_back(&elements[i]);
    return result;
}

/// Calls `visit(std::optional<std::string_view>)` for each element of the result: the elements, or
/// what GET finds for each.
template <class Visit>
void for_each_reply(store::Keyspace& keys, const Result& result, const SortOptions& options,
                    Visit&& visit)
{
    std::vector<SortPattern> patterns{options.get.begin(), options.get.end()};
    constexpr std::size_t kAhead = 8;  // elements lie where chance has put them
    for (std::size_t i = 0; i < result.size(); ++i) {
        if (i + kAhead < result.size()) store::prefetch(result[i + kAhead]);
        const Element* const element = result[i];
        if (patterns.empty()) visit(std::optional<std::string_view>{element->text});
        for (SortPattern& pattern : patterns) visit(pattern.look_up(keys, element->text));
    }
}

/// Puts the result in place of whatever the destination held. What GET does not find is empty.
void store_result(Call& call, const Result& result, const SortOptions& options)
{
    const store::ListLimit limit = list_limit(call);
    store::List list;
    list.become_row(limit);
    for_each_reply(call.keys, result, options, [&](auto text) {
        list.push(store::List::End::Back, text.value_or(std::string_view{}));
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

/// That it is no listpack any more is all that can be seen of it.
void make_skiplist(Call& call, std::string_view key, const store::Entry& entry)
{
    if (entry.type() != store::kTypeOf<store::SortedSet>) return;
    constexpr std::size_t kMoreThanCompact = std::numeric_limits<std::size_t>::max();
    call.keys.edit_existing<store::SortedSet>(key)->expect({}, kMoreThanCompact, {});
}

template <Storing storing>
void sort_key(Call& call)
{
    const auto key = call.args.next();
    SortOptions options = next_sort_options(call.args, storing == Storing::Allowed);
    require_right_to_look_up(call, options);
    const store::Entry* entry = call.keys.find_entry(key);
    Elements elements;
    Result result;
    if (entry != nullptr) {
        if (call.server.dialect.has(Difference::SkiplistSort)) make_skiplist(call, key, *entry);
        elements = elements_of(*entry);
        result = arrange(call, elements, options, entry->type());
    }

    if (options.destination) return store_result(call, result, options);
    const std::size_t each = std::max<std::size_t>(1, options.get.size());
    call.reply.array(result.size() * each);
    for_each_reply(call.keys, result, options,
                   [&](auto text) { text ? call.reply.bulk(*text) : call.reply.null(); });
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
