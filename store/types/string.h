#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "store/structures/prefetch.h"
#include "store/structures/sized_bytes.h"
#include "store/types/traits.h"

namespace store {

/// The value of a string key: any bytes, no terminator. 8 bytes in itself: a text of up to 7 bytes
/// (counters, flags) lies in it, a longer one in one block, so that 64 bytes take 64. clone()
/// copies.
class String
{
public:
    /// What OBJECT ENCODING tells. Redis keeps an integer, a short text and any other text in three
    /// ways, and what was once changed in place stays the third: a command's way to write decides.
    enum class Encoding : std::uint8_t { Integer, Short, Raw };

    String() = default;
    explicit String(std::string_view text) { assign(text); }
    String(String&& other) noexcept : handle_(std::exchange(other.handle_, kEmpty)) {}
    String& operator=(String&& other) noexcept
    {
        std::swap(handle_, other.handle_);
        return *this;
    }
    String(const String&) = delete;
    String& operator=(const String&) = delete;
    ~String()
    {
        if (!is_inside()) free_block();
    }

    String clone() const
    {
        String copy{view()};
        copy.set_history(history());
        return copy;
    }

    /// Valid until the string is changed, moved or destroyed.
    std::string_view view() const
    {
        if (is_inside())
            return {reinterpret_cast<const char*>(&handle_) + kInsideFirst, (handle_ & 0xf) >> 1};
        const std::size_t size = handle_ >> kSizeShift;
        if (size == kLong) [[unlikely]]
            return read_sized_bytes(block());
        return {block(), size};
    }
    std::size_t size() const { return view().size(); }
    bool empty() const { return size() == 0; }

    /// Fetches what view() will show. Changes nothing. A string has no members to look up.
    void prefetch(std::uint64_t) const
    {
        if (!is_inside()) store::prefetch(block());
    }
    void prefetch_member(std::uint64_t) const {}

    Encoding encoding() const;
    /// Since the last assign(): then it is Raw, however short it is.
    bool was_changed_in_place() const { return history() == History::ChangedInPlace; }

    /// Keeps the block if the new size needs one just like it. The text may be a part of this
    /// string, here and below. All throw std::bad_alloc, nothing changed.
    void assign(std::string_view text);
    /// As assign(), for a text that stays one even if it is an integer: INCRBYFLOAT.
    void assign_text(std::string_view text);
    void append(std::string_view text) { write(size(), text); }

    /// Overwrites from `offset` on; a gap before it is filled with zero bytes: SETRANGE.
    void write(std::size_t offset, std::string_view text);

    /// Cuts, or fills up with zero bytes.
    void resize(std::size_t size);

    /// The bytes, to be overwritten; valid as view() is.
    std::span<char> change_in_place()
    {
        set_history(History::ChangedInPlace);
        return {data(), size()};
    }

    /// What it takes beside its own 8 bytes.
    std::size_t memory_bytes() const;

private:
    /// What came after the last assign(), as far as it decides the encoding.
    enum class History : std::uint8_t { None, Text, ChangedInPlace };

    /// A text inside: the handle's lowest four bits are twice the size plus one, and its upper
    /// seven bytes are the text. Otherwise it is the address of a block, a multiple of 8 of 48
    /// bits, and above that the size; or kLong, and the block has the size in front
    /// (sized_bytes.h). The history lies in two of the bits that are free.
    static constexpr std::size_t kInsideLimit = 7;
    static constexpr unsigned kSizeShift = 48;
    static constexpr std::size_t kLong = 0xffff;
    static constexpr std::uintptr_t kAddress = (std::uintptr_t{1} << kSizeShift) - 8;
    static constexpr std::uintptr_t kEmpty = 1;
    static constexpr std::size_t kInsideFirst = std::endian::native == std::endian::little ? 1 : 0;
    static_assert(sizeof(std::uintptr_t) == kInsideLimit + 1);

    bool is_inside() const { return (handle_ & 1) != 0; }
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    char* block() const { return reinterpret_cast<char*>(handle_ & kAddress); }
    static std::size_t block_bytes(std::size_t size)
    {
        return size < kLong ? size : sized_bytes_size(size);
    }
    unsigned history_shift() const { return is_inside() ? 4 : 1; }
    History history() const { return static_cast<History>(handle_ >> history_shift() & 3); }
    void set_history(History history)
    {
        handle_ &= ~(std::uintptr_t{3} << history_shift());
        handle_ |= static_cast<std::uintptr_t>(history) << history_shift();
    }
    char* data() { return const_cast<char*>(view().data()); }

    void replace(std::string_view text);
    void set_size(std::size_t size);
    void set_block(void* block, std::size_t size);
    void free_block();

    std::uintptr_t handle_ = kEmpty;
};

template <>
struct TypeTraits<String>
{
    static constexpr std::string_view kName = "string";
    static constexpr char kEventClass = '$';
    static constexpr bool kIsContainer = false;
    static constexpr std::uint8_t kPlainTag = 0;
    static constexpr std::array kSnapshotTags = {kPlainTag};

    static std::string_view encoding(const String& string)
    {
        switch (string.encoding()) {
            case String::Encoding::Integer: return "int";
            case String::Encoding::Short: return "embstr";
            case String::Encoding::Raw: return "raw";
        }
        return {};
    }
    static void write(snapshot::ByteWriter& out, const String& string);
    static String read(snapshot::ByteReader& reader, std::uint8_t tag,
                       const snapshot::ReadLimits& limits);
};

}  // namespace store
