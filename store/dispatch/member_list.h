#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/hashing.h"

namespace store {

/// Members in the order in which they were added, kept as the text that a record holds: netstrings
/// ("9:driver:D4,"). Adding one costs its own bytes, however many there are.
class MemberList
{
public:
    MemberList() = default;
    MemberList(std::initializer_list<std::string_view> members)
    {
        for (const auto member : members) add(member);
    }

    /// Nothing if the text is malformed.
    static std::optional<MemberList> parse(std::string_view text);

    void add(std::string_view member);

    std::string_view text() const { return text_; }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

    /// Calls visit(std::string_view) for each; the views are valid until the list changes.
    template <class Visit>
    void for_each(Visit&& visit) const
    {
        std::string_view rest = text_;
        while (!rest.empty()) visit(*take(rest));
    }

    bool operator==(const MemberList& other) const { return text_ == other.text_; }

private:
    static std::optional<std::string_view> take(std::string_view& rest);

    std::string text_;
    std::size_t size_ = 0;
};

/// Members that are asked for often: a hash table of views, which must outlive it.
class MemberSet
{
public:
    void add(const MemberList& list)
    {
        list.for_each([this](std::string_view member) { add(member); });
    }
    void add(const std::vector<std::string>& members)
    {
        for (const auto& member : members) add(member);
    }
    void add(std::string_view member);

    bool contains(std::string_view member) const
    {
        return size_ != 0 && contains(member, hash_bytes(member));
    }
    /// The same with the member's hash_bytes().
    bool contains(std::string_view member, std::uint64_t hash) const
    {
        return size_ != 0 && slots_[slot_of(member, hash)].data() != nullptr;
    }

private:
    std::size_t slot_of(std::string_view member, std::uint64_t hash) const;
    void grow();

    std::vector<std::string_view> slots_;  ///< open addressing; a power of two, at most half full
    std::size_t size_ = 0;
};

}  // namespace store
