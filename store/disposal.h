#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <new>
#include <utility>
#include <variant>

#include "store/types/type_list.h"

namespace store {

/// Frees what is large a little at a time, so that no client has to wait for it: ten million
/// members take the better part of a second.
class Disposal
{
public:
    /// Fewer elements are freed at once.
    static constexpr std::size_t kLarge = 1024;

    /// The maximum of elements that wait; more are freed at once. Large sets that are filled and
    /// emptied faster than they are freed must not fill the memory.
    static constexpr std::size_t kMaxWaiting = std::size_t{1} << 24;

    static bool is_worthwhile(std::size_t size, std::size_t waiting)
    {
        return size >= kLarge && waiting + size <= kMaxWaiting;
    }

    /// Takes the content over, if it is large, and leaves nothing. Otherwise it does nothing: the
    /// container frees its content itself.
    template <Container T>
    void take(T& container)
    {
        const std::size_t size = container.size();
        if (!is_worthwhile(size, waiting_)) return;
        try {
            containers_.push_back({std::move(container), size});
            waiting_ += size;
        } catch (const std::bad_alloc&) {
            // It was freed at once instead.
        }
    }

    /// Frees about this many elements.
    void work(std::size_t max)
    {
        while (max > 0 && !containers_.empty()) {
            auto& [container, size] = containers_.front();
            const std::size_t freed =
                std::visit([&](auto& any) { return free_some(any, max); }, container);
            max -= std::min(freed, max);
            if (freed > 0) continue;
            waiting_ -= size;
            containers_.pop_front();
        }
    }

    bool empty() const { return containers_.empty(); }

private:
    template <class T>
    static std::size_t free_some(T& value, std::size_t max)
    {
        if constexpr (kIsContainer<T>) return value.free_some(max);
        return 0;
    }

    struct Waiting
    {
        AnyValue container;
        std::size_t size;  ///< when it was taken
    };

    std::deque<Waiting> containers_;
    std::size_t waiting_ = 0;
};

}  // namespace store
