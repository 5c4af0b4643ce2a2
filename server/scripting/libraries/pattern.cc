#include "server/scripting/libraries/pattern.h"

#include <algorithm>
#include <cctype>

namespace server::scripting {

namespace {

/// Whether c is of the class that a letter names: %a, %d; a capital is all others.
bool in_class(unsigned char c, char letter)
{
    bool is_in = false;
    switch (std::tolower(static_cast<unsigned char>(letter))) {
        case 'a': is_in = std::isalpha(c) != 0; break;
        case 'c': is_in = std::iscntrl(c) != 0; break;
        case 'd': is_in = std::isdigit(c) != 0; break;
        case 'l': is_in = std::islower(c) != 0; break;
        case 'p': is_in = std::ispunct(c) != 0; break;
        case 's': is_in = std::isspace(c) != 0; break;
        case 'u': is_in = std::isupper(c) != 0; break;
        case 'w': is_in = std::isalnum(c) != 0; break;
        case 'x': is_in = std::isxdigit(c) != 0; break;
        case 'z': is_in = c == 0; break;
        default: return c == static_cast<unsigned char>(letter);
    }
    return is_in == (std::islower(static_cast<unsigned char>(letter)) != 0);
}

}  // namespace

Matcher::Matcher(lua_State* lua, std::string_view subject, std::string_view pattern)
    : lua_(lua), subject_(subject), pattern_(pattern.substr(0, pattern.find('\0'))), pace_(lua)
{}

std::optional<std::size_t> Matcher::match(std::size_t start)
{
    capture_count_ = 0;
    depth_ = 0;
    return match_rest(start, 0);
}

Matcher::Match Matcher::match_rest(Place at, Place item)
{
    if (++depth_ > kMaxDepth) luaL_error(lua_, "pattern too complex");
    Match answer;
    while (item < pattern_.size()) {
        const Step result = take_step(at, item, answer);
        if (result == Step::Moved) continue;
        --depth_;
        return result == Step::Answered ? answer : std::nullopt;
    }
    --depth_;
    return at;
}

Matcher::Step Matcher::move_to(const Match& match, Place next_item, Place& at, Place& item) const
{
    if (!match) return Step::Failed;
    at = *match;
    item = next_item;
    return Step::Moved;
}

Matcher::Step Matcher::take_step(Place& at, Place& item, Match& answer)
{
    pace_.step();
    const char next = pattern_at(item + 1);
    switch (pattern_[item]) {
        case '(':
            answer = next == ')' ? open_capture(at, item + 2, Capture::State::Position)
                                 : open_capture(at, item + 1, Capture::State::Open);
            return Step::Answered;
        case ')': answer = close_capture(at, item + 1); return Step::Answered;
        case '$':
            if (item + 1 < pattern_.size()) break;
            return move_to(at == subject_.size() ? Match{at} : std::nullopt, item + 1, at, item);
        case '%':
            if (next == 'b') return move_to(balanced(at, item + 2), item + 4, at, item);
            if (next == 'f') {
                if (pattern_at(item + 2) != '[')
                    luaL_error(lua_, "missing '[' after '%%f' in pattern");
                const Place end = end_of_item(item + 2);
                return move_to(is_frontier(at, item + 2, end) ? Match{at} : std::nullopt, end, at,
                               item);
            }
            if (std::isdigit(static_cast<unsigned char>(next)) != 0)
                return move_to(same_as_capture(at, next), item + 2, at, item);
            break;
        default: break;
    }
    return take_item(at, item, answer);
}

/// A character, class or set, and how often it may stand there.
Matcher::Step Matcher::take_item(Place& at, Place& item, Match& answer)
{
    const Place end = end_of_item(item);
    switch (pattern_at(end)) {
        case '?':
            if (item_fits(at, item, end)) answer = match_rest(at + 1, end + 1);
            if (answer) return Step::Answered;
            return move_to(at, end + 1, at, item);
        case '*': answer = longest_first(at, item, end); return Step::Answered;
        case '-': answer = shortest_first(at, item, end); return Step::Answered;
        case '+':
            if (!item_fits(at, item, end)) return Step::Failed;
            answer = longest_first(at + 1, item, end);
            return Step::Answered;
        default:
            return move_to(item_fits(at, item, end) ? Match{at + 1} : std::nullopt, end, at, item);
    }
}

Matcher::Match Matcher::longest_first(Place at, Place item, Place item_end)
{
    Place last = at;
    for (; item_fits(last, item, item_end); ++last) pace_.step();
    for (;; --last) {
        if (const Match rest = match_rest(last, item_end + 1)) return rest;
        if (last == at) return std::nullopt;
    }
}

Matcher::Match Matcher::shortest_first(Place at, Place item, Place item_end)
{
    for (;; ++at) {
        if (const Match rest = match_rest(at, item_end + 1)) return rest;
        if (!item_fits(at, item, item_end)) return std::nullopt;
    }
}

Matcher::Match Matcher::open_capture(Place at, Place item, Capture::State state)
{
    if (capture_count_ == kMaxCaptures) luaL_error(lua_, "too many captures");
    const std::size_t count = capture_count_;
    captures_[capture_count_++] = {.start = at, .size = 0, .state = state};
    const Match rest = match_rest(at, item);
    if (!rest) capture_count_ = count;
    return rest;
}

Matcher::Match Matcher::close_capture(Place at, Place item)
{
    std::size_t index = capture_count_;
    while (index > 0 && captures_[index - 1].state != Capture::State::Open) --index;
    if (index == 0) luaL_error(lua_, "invalid pattern capture");
    Capture& capture = captures_[index - 1];
    capture.state = Capture::State::Closed;
    capture.size = at - capture.start;
    const Match rest = match_rest(at, item);
    if (!rest) capture.state = Capture::State::Open;
    return rest;
}

/// %bxy: from an x to the y that closes it.
Matcher::Match Matcher::balanced(Place at, Place item)
{
    if (item + 2 > pattern_.size()) luaL_error(lua_, "unbalanced pattern");
    const char opens = pattern_[item];
    const char closes = pattern_[item + 1];
    if (at == subject_.size() || subject_[at] != opens) return std::nullopt;
    std::size_t open = 1;
    for (Place place = at + 1; place < subject_.size(); ++place) {
        pace_.step();
        if (subject_[place] == closes) {
            if (--open == 0) return place + 1;
        } else if (subject_[place] == opens) {
            ++open;
        }
    }
    return std::nullopt;
}

/// %f[set]: the character before is not in the set, the one here is. Beyond both ends are NULs.
bool Matcher::is_frontier(Place at, Place set, Place set_end) const
{
    const char before = at == 0 ? '\0' : subject_[at - 1];
    const char here = at == subject_.size() ? '\0' : subject_[at];
    return !in_set(static_cast<unsigned char>(before), set, set_end) &&
           in_set(static_cast<unsigned char>(here), set, set_end);
}

/// %1 to %9: the same text again.
Matcher::Match Matcher::same_as_capture(Place at, char digit) const
{
    const auto index = static_cast<std::size_t>(digit - '1');
    if (digit == '0' || index >= capture_count_ || captures_[index].state == Capture::State::Open)
        luaL_error(lua_, "invalid capture index");
    const Capture& capture = captures_[index];
    if (capture.state == Capture::State::Position) return std::nullopt;
    const std::string_view text = subject_.substr(capture.start, capture.size);
    if (!subject_.substr(at).starts_with(text)) return std::nullopt;
    return at + text.size();
}

/// Where the character, class or set that begins at `item` ends.
Matcher::Place Matcher::end_of_item(Place item) const
{
    const char first = pattern_[item++];
    if (first == '%') {
        if (item == pattern_.size()) luaL_error(lua_, "malformed pattern (ends with '%%')");
        return item + 1;
    }
    if (first != '[') return item;
    if (pattern_at(item) == '^') ++item;
    // A bracket that comes first is one of the set.
    do {
        if (item == pattern_.size()) luaL_error(lua_, "malformed pattern (missing ']')");
        if (pattern_[item++] == '%' && item < pattern_.size()) ++item;
    } while (pattern_at(item) != ']');
    return item + 1;
}

bool Matcher::item_fits(Place at, Place item, Place item_end) const
{
    if (at >= subject_.size()) return false;
    const auto c = static_cast<unsigned char>(subject_[at]);
    switch (pattern_[item]) {
        case '.': return true;
        case '%': return in_class(c, pattern_[item + 1]);
        case '[': return in_set(c, item, item_end);
        default: return static_cast<unsigned char>(pattern_[item]) == c;
    }
}

bool Matcher::in_set(unsigned char c, Place set, Place set_end) const
{
    const Place bracket = set_end - 1;
    Place place = set + 1;
    const bool is_inverted = pattern_[place] == '^';
    if (is_inverted) ++place;
    while (place < bracket) {
        const auto from = static_cast<unsigned char>(pattern_[place]);
        if (from == '%') {
            if (in_class(c, pattern_at(place + 1))) return !is_inverted;
            place += 2;
        } else if (pattern_at(place + 1) == '-' && place + 2 < bracket) {
            if (from <= c && c <= static_cast<unsigned char>(pattern_[place + 2]))
                return !is_inverted;
            place += 3;
        } else {
            if (from == c) return !is_inverted;
            ++place;
        }
    }
    return is_inverted;
}

void Matcher::push_capture(std::size_t index, std::size_t start, std::size_t end)
{
    if (index >= capture_count_) {
        if (index != 0) luaL_error(lua_, "invalid capture index");
        return push(lua_, subject_.substr(start, end - start));
    }
    const Capture& capture = captures_[index];
    if (capture.state == Capture::State::Open) luaL_error(lua_, "unfinished capture");
    if (capture.state == Capture::State::Position)
        return lua_pushnumber(lua_, static_cast<lua_Number>(capture.start + 1));
    push(lua_, subject_.substr(capture.start, capture.size));
}

int Matcher::push_captures(std::size_t start, std::size_t end)
{
    const std::size_t count = std::max<std::size_t>(capture_count_, 1);
    luaL_checkstack(lua_, static_cast<int>(count), "too many captures");
    for (std::size_t i = 0; i < count; ++i) push_capture(i, start, end);
    return static_cast<int>(count);
}

int Matcher::push_captures() { return capture_count_ == 0 ? 0 : push_captures(0, 0); }

}  // namespace server::scripting
