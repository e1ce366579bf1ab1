// SPDX-License-Identifier: MIT
// Threads that wait for each other in all ways of glenda/sync.h, and count exactly: `locks [ROUNDS [VISITORS]]`. With
// VISITORS, so many must have been behind the semaphore at once: up to 3, and 3 on one hart, where they meet for sure.
#include "glenda/futex.h"
#include "glenda/number.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/sync.h"
#include "glenda/thread.h"

using namespace glenda;

namespace {

constexpr std::uint64_t kThreads = 20;  // more than there are notifications to park at
constexpr std::uint64_t kUsualRounds = 200;

std::uint64_t rounds = kUsualRounds;
int faults = 0;

void check(const char* what, std::uint64_t is, std::uint64_t should_be) {
    if (is == should_be) return;
    print("locks: {}: {} in place of {}\n", what, is, should_be);
    faults++;
}

/// Runs `main` in all threads at once, and waits for them.
void run_all(Thread::Main main) {
    alignas(Thread) std::byte places[kThreads][sizeof(Thread)];
    std::uint64_t started = 0;
    for (; started < kThreads; started++) {
        const auto thread = Thread::start(main, reinterpret_cast<void*>(started));
        if (!thread) break;
        new (places[started]) Thread(*thread);
    }
    check("threads", started, kThreads);
    for (std::uint64_t i = 0; i < started; i++) {
        check("a thread's end", std::uint64_t(reinterpret_cast<Thread*>(places[i])->join().value_or(1)), 0);
    }
}

/// A sum that is wrong if two threads add to it at once.
constinit Mutex mutex;
std::uint64_t sum = 0;

std::int64_t add(void*) {
    for (std::uint64_t i = 0; i < rounds; i++) {
        Guard guard(mutex);
        const std::uint64_t before = sum;
        if (i % 8 == 0) process::yield();
        sum = before + 1;
    }
    return 0;
}

/// At most three threads are inside at once.
constinit Semaphore room(3);
std::atomic<std::uint64_t> inside{0}, most_inside{0}, visits{0};

std::int64_t visit(void*) {
    for (std::uint64_t i = 0; i < rounds; i++) {
        room.wait();
        const std::uint64_t now = ++inside;
        for (std::uint64_t most = most_inside; now > most && !most_inside.compare_exchange_weak(most, now);) {
        }
        process::yield();
        inside--;
        visits++;
        room.signal();
    }
    return 0;
}

/// A queue with room for a few numbers, and two conditions. Even threads put numbers in, odd ones take them out.
constinit Condition can_put, can_take;
constexpr std::uint64_t kRoom = 4;
std::uint64_t queue[kRoom];
std::uint64_t put = 0, taken = 0, taken_sum = 0;

std::int64_t trade(void* number) {
    const bool puts = reinterpret_cast<std::uint64_t>(number) % 2 == 0;
    for (std::uint64_t i = 0; i < rounds; i++) {
        Guard guard(mutex);
        if (puts) {
            while (put - taken == kRoom) can_put.wait(mutex);
            queue[put % kRoom] = put + 1;
            put++;
            can_take.signal();
        } else {
            while (put == taken) can_take.wait(mutex);
            taken_sum += queue[taken % kRoom];
            taken++;
            can_put.signal();
        }
    }
    return 0;
}

/// All wait for the last one, again and again.
constinit Condition all_here;
std::uint64_t arrived = 0, laps = 0;

std::int64_t meet(void*) {
    for (std::uint64_t i = 0; i < rounds / 4; i++) {
        Guard guard(mutex);
        const std::uint64_t lap = laps;
        if (++arrived == kThreads) {
            arrived = 0;
            laps++;
            all_here.broadcast();
        }
        while (laps == lap) all_here.wait(mutex);
    }
    return 0;
}

constinit Once once;
std::uint64_t times = 0;

std::int64_t do_once(void*) {
    once.run([] {
        (void)process::sleep(2);
        times++;
    });
    return times == 1 ? 0 : 1;
}

/// Threads take memory from one heap, fill it, and free it.
std::int64_t allocate(void* number) {
    const auto mark = std::uint8_t(reinterpret_cast<std::uint64_t>(number));
    for (std::uint64_t i = 0; i < rounds; i++) {
        const std::size_t size = 16 + i * 37 % 500;
        auto* const bytes = new std::uint8_t[size];
        for (std::size_t at = 0; at < size; at++) bytes[at] = mark;
        if (i % 16 == 0) process::yield();
        for (std::size_t at = 0; at < size; at++) {
            if (bytes[at] != mark) return 1;
        }
        delete[] bytes;
    }
    return 0;
}

/// A lock of a word of memory and futexes (0: free, 1: taken, 2: taken and wanted).
std::atomic<std::uint32_t> word{0};
std::uint64_t futex_sum = 0;

std::int64_t add_with_futex(void*) {
    for (std::uint64_t i = 0; i < rounds / 4; i++) {
        std::uint32_t seen = 0;
        if (!word.compare_exchange_strong(seen, 1)) {
            while (word.exchange(2) != 0) (void)process::futex_wait(word, 2);
        }
        const std::uint64_t before = futex_sum;
        process::yield();
        futex_sum = before + 1;
        if (word.exchange(0) == 2) (void)process::futex_wake(word, 1);
    }
    return 0;
}

/// Everybody who waits is woken once, and who gave up is not counted.
std::atomic<std::uint32_t> gate{0};
std::atomic<std::uint64_t> woken{0}, timed_out{0}, late{0};

std::int64_t pass_gate(void* number) {
    const bool gives_up = reinterpret_cast<std::uint64_t>(number) % 4 == 0;
    const auto done = process::futex_wait(gate, 0, gives_up ? 1000 : kNoTimeout);
    if (done)
        woken++;
    else
        (done.error() == AnyError(ServerError::TimedOut) ? timed_out : late)++;
    return 0;
}

void open_gate() {
    auto opener = Thread::start(
        [](void*) -> std::int64_t {
            std::uint64_t counted = 0;
            while (timed_out < kThreads / 4) (void)process::sleep(1);  // however late they come
            while (counted + timed_out + late < kThreads) {
                counted += process::futex_wake(gate, 3).value_or(0);
                (void)process::sleep(1);
            }
            return std::int64_t(counted);
        },
        nullptr);
    run_all(pass_gate);
    check("those who were woken", std::uint64_t(opener->join().value_or(-1)), woken);
    check("all at the gate", woken + timed_out + late, kThreads);
    check("those who gave up", timed_out, kThreads / 4);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc >= 2) rounds = to_number(argv[1]).value_or(kUsualRounds);
    run_all(add);
    check("a sum", sum, kThreads * rounds);
    run_all(visit);
    check("visits", visits, kThreads * rounds);
    check("too many visitors at once", most_inside > 3, 0);
    if (argc == 3) check("visitors at once", most_inside, to_number(argv[2]).value_or(0));
    run_all(trade);
    check("numbers", taken, kThreads / 2 * rounds);
    check("their sum", taken_sum, taken * (taken + 1) / 2);
    run_all(meet);
    check("laps", laps, rounds / 4);
    run_all(do_once);
    run_all(allocate);
    run_all(add_with_futex);
    check("a sum with futexes", futex_sum, kThreads * (rounds / 4));
    open_gate();
    if (faults == 0) print("locks: all counts are exact\n");
    return faults != 0;
}
