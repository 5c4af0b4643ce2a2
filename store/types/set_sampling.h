#pragma once

#include <cstddef>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "store/random.h"
#include "store/types/set.h"

/// Several members of a set by chance.
namespace store {

/// Calls visit(member) for `count` different members; each choice has the same chance.
/// REQUIRES: count <= size.
template <class Visit>
void sample(const Set& set, std::size_t count, Random& random, Visit&& visit)
{
    if (set.encoding() == Set::Encoding::Table && count < set.size() / 3) {
        // Few of many: draw, and draw again what came before. Members of a table stay where they
        // are, so that an address names one.
        std::unordered_set<const char*> drawn;
        while (drawn.size() < count) {
            set.random(random, [&](std::string_view member) {
                if (drawn.insert(member.data()).second) visit(member);
            });
        }
        return;
    }
    std::size_t wanted = count;
    std::size_t left = set.size();
    set.for_each([&](std::string_view member) {
        if (wanted > 0 && random.below(left) < wanted) {
            --wanted;
            visit(member);
        }
        --left;
    });
}

/// Removes members by chance until `kept` are left and calls visit(member) for the removed ones.
/// What is kept may change its form, as in Redis. REQUIRES: count <= size.
template <class Visit>
void take_all_but(Set& set, std::size_t kept, Random& random, const Set::Limits& limits,
                  Visit&& visit)
{
    const bool ints = set.encoding() == Set::Encoding::IntSet;
    Set remains{ints ? Set::Encoding::IntSet : Set::Encoding::Packed};
    sample(set, kept, random, [&](std::string_view member) { remains.add(member, limits); });
    remains.for_each([&](std::string_view member) { set.erase(member); });
    set.for_each(visit);
    set = std::move(remains);
}

}  // namespace store
