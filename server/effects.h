#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/execution/invocation.h"
#include "store/clock.h"
#include "store/key_event.h"

namespace server {

class Databases;
class KeyEvents;

/// The stream of effects: requests that, run in their order, make the same data again, whenever
/// that is. What Redis writes to its append-only file.
///
/// A command that has changed something is its own effect, as it was sent, unless it says
/// otherwise: one whose result depends on time or chance says what it did (Call::log_as), or that
/// what counts is what became of its keys (Call::log_keys). One that ran other commands is those.
/// Keys that went by themselves are deleted; what ASSIGN's rules did is told by keys.
///
/// What belongs together, a Moment, is one request or a transaction.
class Effects final : public store::Observer
{
public:
    /// All must outlive it.
    Effects(KeyEvents& key_events, Databases& databases, const store::Clock& clock)
        : key_events_(key_events), databases_(databases), clock_(clock)
    {}

    /// Whether anybody wants them. If not, it costs a look at this.
    bool on() const { return on_; }
    /// Begins, and says again what has to be said once in a file: a database's number.
    void begin();
    void end();

    class Moment;
    class Command;
    class OfKeys;

    /// What the running command has done, instead of itself; may be called more than once.
    void log_as(std::span<const std::string_view> words);
    void log_as(std::initializer_list<std::string_view> words)
    {
        log_as(std::span{words.begin(), words.size()});
    }

    /// What the changes of the running command have made of their keys is logged instead of it. To
    /// be called before any change.
    void log_keys();

    /// Something was changed that is not told here: only a new beginning helps.
    void miss() { missed_ = true; }
    /// Whether that has happened since the last time.
    bool take_missed() { return std::exchange(missed_, false); }

    /// With a line that says the time, whenever that has another second.
    void with_timestamps(bool wanted) { timestamps_ = wanted; }

    /// What was gathered of whole moments.
    std::string_view gathered() const { return std::string_view{gathered_}.substr(0, whole()); }
    void clear_gathered();

    void key_changed(const store::KeyEvent& event, std::int64_t count) noexcept override;
    void member_expired(int database, std::string_view key,
                        std::string_view member) noexcept override;

private:
    static constexpr int kNone = -1;

    /// What happened to a key that is told by what became of it.
    struct Note
    {
        int database;
        std::string key;
        bool whole = false;                                 ///< its value was changed
        bool deadline = false;                              ///< only its deadline, so far
        std::vector<std::pair<bool, std::string>> members;  ///< of a set: was it added, and which
    };

    void log(int database, std::span<const std::string_view> words) noexcept;
    void log(int database, std::initializer_list<std::string_view> words) noexcept
    {
        log(database, std::span{words.begin(), words.size()});
    }
    void append(int database, std::span<const std::string_view> words);
    std::size_t whole() const { return effects_ == 0 ? gathered_.size() : begin_; }
    void begin_moment() { ++depth_; }
    void end_moment() noexcept;

    void take_note(const store::KeyEvent& event);
    void end_notes() noexcept;
    void tell(const Note& note);
    void tell_value(int database, std::string_view key, const store::Entry& entry);

    KeyEvents& key_events_;
    Databases& databases_;
    const store::Clock& clock_;
    bool on_ = false;
    bool missed_ = false;
    bool timestamps_ = false;
    std::int64_t last_timestamp_ = 0;
    int selected_ = kNone;
    std::string gathered_;
    int depth_ = 0;            ///< moments within moments
    std::size_t begin_ = 0;    ///< of the moment's first effect
    std::size_t effects_ = 0;  ///< of the moment
    int watching_ = 0;         ///< log_keys() and OfKeys that hold
    std::vector<Note> notes_;
    Command* running_ = nullptr;
};

/// While it lives, all that happens is one.
class Effects::Moment
{
public:
    explicit Moment(Effects& effects) : effects_(effects), counts_(effects.on_)
    {
        if (counts_) effects_.begin_moment();
    }
    ~Moment()
    {
        if (counts_) effects_.end_moment();
    }
    Moment(const Moment&) = delete;
    Moment& operator=(const Moment&) = delete;

private:
    Effects& effects_;
    const bool counts_;
};

/// A command while it runs, with all that follows from it at once.
class Effects::Command
{
public:
    Command(Effects& effects, int database, Request request)
        : effects_(effects), moment_(effects), counts_(effects.on_)
    {
        if (!counts_) [[likely]]
            return;
        database_ = database;
        request_ = request;
        outer_ = std::exchange(effects.running_, this);
    }
    /// The handler is done: whether it changed anything, and whether the request says all of it: a
    /// command that writes, and that did not fail in the middle.
    void over(bool changed, bool is_whole)
    {
        if (counts_) [[unlikely]]
            end(changed, is_whole);
    }
    Command(const Command&) = delete;
    Command& operator=(const Command&) = delete;

private:
    friend class Effects;
    void end(bool changed, bool is_whole);

    Effects& effects_;
    Moment moment_;
    const bool counts_;
    bool by_keys_ = false;
    bool told_ = false;  ///< something was logged instead
    int database_;
    Request request_;
    Command* outer_;
};

/// While it lives, changes are told by what becomes of the keys.
class Effects::OfKeys
{
public:
    explicit OfKeys(Effects& effects) : effects_(effects), moment_(effects), counts_(effects.on_)
    {
        if (counts_) ++effects_.watching_;
    }
    ~OfKeys()
    {
        if (counts_ && --effects_.watching_ == 0) effects_.end_notes();
    }
    OfKeys(const OfKeys&) = delete;
    OfKeys& operator=(const OfKeys&) = delete;

private:
    Effects& effects_;
    Moment moment_;
    const bool counts_;
};

/// A request as it stands in a file: an array of bulk strings.
void append_request(std::string& out, std::span<const std::string_view> words);

}  // namespace server
