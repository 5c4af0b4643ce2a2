#include "store/types/list.h"

#include <algorithm>
#include <memory>
#include <new>
#include <string>

namespace store {

List List::clone() const
{
    List copy;
    if (is_row()) copy.become_row();
    for_each([&](std::string_view element) { copy.push(End::Back, element); });
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

std::string_view List::at(std::size_t index) const
{
    const auto [number, within] = find(index);
    const ListChunk part = chunk(number);
    return part.at(part.position(within));
}

void List::push(End end, std::string_view element)
{
    insert(end == End::Front ? 0 : size(), element);
}

void List::insert(std::size_t index, std::string_view element)
{
    if (!is_row()) {
        ListChunk mine = packed();
        if (mine.bytes() + ListChunk::entry_bytes(element.size()) <= ListChunk::kMaxBytes) {
            mine.insert(mine.position(index), element);
            return keep(mine);
        }
        become_row();
    }
    if (row().chunks.empty()) row().chunks.emplace_back();
    insert_into_row(row().size == 0 ? Place{0, 0} : find(index), element);
    ++row().size;
}

void List::insert_into_row(Place place, std::string_view element)
{
    auto& chunks = row().chunks;
    ListChunk& part = chunks[place.chunk];
    if (part.has_room(element.size())) return part.insert(part.position(place.index), element);

    if (place.index > 0 && place.index < part.count()) {
        add_chunk(place.chunk + 1, [&](ListChunk& tail) {
            ListChunk& cut = chunks[place.chunk];
            tail = cut.split(cut.position(place.index), cut.count() - place.index);
        });
    }
    add_chunk(place.index == 0 ? place.chunk : place.chunk + 1,
              [&](ListChunk& alone) { alone.insert(0, element); });
}

/// A new chunk becomes this one, unless there is no memory to fill it.
template <class Fill>
void List::add_chunk(std::size_t number, Fill&& fill)
{
    auto& chunks = row().chunks;
    const auto at =
        chunks.insert(chunks.begin() + static_cast<std::ptrdiff_t>(number), ListChunk{});
    try {
        fill(*at);
    } catch (const std::bad_alloc&) {
        chunks.erase(at);
        throw;
    }
}

void List::set(std::size_t index, std::string_view element)
{
    const auto [number, within] = find(index);
    ListChunk part = chunk(number);
    const std::size_t at = part.position(within);
    if (part.at(at).size() == element.size()) {
        if (!element.empty())
            std::memcpy(const_cast<char*>(part.at(at).data()), element.data(), element.size());
        return;
    }
    insert(index, element);
    erase(index + 1, 1);
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
    const std::size_t first = number;
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
    if (first + 1 < chunks.size()) join_if_small(first);
    shrink();
}

/// Makes one chunk of this and the next one; if there is no memory for it, they stay two.
void List::join_if_small(std::size_t number)
{
    auto& chunks = row().chunks;
    ListChunk& joined = chunks[number];
    if (joined.bytes() + chunks[number + 1].bytes() > ListChunk::kMaxBytes / 2) return;
    try {
        joined.append(chunks[number + 1]);
    } catch (const std::bad_alloc&) {
        return;
    }
    chunks.erase(chunks.begin() + static_cast<std::ptrdiff_t>(number) + 1);
}

std::size_t List::remove(std::string_view element, std::size_t max, End from)
{
    std::size_t removed = 0, position = 0;
    while (removed < max) {
        bool found = false;
        walk(position, from, [&](std::string_view each) {
            found = each == element;
            position += !found;
            return !found;
        });
        if (!found) break;
        erase(from == End::Front ? position : size() - 1 - position, 1);
        ++removed;
    }
    return removed;
}

void List::become_row()
{
    auto made = std::make_unique<Row>();
    if (packed().count() > 0) made->chunks.push_back(packed());
    made->size = packed().count();
    content_ = {made.release(), Encoding::Chunks};
}

/// Half the limit, so that a list at the limit does not change its form with every command.
void List::shrink()
{
    Row& mine = row();
    if (mine.chunks.size() > 1) return;
    const ListChunk last = mine.chunks.empty() ? ListChunk{} : mine.chunks.front();
    if (last.bytes() > ListChunk::kMaxBytes / 2) return;
    delete &mine;
    keep(last);
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
