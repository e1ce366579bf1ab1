// SPDX-License-Identifier: MIT
// Exercise 1.4: whose turn it is, on a hart of the test's own, where time passes when the test says so.
#include "sched/schedule.h"
#include "selftest/cases.h"

namespace glenda::selftest {

namespace {

/// A hart with some threads of priority 10 that are not ready yet.
struct World {
    Hart hart;
    Tcb threads[4];
};
constinit World worlds[4];  // a new one each time: it is too large for the stack, from which it could be cleared
constinit World* world = nullptr;
Hart& hart() { return world->hart; }
Tcb& thread(unsigned n) { return world->threads[n]; }

void begin() {
    world = world == nullptr ? worlds : world + 1;
    init_hart(hart());
    set_executing(hart());
    for (Tcb& tcb : world->threads) {
        init_thread(tcb);
        tcb.hart = &hart();
        tcb.priority = 10;
    }
}

/// The number of the thread that runs next; 4: the idle thread.
unsigned next() {
    const Tcb& chosen = choose(hart());
    return &chosen == &hart().idle ? 4 : static_cast<unsigned>(&chosen - world->threads);
}

/// Lets the current thread run for `percent` of a tick, and no tick come.
void run(std::uint64_t percent) { hart().running_since -= percent * tick_length / 100; }
/// Lets the current thread run for `count` ticks, and nobody else before the last of them. Returns who runs after it.
unsigned run_ticks(unsigned count) {
    const unsigned first = next();
    unsigned running = first;
    for (unsigned i = 0; i < count; i++) {
        EXPECT_EQ(running, first);  // the turn is not over yet
        run(100);
        tick(hart());
        running = next();
    }
    return running;
}

void block() {
    hart().current->state = ThreadState::BlockedRecv;
    EXPECT(hart().current->links.next == nullptr);
}

}  // namespace

void turns() {
    begin();
    EXPECT_EQ(next(), 4);
    tick(hart());  // the idle thread has no turn that could end
    EXPECT_EQ(next(), 4);
    for (unsigned n = 0; n < 3; n++) make_ready(thread(n));
    EXPECT(thread(1).state == ThreadState::Ready && thread(1).is_queued);
    make_ready(thread(1));  // is ready already
    for (unsigned n = 0; n < 6 && !has_failed(); n++) {
        EXPECT_EQ(next(), n % 3);
        EXPECT_EQ(run_ticks(kDefaultSlice - 1), n % 3);
        EXPECT_EQ(run_ticks(1), (n + 1) % 3);
    }
    // Thread 0 waits, and keeps the rest of its turn: it is the first again when it is ready.
    EXPECT_EQ(run_ticks(2), 0);
    block();
    EXPECT_EQ(next(), 1);
    make_ready(thread(0));
    EXPECT_EQ(next(), 1);
    EXPECT_EQ(run_ticks(kDefaultSlice), 0);
    EXPECT_EQ(run_ticks(kDefaultSlice - 2), 2);
    // A yield ends the turn; the next one is whole.
    yield(hart());
    EXPECT_EQ(next(), 1);
    EXPECT_EQ(run_ticks(kDefaultSlice), 0);
    EXPECT_EQ(run_ticks(kDefaultSlice), 2);
    EXPECT_EQ(run_ticks(kDefaultSlice), 1);
    // A turn ends at the tick that is closest to its end: 0.3 ticks before it, but not 0.7.
    run(70);
    EXPECT_EQ(run_ticks(kDefaultSlice - 2), 1);
    EXPECT_EQ(run_ticks(1), 0);
    run(30);
    EXPECT_EQ(run_ticks(kDefaultSlice - 1), 0);
    EXPECT_EQ(run_ticks(1), 2);
}

void strict_priorities() {
    begin();
    thread(1).priority = 11;
    thread(2).priority = 9;
    make_ready(thread(0));
    make_ready(thread(2));
    EXPECT_EQ(next(), 0);
    EXPECT_EQ(run_ticks(3 * kDefaultSlice), 0);  // nobody else of its priority
    yield(hart());
    EXPECT(!thread(0).is_queued);  // a yield to nobody has no effect
    EXPECT_EQ(next(), 0);
    make_ready(thread(3));
    EXPECT_EQ(next(), 0);  // an equal does not interrupt its turn
    make_ready(thread(1));
    EXPECT_EQ(next(), 1);
    EXPECT_EQ(run_ticks(3 * kDefaultSlice), 1);
    block();
    EXPECT_EQ(next(), 0);  // was interrupted with time left
    make_ready(thread(1));
    EXPECT_EQ(next(), 1);
    make_ready(thread(1));  // is current
    EXPECT(!thread(1).is_queued);
    block();
    make_ready(thread(1));  // it goes on before anybody else was chosen
    EXPECT_EQ(next(), 1);
    block();
    EXPECT_EQ(next(), 0);
    block();
    EXPECT_EQ(next(), 3);
    block();
    EXPECT_EQ(next(), 2);
    block();
    EXPECT_EQ(next(), 4);
    thread(2).priority = 0;
    make_ready(thread(2));
    tick(hart());  // of the idle thread, which is never in a queue
    EXPECT(!hart().idle.is_queued);
    EXPECT_EQ(next(), 2);
}

void shares() {
    begin();
    set_slice(thread(1), static_cast<std::uint32_t>(2 * kDefaultSlice * tick_length));
    for (unsigned n = 0; n < 3; n++) make_ready(thread(n));
    // Thread 2 sleeps through every tick: it always stops shortly before one comes, and is ready again at once.
    for (unsigned i = 0; i < 400 && !has_failed(); i++) {
        if (next() == 2) {
            run(90);
            block();
            EXPECT(next() != 2);
            make_ready(thread(2));
        } else {
            run_ticks(1);
        }
    }
    const std::uint64_t turn = kDefaultSlice * tick_length;
    const std::uint64_t first = run_time(thread(0)), twice = run_time(thread(1)), dodger = run_time(thread(2));
    EXPECT(first > 10 * turn);
    EXPECT(twice > 2 * first - 3 * turn && twice < 2 * first + 3 * turn);
    EXPECT(dodger < first + 3 * turn);

    // Turns that end late do not make a share larger: ticks that come every 1.2 ticks' time.
    begin();
    thread(1).slice = static_cast<std::uint32_t>(3 * tick_length);
    thread(0).slice = static_cast<std::uint32_t>(3 * tick_length);
    make_ready(thread(0));
    make_ready(thread(1));
    for (unsigned i = 0; i < 600; i++) {
        run(next() == 0 ? 120 : 100);
        tick(hart());
    }
    const std::uint64_t late = run_time(thread(0)), exact = run_time(thread(1));
    EXPECT(late < exact + 5 * tick_length && exact < late + 5 * tick_length);
}

}  // namespace glenda::selftest
