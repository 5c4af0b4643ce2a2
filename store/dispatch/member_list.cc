#include "store/dispatch/member_list.h"

#include <charconv>
#include <utility>

#include "ascii/integer.h"

namespace store {

std::optional<MemberList> MemberList::parse(std::string_view text)
{
    MemberList list;
    list.text_ = text;
    std::string_view rest = list.text_;
    for (; !rest.empty(); ++list.size_)
        if (!take(rest)) return std::nullopt;
    return list;
}

void MemberList::add(std::string_view member)
{
    text_.append(ascii::IntegerText{member.size()}).append(1, ':').append(member).append(1, ',');
    ++size_;
}

/// Takes the first member off the text; nothing if it does not begin with one.
std::optional<std::string_view> MemberList::take(std::string_view& rest)
{
    std::size_t size = 0;
    const char* const end = rest.data() + rest.size();
    const auto [colon, error] = std::from_chars(rest.data(), end, size);
    const bool has_leading_zero = rest[0] == '0' && colon != rest.data() + 1;
    if (error != std::errc{} || has_leading_zero || colon == end || *colon != ':')
        return std::nullopt;
    const char* const begin = colon + 1;
    const auto left = static_cast<std::size_t>(end - begin);
    if (size >= left || begin[size] != ',') return std::nullopt;
    rest = {begin + size + 1, left - size - 1};
    return std::string_view{begin, size};
}

void MemberSet::add(std::string_view member)
{
    // An empty view may have no address, which here means an empty slot.
    if (member.data() == nullptr) member = "";
    if (2 * (size_ + 1) > slots_.size()) grow();
    std::string_view& slot = slots_[slot_of(member, hash_bytes(member))];
    if (slot.data() != nullptr) return;
    slot = member;
    ++size_;
}

/// Where the member is, or belongs.
std::size_t MemberSet::slot_of(std::string_view member, std::uint64_t hash) const
{
    std::size_t slot = hash & (slots_.size() - 1);
    while (slots_[slot].data() != nullptr && slots_[slot] != member)
        slot = (slot + 1) & (slots_.size() - 1);
    return slot;
}

void MemberSet::grow()
{
    constexpr std::size_t kMinSlots = 16;
    std::vector<std::string_view> old = std::exchange(slots_, {});
    slots_.resize(old.empty() ? kMinSlots : 2 * old.size());
    for (const auto member : old)
        if (member.data() != nullptr) slots_[slot_of(member, hash_bytes(member))] = member;
}

}  // namespace store
