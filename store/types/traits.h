#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "store/clock.h"
#include "store/types/member_timer.h"

namespace store {

namespace snapshot {
class ByteReader;
class ByteWriter;
struct ReadLimits;
}  // namespace snapshot

/// What the server must know about a type that a key can hold. Each type of the list in
/// store/types/type_list.h specialises it at the foot of its own header:
///
///     static constexpr std::string_view kName;   the answer to TYPE, and SCAN's TYPE
///     static constexpr char kEventClass;         its letter in notify-keyspace-events
///     static constexpr bool kIsContainer;        its key goes with its last element
///     static constexpr std::array kSnapshotTags; the value types of RDB files it is read from
///
///     static std::string_view encoding(const T&);        the answer to OBJECT ENCODING
///     static void write(ByteWriter& out, const T&);      DUMP: one of the tags, and the content
///     static T read(ByteReader&, tag, const ReadLimits&) RESTORE; throws snapshot::FormatError
template <class T>
struct TypeTraits;

/// Containers vanish with their last element; an empty string is a value.
template <class T>
inline constexpr bool kIsContainer = TypeTraits<T>::kIsContainer;

/// What a container lets the keyspace do: a large one is freed a little at a time.
template <class T>
concept Container = requires(T value, std::size_t max)
{
    {
        value.empty()
        } -> std::same_as<bool>;
    {
        value.size()
        } -> std::same_as<std::size_t>;
    {
        value.free_some(max)
        } -> std::same_as<std::size_t>;
};

/// A container whose members may have deadlines of their own.
template <class T>
concept WithMemberDeadlines = requires(T value, Deadline now, std::size_t max)
{
    {
        value.timer()
        } -> std::same_as<MemberTimer*>;  // nullptr if no member ever had one
    value.next_deadline();                // the earliest, if any
    value.earliest_member();              // whose that is
    value.all_due(now);                   // whether nothing is left by now
    value.erase_due(now, max);            // how many
};

/// What the class of a type has, next to its traits.
template <class T>
concept KeyType = std::default_initializable<T> && std::movable<T> &&
    requires(const T& value, snapshot::ByteWriter& out, snapshot::ByteReader& reader,
             std::uint8_t tag, const snapshot::ReadLimits& limits, std::uint64_t hash)
{
    {
        value.clone()
        } -> std::same_as<T>;
    {
        value.memory_bytes()
        } -> std::same_as<std::size_t>;
    value.prefetch(hash);         // what a lookup of a member with this hash reads first
    value.prefetch_member(hash);  // and, once that has come, what it reads next
    {
        TypeTraits<T>::kName
        } -> std::convertible_to<std::string_view>;
    {
        TypeTraits<T>::kEventClass
        } -> std::convertible_to<char>;
    {
        TypeTraits<T>::kSnapshotTags.size()
        } -> std::convertible_to<std::size_t>;
    {
        TypeTraits<T>::encoding(value)
        } -> std::same_as<std::string_view>;
    TypeTraits<T>::write(out, value);
    {
        TypeTraits<T>::read(reader, tag, limits)
        } -> std::same_as<T>;
} &&(!kIsContainer<T> || Container<T>);

}  // namespace store
