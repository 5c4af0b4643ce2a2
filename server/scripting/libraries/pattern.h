#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "server/scripting/run.h"

namespace server::scripting {

/// Matches a subject with a pattern of Lua 5.1 (its manual, 5.4.1). Lua's own matcher recurses as
/// deep as the pattern is long and may go on for hours; this one looks at the time, and raises an
/// error instead of going deeper than kMaxDepth.
///
/// All errors are raised in Lua. The texts must outlive the matcher.
class Matcher
{
public:
    /// `pattern` has no leading '^': the caller tries one place or all. It ends at its first NUL.
    Matcher(lua_State* lua, std::string_view subject, std::string_view pattern);

    /// The end of the match that begins at `start`.
    std::optional<std::size_t> match(std::size_t start);

    std::string_view subject() const { return subject_; }

    // Of the last match, from `start` to `end`:

    /// Pushes capture `index` (from 0); the whole match, if there are no captures and it is the
    /// first.
    void push_capture(std::size_t index, std::size_t start, std::size_t end);
    /// Pushes all captures, the whole match if there are none, and returns their number.
    int push_captures(std::size_t start, std::size_t end);
    /// Pushes the captures only.
    int push_captures();

private:
    using Place = std::size_t;  // in the subject or the pattern
    using Match = std::optional<Place>;

    struct Capture
    {
        enum class State { Open, Closed, Position };
        Place start;
        std::size_t size;
        State state;
    };

    /// Matches the pattern from `item` on with the subject from `at` on.
    Match match_rest(Place at, Place item);
    /// One step of it: moves both on, or gives the answer.
    enum class Step { Moved, Failed, Answered };
    Step take_step(Place& at, Place& item, Match& answer);
    Step take_item(Place& at, Place& item, Match& answer);
    Step move_to(const Match& match, Place next_item, Place& at, Place& item) const;
    Match open_capture(Place at, Place item, Capture::State state);
    Match close_capture(Place at, Place item);
    Match longest_first(Place at, Place item, Place item_end);
    Match shortest_first(Place at, Place item, Place item_end);
    Match balanced(Place at, Place item);
    bool is_frontier(Place at, Place set, Place set_end) const;
    Match same_as_capture(Place at, char digit) const;

    Place end_of_item(Place item) const;
    bool item_fits(Place at, Place item, Place item_end) const;
    bool in_set(unsigned char c, Place set, Place set_end) const;
    char pattern_at(Place item) const { return item < pattern_.size() ? pattern_[item] : '\0'; }

    static constexpr std::size_t kMaxCaptures = 32;
    static constexpr int kMaxDepth = 2000;

    lua_State* lua_;
    std::string_view subject_;
    std::string_view pattern_;
    std::array<Capture, kMaxCaptures> captures_;
    std::size_t capture_count_ = 0;
    int depth_ = 0;
    Pace pace_;
};

}  // namespace server::scripting
