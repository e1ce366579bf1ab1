// SPDX-License-Identifier: MIT
// Threads that are always busy, and count together: `exact [THREADS [MILLISECONDS]]`. Each counts what it does itself;
// the sums must be equal, however fast the machine is, and however many harts run the threads.
#include <algorithm>

#include "glenda/number.h"
#include "glenda/print.h"
#include "glenda/sync.h"
#include "glenda/thread.h"
#include "glenda/time.h"

using namespace glenda;

namespace {

constexpr std::uint64_t kMost = 16, kTicksPerMs = 10'000;  // QEMU's virt machine counts 10 MHz
std::uint64_t end_time;

/// What all threads count, each number under another kind of lock. None is atomic.
struct Counts {
    std::uint64_t mutex = 0;
    std::uint64_t semaphore = 0;
    std::uint64_t turns = 0;
};
Counts shared, own[kMost];

constinit Mutex mutex, turn_lock;
constinit Semaphore one(1);
constinit Condition turn_is_over;
bool is_taken = false;

/// A lock made of a condition: who finds it taken waits for the next turn.
void take_turn() {
    Guard guard(turn_lock);
    while (is_taken) turn_is_over.wait(turn_lock);
    is_taken = true;
}
void end_turn() {
    Guard guard(turn_lock);
    is_taken = false;
    turn_is_over.signal();
}

void work(unsigned rounds) {
    for (unsigned i = 0; i < rounds; i++) asm volatile("");
}

std::int64_t count(void* argument) {
    auto& mine = *static_cast<Counts*>(argument);
    while (read_time() < end_time) {
        {
            Guard guard(mutex);
            shared.mutex++;
        }
        mine.mutex++;
        one.wait();
        shared.semaphore++;
        one.signal();
        mine.semaphore++;
        take_turn();
        shared.turns++;
        end_turn();
        mine.turns++;
        work(2000);
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t threads = std::min(kMost, argc > 1 ? to_number(argv[1]).value_or(4) : 4);
    end_time = read_time() + (argc > 2 ? to_number(argv[2]).value_or(1000) : 1000) * kTicksPerMs;
    alignas(Thread) std::byte places[kMost][sizeof(Thread)];
    for (std::uint64_t i = 0; i < threads; i++) {
        const auto thread = Thread::start(count, &own[i]);
        if (!thread) return 1;
        new (places[i]) Thread(*thread);
    }
    Counts sum;
    for (std::uint64_t i = 0; i < threads; i++) {
        if (!reinterpret_cast<Thread*>(places[i])->join()) return 1;
        sum.mutex += own[i].mutex;
        sum.semaphore += own[i].semaphore;
        sum.turns += own[i].turns;
    }
    print("exact: {} of {} with a mutex, {} of {} with a semaphore, {} of {} with a condition\n", shared.mutex,
          sum.mutex, shared.semaphore, sum.semaphore, shared.turns, sum.turns);
    return 0;
}
