#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <variant>

#include "store/types/hash.h"
#include "store/types/list.h"
#include "store/types/set.h"
#include "store/types/sorted_set.h"
#include "store/types/string.h"
#include "store/types/traits.h"

namespace store {

template <class... Ts>
struct TypeList
{
    using Variant = std::variant<Ts...>;
};

/// The types a key can hold, declared once: all that depends on the type is computed from this list
/// and from the types' traits (store/types/traits.h).
using KeyTypes = TypeList<String, Set, SortedSet, Hash, List>;

/// A value of any of them.
using AnyValue = KeyTypes::Variant;

/// The type of a key's value: a place in the list, see kTypeOf. No others exist.
enum class Type : std::uint8_t {};

namespace detail {

template <class T, class... Ts>
consteval Type place_of(TypeList<Ts...>)
{
    static_assert((std::is_same_v<T, Ts> || ...), "no type of a key: see KeyTypes");
    static_assert((KeyType<Ts> && ...), "every type of a key has what KeyType asks for");
    std::uint8_t place = 0;
    bool found = false;
    (((found = found || std::is_same_v<T, Ts>), place += found ? 0 : 1), ...);
    return Type{place};
}

template <class... Ts, class Act>
constexpr bool any_type(TypeList<Ts...>, Act& act)
{
    return (act.template operator()<Ts>() || ...);
}

}  // namespace detail

template <class T>
inline constexpr Type kTypeOf = detail::place_of<T>(KeyTypes{});

/// Calls `act.template operator()<T>()` with each class in order until it returns true.
template <class Act>
constexpr bool any_type(Act&& act)
{
    return detail::any_type(KeyTypes{}, act);
}

/// Calls `act.template operator()<T>()` with the class of this type. No table, no virtual call: a
/// few comparisons that the compiler may make a switch.
template <class Act>
constexpr void with_type(Type type, Act&& act)
{
    any_type([&]<class T>() {
        if (type != kTypeOf<T>) return false;
        act.template operator()<T>();
        return true;
    });
}

/// The name of a type, as TYPE answers it and SCAN's TYPE takes it.
constexpr std::string_view type_name(Type type)
{
    std::string_view name;
    with_type(type, [&]<class T>() { name = TypeTraits<T>::kName; });
    return name;
}

}  // namespace store
