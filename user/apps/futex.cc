// SPDX-License-Identifier: MIT
// Processes that meet at words of memory that they share: `futex`. A word of memory that is gone: `futex gone`.
#include "glenda/futex.h"

#include "glenda/environment.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/thread.h"
#include "util/bits.h"

using namespace glenda;

namespace {

constexpr std::uint32_t kProcesses = 4, kRounds = 100;

/// What they share: a lock (0: free, 1: taken, 2: taken and wanted), and what it protects.
struct Shared {
    std::atomic<std::uint32_t> lock;
    std::uint32_t sum;
    std::atomic<std::uint32_t> gate;
    std::atomic<std::uint32_t> at_gate;
};

void add(Shared& shared) {
    for (std::uint32_t i = 0; i < kRounds; i++) {
        std::uint32_t free = 0;
        if (!shared.lock.compare_exchange_strong(free, 1)) {
            while (shared.lock.exchange(2) != 0) (void)process::futex_wait(shared.lock, 2);
        }
        const std::uint32_t before = shared.sum;
        process::yield();
        shared.sum = before + 1;
        if (shared.lock.exchange(0) == 2) (void)process::futex_wake(shared.lock, 1);
    }
}

/// Whoever waits here is woken once.
void wait_at_gate(Shared& shared) {
    shared.at_gate++;
    (void)process::futex_wait(shared.gate, 0);
}

Answer<void> run() {
    TRY(page, process::map(kPageSize, MapFlags::ReadWrite, MmapFlags::Shared));
    auto& shared = *reinterpret_cast<Shared*>(page);
    for (std::uint32_t i = 0; i < kProcesses; i++) {
        TRY(pid, process::fork());
        if (pid != 0) continue;
        add(shared);
        wait_at_gate(shared);
        glenda::exit(0);
    }
    add(shared);
    while (shared.at_gate != kProcesses) TRY_VOID(process::sleep(1));
    std::uint64_t woken = 0;
    for (int tries = 0; woken < kProcesses && tries < 1000; tries++) {
        TRY_VOID(process::sleep(1));
        TRY(more, process::futex_wake(shared.gate, 3));
        woken += more;
    }
    for (std::uint32_t i = 0; i < kProcesses; i++) TRY_VOID(process::wait(kAnyChild));
    print("futex: {} processes have added up {}, and {} were woken\n", kProcesses + 1, shared.sum, woken);
    return {};
}

Answer<std::atomic<std::uint32_t>*> map_word() {
    TRY(page, process::map(kPageSize, MapFlags::ReadWrite, MmapFlags::Shared));
    return reinterpret_cast<std::atomic<std::uint32_t>*>(page);
}

/// Waits at a word for so long that only its end, or that of its memory, could be the reason to go on.
std::int64_t wait_for_long(void* word) {
    constexpr std::int64_t kLong = 20'000'000;
    const auto woken = process::futex_wait(*static_cast<std::atomic<std::uint32_t>*>(word), 0, kLong);
    return woken ? 1 : woken.error() == AnyError(ServerError::TimedOut) ? 0 : 2;
}

/// While a thread waits at a word, the memory goes, and other memory comes: to the same place, and, in Factotum's
/// books, with the same number.
Answer<void> lose_memory() {
    TRY(word, map_word());
    TRY(waiter, Thread::start(wait_for_long, word));
    for (std::uint64_t tries = 0; tries < 1000; tries++) process::yield();
    TRY_VOID(process::unmap(reinterpret_cast<std::uint64_t>(word), kPageSize));
    TRY(next, map_word());
    TRY(woken, process::futex_wake(*next, ~std::uint64_t{0}));
    TRY(status, waiter.join());
    print("futex: {}, {} were woken, the waiter ended with {}\n", next == word ? "same place" : "another place", woken,
          status);
    return {};
}

}  // namespace

int main(int argc, char**) {
    const auto done = argc > 1 ? lose_memory() : run();
    if (!done) print("futex: {}\n", done.error());
    return done ? 0 : 1;
}
