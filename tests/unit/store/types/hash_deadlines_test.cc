#include <catch2/catch.hpp>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "store/random.h"
#include "store/types/hash.h"

using namespace std::chrono_literals;
using store::Deadline;
using store::Hash;
using store::Random;

namespace {

Deadline at(std::int64_t ms) { return Deadline{std::chrono::milliseconds{ms}}; }

/// What a hash should hold.
struct Model
{
    struct Field
    {
        std::string value;
        std::optional<Deadline> deadline;
    };
    std::map<std::string, Field> fields;

    std::size_t erase_due(Deadline now)
    {
        return std::erase_if(fields, [&](const auto& field) {
            return field.second.deadline && *field.second.deadline <= now;
        });
    }

    std::optional<Deadline> next_deadline() const
    {
        std::optional<Deadline> next;
        for (const auto& [name, field] : fields)
            if (field.deadline && (!next || *field.deadline < *next)) next = field.deadline;
        return next;
    }
};

void check_same(const Hash& hash, const Model& model)
{
    REQUIRE(hash.size() == model.fields.size());
    for (const auto& [name, field] : model.fields) {
        REQUIRE(hash.get(name) == std::optional<std::string_view>{field.value});
        REQUIRE(hash.deadline(name) == field.deadline);
    }
    REQUIRE(hash.next_deadline() == model.next_deadline());
}

void do_something(Random& random, Hash& hash, Model& model, std::int64_t& now)
{
    const std::string name = "field" + std::to_string(random.below(300));
    const std::string value(random.below(100), 'v');
    const bool known = model.fields.contains(name);
    switch (random.below(8)) {
        case 0:
        case 1:
            CHECK(hash.set(name, value) != known);
            model.fields[name] = {value, std::nullopt};
            break;
        case 2:
            CHECK(hash.update(name, value) != known);
            model.fields[name].value = value;
            break;
        case 3: CHECK(hash.erase(name) == (model.fields.erase(name) == 1)); break;
        case 4:
            CHECK(hash.clear_deadline(name) == (known && model.fields[name].deadline));
            if (known) model.fields[name].deadline.reset();
            break;
        case 5:
            now += static_cast<std::int64_t>(random.below(20));
            CHECK(hash.erase_due(at(now), 1000) == model.erase_due(at(now)));
            break;
        default:
            if (!known) return;
            model.fields[name].deadline =
                at(now + 1 + static_cast<std::int64_t>(random.below(500)));
            hash.set_deadline(name, *model.fields[name].deadline);
    }
}

}  // namespace

TEST_CASE("fields with deadlines agree with a model, whatever is done, in both forms")
{
    Random random{2847};
    Hash hash;
    Model model;
    std::int64_t now = 1000;
    for (int i = 0; i < 20'000; ++i) {
        do_something(random, hash, model, now);
        if (i % 500 != 0) continue;
        check_same(hash, model);
        const Hash copy = hash.clone();
        check_same(copy, model);
    }
}

TEST_CASE("a hash without deadlines costs what it did")
{
    CHECK(sizeof(Hash) == 8);
    Hash hash;
    hash.set("a", "1");
    const auto bytes = hash.memory_bytes();
    CHECK_FALSE(hash.is_timed());
    hash.set_deadline("a", at(5));
    CHECK(hash.memory_bytes() > bytes);
    CHECK(hash.is_timed());
}

TEST_CASE("a deadline goes with its field and with a new value, and stays with an update")
{
    Hash hash;
    for (const auto* field : {"a", "b", "c"}) {
        hash.set(field, "1");
        hash.set_deadline(field, at(10));
    }
    hash.set("a", "2");
    hash.update("b", "2");
    hash.erase("c");
    hash.set("c", "3");
    CHECK_FALSE(hash.deadline("a"));
    CHECK(hash.deadline("b") == at(10));
    CHECK_FALSE(hash.deadline("c"));
    CHECK_FALSE(hash.all_due(at(10)));
    CHECK(hash.erase_due(at(9), 100) == 0);
    CHECK(hash.erase_due(at(10), 100) == 1);
    CHECK(hash.size() == 2);
}

TEST_CASE("fields that are due go a few at a time, the earliest first")
{
    Hash hash;
    for (int i = 0; i < 1000; ++i) {
        hash.set(std::to_string(i), "x");
        hash.set_deadline(std::to_string(i), at(2000 - i));
    }
    CHECK(hash.all_due(at(2000)));
    CHECK_FALSE(hash.all_due(at(1999)));
    CHECK(hash.erase_due(at(5000), 300) == 300);
    CHECK_FALSE(hash.contains("999"));
    CHECK(hash.contains("699"));
    std::size_t freed = 0;
    while (const std::size_t some = hash.free_some(100)) freed += some;
    CHECK(freed >= 700);
}
