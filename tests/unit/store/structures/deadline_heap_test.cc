#include "store/structures/deadline_heap.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "store/random.h"

using store::Deadline;
using store::DeadlineHeap;
using store::Random;
using namespace std::chrono_literals;

namespace {

struct Lock
{
    std::uint32_t slot = 0;
    void set_deadline_slot(std::uint32_t to) { slot = to; }
};

Deadline at(std::int64_t ms) { return Deadline{std::chrono::milliseconds{ms}}; }

}  // namespace

TEST_CASE("a small heap takes little memory, and a large one no more than it needs")
{
    DeadlineHeap<Lock> heap;
    CHECK(heap.memory_bytes() == 0);
    std::vector<Lock> locks(20'000);
    std::size_t pushed = 0;
    for (const std::size_t size : {1U, 100U, 5'000U, 20'000U}) {
        for (; pushed < size; ++pushed)
            heap.push(at(static_cast<std::int64_t>(pushed * 7919 % 20'011)), &locks[pushed]);
        INFO(size);
        CHECK(heap.check());
        CHECK(heap.memory_bytes() <= 2 * 16 * size + 2'000);
    }
}

TEST_CASE("the earliest deadline is on top, and follows changes")
{
    DeadlineHeap<Lock> heap;
    Lock d4;
    Lock d2;
    heap.push(at(30000), &d4);
    heap.push(at(20000), &d2);
    CHECK(heap.top().owner == &d2);
    heap.change(d2.slot, at(40000));
    CHECK(heap.top().owner == &d4);
    CHECK(heap.deadline(d2.slot) == at(40000));
    heap.erase(d4.slot);
    CHECK(heap.top().owner == &d2);
    heap.erase(d2.slot);
    CHECK(heap.empty());
}

TEST_CASE("deadlines come out in order, whatever was changed and erased before")
{
    DeadlineHeap<Lock> heap;
    std::deque<Lock> locks(30000);
    std::map<Lock*, Deadline> reference;
    Random random{23};
    for (int step = 0; step < 120000; ++step) {
        Lock* const lock = &locks[random.below(locks.size())];
        const Deadline deadline = at(static_cast<std::int64_t>(random.below(50000)) - 1000);
        const auto found = reference.find(lock);
        if (found == reference.end()) {
            heap.push(deadline, lock);
            reference[lock] = deadline;
        } else if (random.below(2) == 0) {
            REQUIRE(heap.deadline(lock->slot) == found->second);
            heap.change(lock->slot, deadline);
            found->second = deadline;
        } else {
            heap.erase(lock->slot);
            reference.erase(found);
        }
        REQUIRE(heap.size() == reference.size());
        if (step % 2000 == 0) REQUIRE(heap.check());
    }
    Deadline last = at(-1000);
    while (!heap.empty()) {
        const auto top = heap.top();
        REQUIRE(top.deadline >= last);
        REQUIRE(reference.at(top.owner) == top.deadline);
        REQUIRE(top.owner->slot == 0);
        last = top.deadline;
        heap.erase(0);
    }
}

TEST_CASE("a heap that empties gives its memory back")
{
    DeadlineHeap<Lock> heap;
    std::vector<Lock> locks(20000);
    for (std::size_t i = 0; i < locks.size(); ++i) heap.push(at(static_cast<int>(i)), &locks[i]);
    const std::size_t full = heap.memory_bytes();
    CHECK(full < locks.size() * 16 + 131'072);
    while (heap.size() > 10) heap.erase(static_cast<std::uint32_t>(heap.size() - 1));
    CHECK(heap.memory_bytes() < full / 2);
    heap.clear();
    CHECK(heap.empty());
    heap.push(at(1), &locks[0]);
    CHECK(heap.top().owner == &locks[0]);
}

TEST_CASE("a note lies beside its deadline, wherever the two go")
{
    DeadlineHeap<Lock, 64, store::NotedItem<Lock>> heap;
    std::deque<Lock> locks(500);
    Random random{29};
    for (std::uint32_t i = 0; i < locks.size(); ++i)
        heap.push(at(static_cast<std::int64_t>(random.below(100'000))), &locks[i], 0xffff00 | i);
    const Deadline later = at(1'000'000);
    for (std::size_t i = 0; i < locks.size(); i += 3) heap.change(locks[i].slot, later);
    for (std::size_t i = 1; i < locks.size(); i += 3) heap.set_note(locks[i].slot, 0x123456);
    REQUIRE(heap.check());
    for (std::uint32_t i = 0; i < locks.size(); ++i) {
        CHECK(heap.owner(locks[i].slot) == &locks[i]);
        CHECK(heap.note(locks[i].slot) == (i % 3 == 1 ? 0x123456 : 0xffff00 | i));
        if (i % 3 == 0) CHECK(heap.deadline(locks[i].slot) == later);
    }
}

TEST_CASE("a deadline is exact however far it is, at the cost of the note's lowest bits")
{
    DeadlineHeap<Lock, 64, store::NotedItem<Lock>> heap;
    constexpr std::int64_t kLastNear = (std::int64_t{1} << 55) - 1;
    Lock soon;
    Lock near;
    Lock far;
    Lock last;
    heap.push(Deadline::max(), &last, 0xabcdef);
    heap.push(at(kLastNear + 1), &far, 0xabcdef);
    heap.push(at(kLastNear), &near, 0xabcdef);
    heap.push(at(0), &soon, 0xabcdef);
    CHECK(heap.check());
    CHECK(heap.top().owner == &soon);
    CHECK(heap.deadline(near.slot) == at(kLastNear));
    CHECK(heap.note(near.slot) == 0xabcdef);
    CHECK(heap.deadline(far.slot) == at(kLastNear + 1));
    CHECK(heap.note(far.slot) == 0xabcd00);
    CHECK(heap.deadline(last.slot) == Deadline::max());
    heap.change(last.slot, at(5));
    heap.set_note(last.slot, 7);
    CHECK(heap.note(last.slot) == 7);
    CHECK(heap.deadline(last.slot) == at(5));
}
