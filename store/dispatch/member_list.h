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
        visit_all(text_, visit);
    }

    /// The same for those behind the members of another list. REQUIRES: this one begins with them.
    template <class Visit>
    void for_each_behind(const MemberList& first, Visit&& visit) const
    {
        visit_all(std::string_view{text_}.substr(first.text_.size()), visit);
    }

    bool operator==(const MemberList& other) const { return text_ == other.text_; }

private:
    static std::optional<std::string_view> take(std::string_view& rest);

    template <class Visit>
    static void visit_all(std::string_view text, Visit& visit)
    {
        while (!text.empty()) visit(*take(text));
    }

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
