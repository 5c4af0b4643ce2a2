#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace store {

/// A member of a sorted set with its score: one allocation that holds the score, the length and the
/// bytes, 9 bytes more than the member's own (17 more from 255 bytes on). Never moves.
class ScoredMember
{
public:
    static ScoredMember* make(std::string_view member, double score);
    static void destroy(ScoredMember* member);

    struct Destroy
    {
        void operator()(ScoredMember* member) const { destroy(member); }
    };

    double score() const { return score_; }
    void set_score(double score) { score_ = score; }

    std::string_view key() const
    {
        const char* after_score = reinterpret_cast<const char*>(this) + sizeof(score_);
        const auto length = static_cast<unsigned char>(*after_score);
        if (length != kLongLength) return {after_score + 1, length};
        std::uint64_t long_length;
        std::memcpy(&long_length, after_score + 1, sizeof(long_length));
        return {after_score + 1 + sizeof(long_length), long_length};
    }

private:
    /// A length byte of this value says that the true length follows it, in 8 bytes.
    static constexpr unsigned char kLongLength = 255;

    explicit ScoredMember(double score) : score_(score) {}

    double score_;  // the length and the bytes follow, beyond the object
};

using OwnedScoredMember = std::unique_ptr<ScoredMember, ScoredMember::Destroy>;

}  // namespace store
