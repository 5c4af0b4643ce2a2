#include "store/types/list.h"

#include <algorithm>
#include <memory>
#include <new>
#include <string>

namespace store {

List List::clone() const
{
    List copy;
    if (!is_row()) {
        copy.keep(packed().clone());
        return copy;
    }
    copy.become_row(row().limit);
    for (const ListChunk part : row().chunks) {
        ListChunk& place = copy.row().chunks.emplace_back();
        place = part.clone();
    }
    copy.row().size = row().size;
    return copy;
}

List::Place List::find(std::size_t index) const
{
    if (!is_row()) return {0, index};
    const auto& chunks = row().chunks;
    if (index <= row().size / 2) {
        std::size_t number = 0;
        while (index >= chunks[number].count()) index -= chunks[number++].count();
        return {number, index};
    }
    std::size_t behind = row().size - index, number = chunks.size() - 1;
    while (behind > chunks[number].count()) behind -= chunks[number--].count();
    return {number, chunks[number].count() - behind};
}

ListElement List::at(std::size_t index) const
{
    const auto [number, within] = find(index);
    const ListChunk part = chunk(number);
    return part.at(part.position(within));
}

bool List::has_room(const ListLimit& limit, std::size_t bytes, std::size_t count) const
{
    const std::size_t new_count = packed().count() + count;
    return limit.allows(packed().listpack_bytes() + bytes, new_count) &&
           new_count <= ListChunk::kMaxCount;
}

/// Whether another element of this length belongs into a chunk, by Redis's estimate.
bool List::fits(const ListChunk& part, const ListEntry& element) const
{
    constexpr std::size_t kEstimate = 8;
    constexpr std::size_t kUsualBlock = 8192;
    const std::size_t bytes = part.listpack_bytes() + element.text().size() + kEstimate;
    if (!row().limit.allows(bytes, part.count() + 1)) return false;
    // A chunk of short texts has 9 bytes more than a listpack, and with the last of them it may
    // just miss the size of block that most nodes have: it is full one element before Redis's then.
    constexpr std::size_t kMore = 3;
    const std::size_t block = part.bytes() + element.bytes();
    const bool spills = block > kUsualBlock && block <= kUsualBlock + kMore;
    return !spills || row().limit.allows(bytes + kMore, part.count() + 1);
}

/// Whether this is a chunk for one large element, which takes no other.
bool List::is_single(const ListChunk& part) const
{
    return part.count() == 1 && row().limit.is_large(part.length(part.begin()));
}

void List::push(End end, std::string_view text)
{
    const ListEntry element{text};
    if (!is_row()) {
        ListChunk mine = packed();
        mine.insert(end == End::Front ? mine.begin() : mine.end(), element);
        return keep(mine);
    }
    auto& chunks = row().chunks;
    const bool at_front = end == End::Front;
    ListChunk* const part = chunks.empty() ? nullptr : &(at_front ? chunks.front() : chunks.back());
    if (part != nullptr && fits(*part, element)) {
        part->insert(at_front ? part->begin() : part->end(), element);
    } else {
        add_chunk(at_front ? 0 : chunks.size(), element);
    }
    ++row().size;
}

void List::insert(Side side, std::size_t index, std::string_view text)
{
    const ListEntry element{text};
    const Place place = find(index);
    if (is_row()) {
        insert_into_row(side, place, element);
        ++row().size;
        return;
    }
    ListChunk mine = packed();
    mine.insert(mine.position(index + (side == Side::After ? 1 : 0)), element);
    keep(mine);
}

void List::insert_into_row(Side side, Place place, const ListEntry& element)
{
    auto& chunks = row().chunks;
    ListChunk& part = chunks[place.chunk];
    const std::size_t index = place.index + (side == Side::After ? 1 : 0);
    if (fits(part, element)) {
        part.insert(part.position(index), element);
        return;
    }
    if (index == 0 || index == part.count()) return insert_beside(side, place.chunk, element);

    split({place.chunk, index});
    const std::size_t second = place.chunk + 1;
    if (row().limit.is_large(element.text().size())) return add_chunk(second, element);
    ListChunk& taker = side == Side::After ? chunks[second] : chunks[place.chunk];
    taker.insert(side == Side::After ? taker.begin() : taker.end(), element);
    join_around(side == Side::After ? place.chunk : second);
}

/// At the edge of a full chunk: into the neighbour, if that has room, or between the two.
void List::insert_beside(Side side, std::size_t number, const ListEntry& element)
{
    auto& chunks = row().chunks;
    const bool after = side == Side::After;
    const bool has_neighbour = after ? number + 1 < chunks.size() : number > 0;
    if (has_neighbour) {
        ListChunk& neighbour = chunks[after ? number + 1 : number - 1];
        if (fits(neighbour, element)) {
            neighbour.insert(after ? neighbour.begin() : neighbour.end(), element);
            return;
        }
    }
    add_chunk(after ? number + 1 : number, element);
}

/// The new chunk becomes this one, unless there is no memory.
void List::add_chunk(std::size_t number, const ListEntry& element)
{
    ListChunk made;
    made.insert(0, element);
    try {
        row().chunks.insert(row().chunks.begin() + static_cast<std::ptrdiff_t>(number), made);
    } catch (const std::bad_alloc&) {
        made.free();
        throw;
    }
}

/// Makes two chunks of one. The element at this place becomes the first of the second.
void List::split(Place place)
{
    auto& chunks = row().chunks;
    const auto second = chunks.begin() + static_cast<std::ptrdiff_t>(place.chunk) + 1;
    const auto made = chunks.insert(second, ListChunk{});
    ListChunk& cut = chunks[place.chunk];
    try {
        *made = cut.split(cut.position(place.index), cut.count() - place.index);
    } catch (const std::bad_alloc&) {
        chunks.erase(made);
        throw;
    }
}

/// Redis joins small nodes only around one that it has split, and in this order.
void List::join_around(std::size_t number)
{
    if (number >= 2 && join_with_next(number - 2)) --number;
    join_with_next(number + 1);
    if (number >= 1 && join_with_next(number - 1)) --number;
    join_with_next(number);
}

/// Makes one chunk of this and the next one, if the limit allows it; without memory they stay two.
bool List::join_with_next(std::size_t number)
{
    auto& chunks = row().chunks;
    if (number + 1 >= chunks.size()) return false;
    ListChunk& first = chunks[number];
    const ListChunk second = chunks[number + 1];
    const std::size_t bytes = first.listpack_bytes() + second.listpack_bytes();
    if (is_single(first) || is_single(second)) return false;
    if (!row().limit.allows(bytes - kEmptyListpackBytes, first.count() + second.count()))
        return false;
    try {
        first.append(second);
    } catch (const std::bad_alloc&) {
        return false;
    }
    chunks.erase(chunks.begin() + static_cast<std::ptrdiff_t>(number) + 1);
    return true;
}

void List::set(std::size_t index, std::string_view text)
{
    const ListEntry element{text};
    const auto [number, within] = find(index);
    ListChunk part = chunk(number);
    if (!is_row()) {
        part.replace(part.position(within), element);
        return keep(part);
    }
    if (is_single(part) == row().limit.is_large(text.size())) {
        ListChunk& mine = row().chunks[number];
        return mine.replace(mine.position(within), element);
    }
    insert(Side::After, index, text);
    erase(index, 1);
}

void List::erase(std::size_t index, std::size_t count)
{
    if (count == 0) return;
    if (!is_row()) {
        ListChunk mine = packed();
        const std::size_t from = mine.position(index);
        mine.erase(from, mine.position(index + count), count);
        return keep(mine);
    }
    auto& chunks = row().chunks;
    auto [number, within] = find(index);
    row().size -= count;
    std::size_t emptied_from = number, emptied = 0;
    for (; count > 0; ++number, within = 0) {
        ListChunk& part = chunks[number];
        const std::size_t here = std::min(count, part.count() - within);
        part.erase(part.position(within), part.position(within + here), here);
        count -= here;
        if (part.count() > 0) continue;
        if (emptied++ == 0) emptied_from = number;
    }
    const auto gone = chunks.begin() + static_cast<std::ptrdiff_t>(emptied_from);
    chunks.erase(gone, gone + static_cast<std::ptrdiff_t>(emptied));
}

std::size_t List::remove(std::string_view text, std::size_t max, End from)
{
    const ListEntry element{text};
    const auto remove_in = [&](ListChunk& part, std::size_t wanted) {
        const std::size_t equal = part.count_of(element);
        const std::size_t removed = std::min(wanted, equal);
        if (removed > 0) part.remove(element, from == End::Front ? 0 : equal - removed, removed);
        return removed;
    };
    if (!is_row()) {
        ListChunk mine = packed();
        const std::size_t removed = remove_in(mine, max);
        keep(mine);
        return removed;
    }
    auto& chunks = row().chunks;
    std::size_t removed = 0;
    for (std::size_t i = 0; i < chunks.size() && removed < max; ++i)
        removed += remove_in(chunks[from == End::Front ? i : chunks.size() - 1 - i], max - removed);
    std::erase_if(chunks, [](const ListChunk& part) { return part.count() == 0; });
    row().size -= removed;
    return removed;
}

void List::become_row(const ListLimit& limit)
{
    auto made = std::make_unique<Row>();
    if (packed().count() > 0) made->chunks.push_back(packed());
    made->size = packed().count();
    made->limit = limit;
    content_ = {made.release(), Encoding::Chunks};
}

void List::become_packed(const ListLimit& limit)
{
    if (row().chunks.size() != 1) return;
    const ListChunk last = row().chunks.front();
    if (is_single(last) || !limit.holds(last.listpack_bytes(), last.count())) return;
    delete &row();
    keep(last);
}

void List::append_chunk(List&& other)
{
    row().chunks.push_back(other.packed());
    row().size += other.size();
    other.content_ = {};
}

std::size_t List::free_some(std::size_t max)
{
    std::size_t freed = 0;
    if (!is_row()) {
        freed = size();
        free();
        return freed;
    }
    auto& chunks = row().chunks;
    while (freed < max && !chunks.empty()) {
        freed += chunks.back().count();
        chunks.back().free();
        chunks.pop_back();
    }
    return freed;
}

std::size_t List::memory_bytes() const
{
    if (!is_row()) return packed().memory_bytes();
    std::size_t bytes = sizeof(Row) + row().chunks.size() * sizeof(ListChunk);
    for (const ListChunk part : row().chunks) bytes += part.memory_bytes();
    return bytes;
}

void List::free()
{
    if (is_row()) {
        for (ListChunk part : row().chunks) part.free();
        delete &row();
    } else {
        packed().free();
    }
    content_ = {};
}

}  // namespace store
