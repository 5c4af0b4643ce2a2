#include "store/types/list.h"

#include <catch2/catch.hpp>
#include <deque>
#include <string>
#include <vector>

#include "store/random.h"

using store::List;
using store::ListLimit;
using store::Random;
using End = store::List::End;

namespace {

std::vector<std::string> elements_of(const List& list)
{
    std::vector<std::string> all;
    list.for_each([&](std::string_view element) { all.emplace_back(element); });
    return all;
}

std::string text_of(const store::ListElement& element)
{
    return std::string{std::string_view{element}};
}

/// Numbers and short texts, now and then one so long that it needs its length in five bytes or a
/// chunk of its own.
std::string any_element(Random& random)
{
    const auto kind = random.below(200);
    if (kind >= 100)
        return std::to_string(static_cast<std::int64_t>(random.next()) >> random.below(64));
    const std::size_t length = kind == 0   ? 9000
                               : kind < 10 ? 200 + random.below(200)
                                           : random.below(30);
    return std::string(length, static_cast<char>('a' + random.below(3)));
}

std::size_t remove_from(std::deque<std::string>& model, const std::string& element, std::size_t max,
                        End from)
{
    std::size_t removed = 0;
    for (std::size_t i = 0; i < model.size() && removed < max;) {
        const std::size_t index = from == End::Front ? i : model.size() - 1 - i;
        if (model[index] != element) {
            ++i;
            continue;
        }
        model.erase(model.begin() + static_cast<std::ptrdiff_t>(index));
        ++removed;
    }
    return removed;
}

void change_both(List& list, std::deque<std::string>& model, const ListLimit& limit, Random& random)
{
    const std::string element = any_element(random);
    if (random.below(2) == 0) list.make_room(limit, element.size(), 1);
    const auto index = static_cast<std::ptrdiff_t>(random.below(model.size() + 1));
    const auto place = static_cast<std::size_t>(index);
    const auto action = random.below(model.empty() ? 5 : 10);
    if (action < 2) {
        list.push(End::Front, element);
        model.push_front(element);
    } else if (action < 4) {
        list.push(End::Back, element);
        model.push_back(element);
    } else if (action == 4) {
        if (model.empty()) return;
        const bool after = place == model.size();
        list.insert(after ? List::Side::After : List::Side::Before, place - after, element);
        model.insert(model.begin() + index, element);
    } else if (action == 5) {
        list.pop(End::Front);
        model.pop_front();
    } else if (action == 6) {
        list.pop(End::Back);
        model.pop_back();
    } else if (action == 7 && place < model.size()) {
        list.set(place, element);
        model[place] = element;
    } else if (action == 8 && random.below(40) == 0) {
        const auto count = random.below(model.size() - place + 1);
        list.erase(place, count);
        model.erase(model.begin() + index, model.begin() + index + static_cast<long>(count));
    } else if (action == 9) {
        const End from = random.below(2) == 0 ? End::Front : End::Back;
        const auto max = 1 + random.below(3);
        CHECK(list.remove(element, max, from) == remove_from(model, element, max, from));
    }
    if (random.below(2) == 0) list.settle(limit);
}

void check_against_a_deque(const ListLimit& limit, int steps)
{
    Random random{7};
    List list;
    std::deque<std::string> model;
    for (int step = 0; step < steps; ++step) {
        change_both(list, model, limit, random);
        REQUIRE(list.size() == model.size());
        if (model.empty()) continue;
        REQUIRE(text_of(list.end(End::Front)) == model.front());
        REQUIRE(text_of(list.end(End::Back)) == model.back());
        const auto index = random.below(model.size());
        REQUIRE(text_of(list.at(index)) == model[index]);
        if (step % 500 != 0) continue;
        REQUIRE(elements_of(list) == std::vector<std::string>(model.begin(), model.end()));
        std::size_t at = model.size() - random.below(model.size());
        list.walk(model.size() - at, End::Back, [&](std::string_view element) {
            REQUIRE(element == model[--at]);
            return true;
        });
        REQUIRE(at == 0);
        REQUIRE(elements_of(list.clone()) == elements_of(list));
    }
}

List row_of(std::size_t count, std::string_view element)
{
    List list;
    list.make_room({}, count * element.size(), count);
    for (std::size_t i = 0; i < count; ++i) list.push(End::Back, element);
    return list;
}

}  // namespace

TEST_CASE("a list is eight bytes, and an empty one needs no more")
{
    CHECK(sizeof(List) == 8);
    const List list;
    CHECK(list.empty());
    CHECK(list.memory_bytes() == 0);
    CHECK(elements_of(list).empty());
}

TEST_CASE("a list does what a deque does, whatever its limit")
{
    check_against_a_deque({}, 20000);
    check_against_a_deque(ListLimit::of(-5), 5000);
    check_against_a_deque(ListLimit::of(3), 5000);
    check_against_a_deque(ListLimit::of(0), 2000);
}

TEST_CASE("a list is packed up to its limit, and again from half of it")
{
    const ListLimit four = ListLimit::of(4);
    List list;
    for (int i = 0; i < 4; ++i) {
        list.make_room(four, 1, 1);
        list.push(End::Back, "a");
    }
    CHECK(list.encoding() == List::Encoding::Packed);
    list.make_room(four, 1, 1);
    list.push(End::Back, "a");
    CHECK(list.encoding() == List::Encoding::Chunks);
    list.erase(0, 2);
    list.settle(four);
    CHECK(list.encoding() == List::Encoding::Chunks);
    CHECK(list.clone().encoding() == List::Encoding::Chunks);
    list.erase(1, 2);  // one of the first chunk, and the second chunk
    list.settle(four);
    CHECK(list.encoding() == List::Encoding::Packed);
}

TEST_CASE("the limit of a list is that of Redis's setting")
{
    CHECK(ListLimit::of(-1).bytes == 4096);
    CHECK(ListLimit::of(-2).bytes == ListLimit{}.bytes);
    CHECK(ListLimit::of(-5).bytes == 65536);
    CHECK(ListLimit::of(-2147483648).bytes == 65536);
    CHECK(ListLimit::of(0).count == 1);
    CHECK(ListLimit::of(128).allows(8192, 128));
    CHECK_FALSE(ListLimit::of(128).allows(8192, 129));
    CHECK_FALSE(ListLimit::of(128).allows(8193, 1));
}

TEST_CASE("a list of many small elements takes two bytes beside each")
{
    constexpr std::size_t kCount = 100000;
    const List list = row_of(kCount, "job:123456");
    CHECK(list.encoding() == List::Encoding::Chunks);
    CHECK(list.memory_bytes() < kCount * 12 * 102 / 100);
}

TEST_CASE("a long list is freed bit by bit, and a short one at once")
{
    List list = row_of(10000, "element");
    std::size_t freed = 0;
    int steps = 0;
    while (const std::size_t some = list.free_some(1000)) {
        freed += some;
        ++steps;
    }
    CHECK(freed == 10000);
    CHECK(steps > 3);
    List small;
    small.push(End::Back, "element");
    CHECK(small.free_some(1000) == 1);
    CHECK(small.free_some(1000) == 0);
}

TEST_CASE("a list of small numbers takes about five bytes for each")
{
    constexpr std::size_t kCount = 200'000;
    List list;
    list.become_row({});
    for (std::size_t i = 0; i < kCount; ++i) list.push(End::Back, std::to_string(i));
    CHECK(list.memory_bytes() < kCount * 21 / 4);
    CHECK(text_of(list.at(123'456)) == "123456");
    CHECK(list.remove("123456", 2, End::Front) == 1);
    CHECK(text_of(list.at(123'456)) == "123457");
}
