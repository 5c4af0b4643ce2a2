// Loaded into a server with LD_PRELOAD: SIGUSR1 sets the wall clock, as the server sees it, an hour
// forward, SIGUSR2 an hour back.

#include <dlfcn.h>

#include <csignal>
#include <ctime>

namespace {

volatile std::sig_atomic_t hours = 0;

void move(int signal) { hours = hours + (signal == SIGUSR1 ? 1 : -1); }

[[gnu::constructor]] void prepare()
{
    std::signal(SIGUSR1, move);
    std::signal(SIGUSR2, move);
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time)
{
    using Function = int(clockid_t, timespec*);
    static auto* const real = reinterpret_cast<Function*>(dlsym(RTLD_NEXT, "clock_gettime"));
    const int result = real(clock, time);
    if (clock == CLOCK_REALTIME) time->tv_sec += 3600L * hours;
    return result;
}
