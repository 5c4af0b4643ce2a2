#include "store/structures/scored_member.h"

#include <new>

namespace store {

ScoredMember* ScoredMember::make(std::string_view member, double score)
{
    const bool is_long = member.size() >= kLongLength;
    const std::size_t prefix = is_long ? 1 + sizeof(std::uint64_t) : 1;
    char* memory =
        static_cast<char*>(::operator new(sizeof(ScoredMember) + prefix + member.size()));

    char* length = memory + sizeof(ScoredMember);
    *length = static_cast<char>(is_long ? kLongLength : member.size());
    if (is_long) {
        const std::uint64_t long_length = member.size();
        std::memcpy(length + 1, &long_length, sizeof(long_length));
    }
    if (!member.empty()) std::memcpy(length + prefix, member.data(), member.size());
    return new (memory) ScoredMember(score);
}

void ScoredMember::destroy(ScoredMember* member) { ::operator delete(member); }

}  // namespace store
