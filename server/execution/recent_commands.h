#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace server {

struct Command;

/// The commands that came last, by the very bytes that named them. Clients and scripts repeat a few
/// names, most of which are found here, without a look at each letter. A name may drive another
/// out.
class RecentCommands
{
public:
    RecentCommands() = default;
    RecentCommands(const RecentCommands&) = delete;
    RecentCommands& operator=(const RecentCommands&) = delete;

    /// Nullptr: not known here.
    const Command* find(std::string_view name)
    {
        if (!fits(name)) return nullptr;
        if (last_->is(name)) return last_->command;
        const Slot& slot = slots_[place_of(name)];
        if (!slot.is(name)) return nullptr;
        last_ = &slot;
        return slot.command;
    }

    void remember(std::string_view name, const Command& command)
    {
        if (!fits(name)) return;
        Slot& slot = slots_[place_of(name)];
        name.copy(slot.name, kMaxSize);
        slot.size = name.size();
        slot.command = &command;
    }

private:
    static constexpr std::size_t kMaxSize = 16;
    static constexpr std::size_t kSlots = 128;

    struct Slot
    {
        char name[kMaxSize] = {};
        std::size_t size = 0;
        const Command* command = nullptr;

        bool is(std::string_view other) const
        {
            return size == other.size() && is_same(name, other);
        }
    };

    static bool fits(std::string_view name) { return name.size() - 1 < kMaxSize; }

    /// Few names of one length begin and end with the same letters.
    static std::size_t place_of(std::string_view name)
    {
        const auto letter = [&](std::size_t i) { return static_cast<unsigned char>(name[i]); };
        const std::size_t last = name.size() - 1;
        return (letter(0) + 5U * letter(last) + 11U * letter(last / 2) + last) % kSlots;
    }

    template <class Word>
    static bool is_same_word(const char* a, const char* b)
    {
        Word first, second;
        std::memcpy(&first, a, sizeof first);
        std::memcpy(&second, b, sizeof second);
        return first == second;
    }

    /// memcmp without the call.
    static bool is_same(const char* a, std::string_view name)
    {
        const char* const b = name.data();
        const std::size_t size = name.size();
        const auto same_ends = [&]<class Word>(Word) {
            const std::size_t last = size - sizeof(Word);
            return is_same_word<Word>(a, b) && is_same_word<Word>(a + last, b + last);
        };
        if (size >= 8) return same_ends(std::uint64_t{});
        if (size >= 4) return same_ends(std::uint32_t{});
        return size >= 2 ? same_ends(std::uint16_t{}) : a[0] == b[0];
    }

    std::array<Slot, kSlots> slots_;
    const Slot* last_ = slots_.data();  ///< that was found: in a pipeline, most often the next, too
};

}  // namespace server
