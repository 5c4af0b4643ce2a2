#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/types/traits.h"

namespace store {

/// A toy: strings in a pile, of which only the top can be reached. See server/ADDING.md.
class Stack
{
public:
    std::size_t size() const { return elements_.size(); }
    bool empty() const { return elements_.empty(); }

    void push(std::string_view element) { elements_.emplace_back(element); }

    /// REQUIRES not empty, here and below.
    std::string_view top() const { return elements_.back(); }
    void pop() { elements_.pop_back(); }

    /// Calls visit(std::string_view element) for each, from the bottom to the top.
    template <class Visit>
    void for_each(Visit&& visit) const
    {
        for (const std::string& element : elements_) visit(std::string_view{element});
    }

    // What the keyspace asks of every type (KeyType in store/types/traits.h).

    Stack clone() const { return *this; }

    std::size_t memory_bytes() const
    {
        std::size_t bytes = elements_.capacity() * sizeof(std::string);
        for_each([&](std::string_view element) { bytes += element.size(); });
        return bytes;
    }

    void prefetch(std::uint64_t) const {}
    void prefetch_member(std::uint64_t) const {}

    std::size_t free_some(std::size_t most)
    {
        const std::size_t freed = std::min(most, size());
        elements_.resize(size() - freed);
        return freed;
    }

private:
    std::vector<std::string> elements_;
};

template <>
struct TypeTraits<Stack>
{
    static constexpr std::string_view kName = "stack";
    static constexpr char kEventClass = 't';
    static constexpr bool kIsContainer = true;
    static constexpr std::array<std::uint8_t, 1> kSnapshotTags = {200};

    static std::string_view encoding(const Stack&) { return "pile"; }
    static void write(snapshot::ByteWriter& out, const Stack& stack);
    static Stack read(snapshot::ByteReader& reader, std::uint8_t tag,
                      const snapshot::ReadLimits& limits);
};

}  // namespace store
