#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace server::scripting {

/// What a script or a function says of itself.
enum class ScriptFlag : std::uint8_t {
    NoWrites = 1,
    AllowOom = 2,
    AllowStale = 4,
    NoCluster = 8,
    AllowCrossSlotKeys = 16
};

struct NamedFlag
{
    std::string_view name;
    ScriptFlag flag;
};

/// In the order in which Redis lists them.
inline constexpr NamedFlag kScriptFlags[] = {
    {"no-writes", ScriptFlag::NoWrites},
    {"allow-oom", ScriptFlag::AllowOom},
    {"allow-stale", ScriptFlag::AllowStale},
    {"no-cluster", ScriptFlag::NoCluster},
    {"allow-cross-slot-keys", ScriptFlag::AllowCrossSlotKeys},
};

/// A set of flags.
class ScriptFlags
{
public:
    bool has(ScriptFlag flag) const { return (bits_ & static_cast<std::uint8_t>(flag)) != 0; }
    std::size_t count() const { return static_cast<std::size_t>(std::popcount(bits_)); }

    /// Adds a flag by its name. False if there is none of this name.
    bool add(std::string_view name)
    {
        for (const auto& [known, flag] : kScriptFlags) {
            if (known != name) continue;
            bits_ |= static_cast<std::uint8_t>(flag);
            return true;
        }
        return false;
    }

private:
    std::uint8_t bits_ = 0;
};

}  // namespace server::scripting
