#include "store/dispatch/member_list.h"

#include <algorithm>
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
    constexpr std::size_t kMaxDigits = 10;  // more than a value may be long
    std::size_t size = 0, colon = 0;
    const std::size_t max_digits = std::min(kMaxDigits, rest.size());
    for (; colon < max_digits && rest[colon] >= '0' && rest[colon] <= '9'; ++colon)
        size = 10 * size + static_cast<std::size_t>(rest[colon] - '0');
    const bool has_leading_zero = rest[0] == '0' && colon != 1;
    if (colon == 0 || has_leading_zero || colon == rest.size() || rest[colon] != ':')
        return std::nullopt;
    const std::size_t begin = colon + 1;
    if (size >= rest.size() - begin || rest[begin + size] != ',') return std::nullopt;
    const std::string_view member = rest.substr(begin, size);
    rest.remove_prefix(begin + size + 1);
    return member;
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
