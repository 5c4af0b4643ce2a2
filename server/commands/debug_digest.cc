#include "server/commands/debug_digest.h"

#include <fmt/format.h>

#include <vector>

#include "server/scripting/sha1.h"
#include "store/snapshot/value_codec.h"

namespace server::commands {

namespace {

std::string_view bytes_of(const Digest& digest)
{
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// In any order.
void combine(Digest& digest, std::string_view bytes)
{
    const Digest other = scripting::sha1_bytes(bytes);
    for (std::size_t i = 0; i < digest.size(); ++i) digest[i] ^= other[i];
}

/// In this order.
void mix(Digest& digest, std::string_view bytes)
{
    combine(digest, bytes);
    digest = scripting::sha1_bytes(bytes_of(digest));
}

/// As four bytes, the highest first.
void mix_number(Digest& digest, std::uint32_t number)
{
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift);
    mix(digest, bytes);
}

void combine_pair(Digest& digest, std::string_view first, std::string_view second)
{
    Digest pair{};
    mix(pair, first);
    mix(pair, second);
    combine(digest, bytes_of(pair));
}

// Redis's numbers of the types, and its ways to go through them.

void mix_value(Digest& digest, const store::String& string)
{
    mix_number(digest, 0);
    mix(digest, string.view());
}

void mix_value(Digest& digest, const store::List& list)
{
    mix_number(digest, 1);
    list.for_each([&](std::string_view element) { mix(digest, element); });
}

void mix_value(Digest& digest, const store::Set& set)
{
    mix_number(digest, 2);
    set.for_each([&](std::string_view member) { combine(digest, member); });
}

void mix_value(Digest& digest, const store::SortedSet& sorted_set)
{
    mix_number(digest, 3);
    for (const auto& [member, score] : sorted_set)
        combine_pair(digest, member, fmt::format("{:.17g}", score));
}

void mix_value(Digest& digest, const store::Hash& hash)
{
    mix_number(digest, 4);
    hash.for_each([&](std::string_view field, std::string_view value) {
        combine_pair(digest, field, value);
    });
}

/// A type that Redis does not have.
template <class T>
void mix_value(Digest& digest, const T& value)
{
    store::snapshot::ByteWriter dumped;
    store::TypeTraits<T>::write(dumped, value);
    mix(digest, dumped.view());
}

void mix_value_at(Digest& digest, store::Keyspace& keys, std::string_view key)
{
    const auto type = keys.peek_type(key);
    if (!type) return;
    store::with_type(*type, [&]<class T>() { mix_value(digest, *keys.find_if_type<T>(key)); });
    if (keys.deadline(key)) combine(digest, "!!expire!!");
}

}  // namespace

Digest digest_of_value(store::Keyspace& keys, std::string_view key)
{
    Digest digest{};
    mix_value_at(digest, keys, key);
    return digest;
}

Digest digest_of(Databases& databases)
{
    Digest all{};
    for (int index = 0; index < databases.count(); ++index) {
        store::Keyspace& keys = databases[index];
        std::vector<std::string> names;
        keys.for_each([&](std::string_view key, store::Type) { names.emplace_back(key); });
        if (names.empty()) continue;
        mix_number(all, static_cast<std::uint32_t>(index));
        for (const std::string& name : names) {
            Digest digest{};
            mix(digest, name);
            mix_value_at(digest, keys, name);
            combine(all, bytes_of(digest));
        }
    }
    return all;
}

}  // namespace server::commands
