// Loaded into a server with LD_PRELOAD: from SIGUSR2 on, and until the next, one allocation in
// FAIL_ONE_IN fails, by chance that follows from FAIL_SEED.

#include <dlfcn.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace {

volatile std::sig_atomic_t active = 0;
std::uint64_t state = 1;
std::uint64_t one_in = 1000;

void toggle(int) { active = !active; }

bool fails()
{
    if (!active) return false;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % one_in == 0;
}

template <class Function>
Function* next(const char* name)
{
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

std::uint64_t number_from(const char* name, std::uint64_t otherwise)
{
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

[[gnu::constructor]] void prepare()
{
    state = number_from("FAIL_SEED", 1) * 0x9e3779b97f4a7c15 | 1;
    one_in = number_from("FAIL_ONE_IN", 1000);
    std::signal(SIGUSR2, toggle);
}

}  // namespace

extern "C" void* malloc(std::size_t size)
{
    static auto* const real = next<void*(std::size_t)>("malloc");
    if (!fails()) return real(size);
    errno = ENOMEM;
    return nullptr;
}

extern "C" void* realloc(void* memory, std::size_t size)
{
    static auto* const real = next<void*(void*, std::size_t)>("realloc");
    if (!fails()) return real(memory, size);
    errno = ENOMEM;
    return nullptr;
}

void* operator new(std::size_t size)
{
    static auto* const real = next<void*(std::size_t)>("_Znwm");
    if (fails()) throw std::bad_alloc{};
    return real(size);
}

void* operator new(std::size_t size, std::align_val_t alignment)
{
    static auto* const real = next<void*(std::size_t, std::align_val_t)>("_ZnwmSt11align_val_t");
    if (fails()) throw std::bad_alloc{};
    return real(size, alignment);
}

void* operator new[](std::size_t size)
{
    static auto* const real = next<void*(std::size_t)>("_Znam");
    if (fails()) throw std::bad_alloc{};
    return real(size);
}
