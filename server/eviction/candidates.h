#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace server {

/// The best keys to evict that samples have found: a few, remembered from one eviction to the next,
/// so that small samples come close to the order of all keys.
class Candidates
{
public:
    struct Candidate
    {
        std::uint64_t score;  ///< the highest goes first
        int database;
        std::string key;
    };

    static constexpr std::size_t kMax = 16;

    /// Remembers the key, in place of the worst if there are too many.
    void consider(std::uint64_t score, int database, std::string_view key);

    /// Takes out the best, nothing if there is none. Its key may be gone by now, or used.
    std::optional<Candidate> take_best();

    void clear() { by_score_.clear(); }

private:
    std::vector<Candidate> by_score_;  ///< the best last
};

}  // namespace server
