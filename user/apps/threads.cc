// SPDX-License-Identifier: MIT
// Threads of one program: they run, wait for each other, end, crash, and run out of stack.
#include "expect.h"
#include "glenda/environment.h"
#include "glenda/futex.h"
#include "glenda/number.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/thread.h"
#include "util/bits.h"

using namespace glenda;

namespace {

constexpr std::uint64_t kMost = 1000;
constexpr std::uint64_t kUsual = 4;
constexpr std::size_t kSmallStack = 8 * kKiB;

/// Each thread has one of these.
thread_local std::int64_t own = 7;
std::int64_t shared[kMost];

std::int64_t place(void* argument) { return static_cast<std::int64_t*>(argument) - shared; }

/// Counts in its own variable, in steps between which others run.
std::int64_t count(void* argument) {
    for (std::int64_t i = 0; i < place(argument); i++) {
        own++;
        process::yield();
    }
    *static_cast<std::int64_t*>(argument) = own;
    return own;
}

/// Starts threads, as many as there is room for. Returns how many.
std::uint64_t start_all(std::uint64_t number, Thread::Main main, Thread* threads[]) {
    alignas(Thread) static std::byte places[kMost][sizeof(Thread)];
    for (std::uint64_t i = 0; i < number; i++) {
        const auto thread = Thread::start(main, &shared[i], kSmallStack);
        if (!thread) return i;
        threads[i] = new (places[i]) Thread(*thread);
    }
    return number;
}

/// Starts so many threads and waits for each.
Answer<void> run(std::uint64_t number) {
    Thread* threads[kMost];
    const std::uint64_t started = start_all(number, count, threads);
    if (started < number) print("threads: no more than {}: {}\n", started, Thread::start(count, shared).error());
    std::int64_t sum = 0;
    for (std::uint64_t i = 0; i < started; i++) {
        TRY(status, threads[i]->join());
        if (status != shared[i]) return Refusal(ServerError::Broken);
        sum += status;
    }
    print("threads: {} have counted to {}; the first one to {}\n", started, sum, own);
    return {};
}

/// Starts and joins one thread after the other.
Answer<void> churn(std::uint64_t number) {
    const auto before = process::memory();
    for (std::uint64_t i = 0; i < number; i++) {
        TRY(thread, Thread::start(count, &shared[i % 4]));
        TRY_VOID(thread.join());
    }
    const auto after = process::memory();
    CHECK(before && after, ServerError::Broken);
    print("threads: {} came and went, {} KiB more in use\n", number, (before->free - after->free) / kKiB);
    return {};
}

std::int64_t crash(void* argument) {
    if (place(argument) == 2) *reinterpret_cast<volatile int*>(0x7'0000'0000) = 1;
    (void)process::sleep(1000);
    return 0;
}

[[gnu::noinline]] std::int64_t recurse(std::int64_t depth) {
    volatile std::int64_t room[64];
    for (std::int64_t i = 0; i < 64; i++) room[i] = depth;
    if (depth == 1'000'000) return 0;
    return recurse(depth + 1) + room[depth % 64];
}

/// Has no room for what it calls.
std::int64_t overflow(void* argument) {
    if (place(argument) == 2) return recurse(0);
    (void)process::sleep(1000);
    return 0;
}

/// Waits in one of several ways, for ever. The time-outs are short: an idle machine's clock runs fast under QEMU.
std::int64_t hang(void* argument) {
    static std::atomic<std::uint32_t> word = 0;
    for (;;) {
        switch (place(argument) % 5) {
            case 0: (void)process::futex_wait(word, 0); break;
            case 1: (void)process::futex_wait(word, 0, 100'000); break;
            case 2: (void)process::sleep(100); break;
            case 3: (void)environment().notification.wait(); break;
            case 4:
                if (process::join_thread(process::this_thread() - 1)) break;
                (void)process::futex_wait(word, 0);  // that number is of a process that was started in between
                break;
        }
    }
}

/// Starts threads that wait for ever, and waits for one of them.
Answer<void> hang_all(std::uint64_t number) {
    Thread* threads[kMost];
    if (start_all(number, hang, threads) == 0) return Refusal(ServerError::TooMany);
    TRY_VOID(threads[0]->join());
    return {};
}

/// Starts threads and ends at once. The last one that ends gives the process its status.
Answer<void> leave(std::uint64_t number) {
    Thread* threads[kMost];
    const auto last = [](void* argument) -> std::int64_t {
        (void)process::sleep(10 * (1 + std::uint64_t(place(argument))));
        return place(argument);
    };
    start_all(number, last, threads);
    process::end_thread(99);
}

/// Starts as many threads as its account has memory for, again and again: what the first ones had is there again. (The
/// page of the program's first Tcb has room for two more Tcbs, once.)
Answer<void> again(std::uint64_t) {
    Thread* threads[kMost];
    std::uint64_t counts[5] = {};
    for (std::uint64_t& started : counts) {
        started = start_all(kMost, count, threads);
        const auto refused = Thread::start(count, shared, kSmallStack);
        CHECK(!refused && refused.error() == AnyError(ServerError::OutOfMemory), ServerError::Broken);
        for (std::uint64_t i = 0; i < started; i++) TRY_VOID(threads[i]->join());
    }
    CHECK(counts[0] - counts[4] <= 1 && counts[3] == counts[4], ServerError::Broken);
    return {};
}

struct Command {
    std::string_view name;
    Answer<void> (*run)(std::uint64_t number);
};
constexpr Command kCommands[] = {
    {"run", run},
    {"churn", churn},
    {"hang", hang_all},
    {"run", run},
    {"churn", churn},
    {"hang", hang_all},
    {"leave", leave},
    {"again", again},
    {"poor", [](std::uint64_t most) -> Answer<void> { return run_poor("threads", "again", most), Answer<void>(); }},
    {"overflow",
     [](std::uint64_t number) -> Answer<void> {
         Thread* threads[kMost];
         start_all(number, overflow, threads);
         (void)process::sleep(1000);
         return {};
     }},
    {"crash",
     [](std::uint64_t number) -> Answer<void> {
         Thread* threads[kMost];
         start_all(number, crash, threads);
         TRY_VOID(threads[0]->join());
         return {};
     }},
};

}  // namespace

int main(int argc, char** argv) {
    const auto number = argc == 3 ? to_number(argv[2]) : kUsual;
    for (const Command& command : kCommands) {
        if (argc < 2 || argv[1] != command.name || !number) continue;
        const auto done = command.run(*number);
        if (!done) print("threads: {}\n", done.error());
        return done ? 0 : 1;
    }
    print("usage: threads run | churn | crash | overflow | hang | leave | again | poor [NUMBER]\n");
    return 2;
}
