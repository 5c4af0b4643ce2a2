#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>
#include <utility>

#include "store/structures/list_chunk.h"
#include "store/structures/prefetch.h"
#include "store/structures/tagged_pointer.h"
#include "store/types/list_limit.h"
#include "store/types/traits.h"

namespace store {

/// A list of strings. 8 bytes in itself.
///
/// A short one is a single chunk; a longer one a row of chunks, each of a few kilobytes. Both ends
/// are O(1); places in between are found by skipping whole chunks.
///
/// OBJECT ENCODING must answer what Redis answers after the same history, so that the chunks are
/// what the nodes of its quicklist are, and a list changes its form only when it is told to:
/// make_room() before elements are added, settle() after some were removed.
///
/// Numbers lie there in fewer bytes than their digits. Elements are handed out as texts that are
/// valid until the list is changed, or, to a callback, until it returns. A callback must not
/// change the list. Nothing here throws but std::bad_alloc.
class List
{
public:
    enum class Encoding : std::uint8_t { Packed, Chunks };
    enum class End : std::uint8_t { Front, Back };
    enum class Side : std::uint8_t { Before, After };

    List() = default;
    List(List&& other) noexcept : content_(std::exchange(other.content_, {})) {}
    List& operator=(List&& other) noexcept
    {
        std::swap(content_, other.content_);
        return *this;
    }
    List(const List&) = delete;
    List& operator=(const List&) = delete;
    ~List() { free(); }

    List clone() const;

    Encoding encoding() const { return content_.tag(); }
    std::size_t size() const { return is_row() ? row().size : packed().count(); }
    bool empty() const { return size() == 0; }

    /// Fetches what a command will read first. Elements are not looked up by their hash.
    void prefetch(std::uint64_t) const { store::prefetch(content_.address()); }
    void prefetch_member(std::uint64_t) const {}

    /// REQUIRES index < size(), here and below.
    ListElement at(std::size_t index) const;
    ListElement end(End end) const { return at(end == End::Front ? 0 : size() - 1); }

    /// REQUIRES: what is given is not a part of this list, here and below.
    void push(End end, std::string_view text);
    void insert(Side side, std::size_t index, std::string_view text);
    void set(std::size_t index, std::string_view text);
    void pop(End end) { erase(end == End::Front ? 0 : size() - 1, 1); }
    /// Removes `count` elements from number `index` on. REQUIRES: index + count <= size().
    void erase(std::size_t index, std::size_t count);

    /// Removes the elements equal to this one, at most `max`, those nearest to the end `from`
    /// first. Returns how many they were.
    std::size_t remove(std::string_view text, std::size_t max, End from);

    /// Becomes a row if so many bytes in so many elements more would pass the limit; the row's
    /// chunks then have it, too.
    void make_room(const ListLimit& limit, std::size_t bytes, std::size_t count)
    {
        if (!is_row() && !has_room(limit, bytes, count)) become_row(limit);
    }
    /// Becomes a single chunk if a row of one chunk does not pass half the limit.
    void settle(const ListLimit& limit)
    {
        if (is_row()) become_packed(limit.half());
    }
    /// What was read from a snapshot: the other's elements, behind those that are here, in a chunk
    /// of their own. REQUIRES: this one is a row, the other is none.
    void append_chunk(List&& other);
    void become_row(const ListLimit& limit);
    void become_packed(const ListLimit& limit);

    /// Calls visit(std::string_view element) for each.
    template <class Visit>
    void for_each(Visit&& visit) const
    {
        walk(0, End::Front, [&](std::string_view element) {
            visit(element);
            return true;
        });
    }

    /// Walks away from the end `from`, starting with its element number `skip`, and calls
    /// visit(element) until that returns false. REQUIRES skip <= size().
    template <class Visit>
    void walk(std::size_t skip, End from, Visit&& visit) const;

    /// Frees about this many elements and returns how many, 0 if none is left. To be called until
    /// then: nothing else may be asked of what is half freed, but to be destroyed.
    std::size_t free_some(std::size_t max);

    /// What it takes beside its own 8 bytes, without the allocator's overhead.
    std::size_t memory_bytes() const;

private:
    struct Row
    {
        std::deque<ListChunk> chunks;
        std::size_t size = 0;
        ListLimit limit;  ///< of each chunk
    };
    struct Place
    {
        std::size_t chunk, index;  ///< the index within the chunk
    };

    bool is_row() const { return encoding() == Encoding::Chunks; }
    Row& row() const { return *static_cast<Row*>(content_.address()); }
    ListChunk packed() const { return ListChunk{content_.address()}; }
    void keep(ListChunk chunk) { content_ = {chunk.block(), Encoding::Packed}; }

    std::size_t chunk_count() const { return is_row() ? row().chunks.size() : 1; }
    ListChunk chunk(std::size_t number) const { return is_row() ? row().chunks[number] : packed(); }
    Place find(std::size_t index) const;
    bool has_room(const ListLimit& limit, std::size_t bytes, std::size_t count) const;
    bool fits(const ListChunk& part, const ListEntry& element) const;
    bool is_single(const ListChunk& part) const;
    void insert_into_row(Side side, Place place, const ListEntry& element);
    void insert_beside(Side side, std::size_t number, const ListEntry& element);
    void add_chunk(std::size_t number, const ListEntry& element);
    void split(Place place);
    void join_around(std::size_t number);
    bool join_with_next(std::size_t number);
    void free();

    TaggedPointer<Encoding> content_;
};

template <class Visit>
void List::walk(std::size_t skip, End from, Visit&& visit) const
{
    if (skip >= size()) return;
    if (from == End::Front) {
        auto [number, index] = find(skip);
        for (; number < chunk_count(); ++number, index = 0) {
            const ListChunk part = chunk(number);
            for (std::size_t at = part.position(index); at != part.end(); at = part.next(at)) {
                const ListElement element = part.at(at);
                if (!visit(std::string_view{element})) return;
            }
        }
        return;
    }
    auto [number, index] = find(size() - 1 - skip);
    for (std::size_t left = number + 1; left > 0; --left) {
        const ListChunk part = chunk(left - 1);
        std::size_t at = left == number + 1 ? part.position(index + 1) : part.end();
        while (at != part.begin()) {
            at = part.previous(at);
            const ListElement element = part.at(at);
            if (!visit(std::string_view{element})) return;
        }
    }
}

template <>
struct TypeTraits<List>
{
    static constexpr std::string_view kName = "list";
    static constexpr char kEventClass = 'l';
    static constexpr bool kIsContainer = true;
    static constexpr std::uint8_t kPlainTag = 1;
    static constexpr std::uint8_t kZiplistsTag = 14;
    static constexpr std::uint8_t kListpacksTag = 18;
    static constexpr std::array kSnapshotTags = {kPlainTag, kZiplistsTag, kListpacksTag};

    static std::string_view encoding(const List& list)
    {
        return list.encoding() == List::Encoding::Packed ? "listpack" : "quicklist";
    }
    static void write(snapshot::ByteWriter& out, const List& list);
    static List read(snapshot::ByteReader& reader, std::uint8_t tag,
                     const snapshot::ReadLimits& limits);
};

}  // namespace store
