// SPDX-License-Identifier: MIT
// Exercise 1.4, what the public cases do not try: turns that end or pause between two ticks.
#include "sched/schedule.h"
#include "selftest/hidden.h"

namespace glenda::selftest {

namespace {

constexpr unsigned kThreads = 3;
struct World {
    Hart hart;
    Tcb threads[kThreads];
};
constinit World worlds[2];  // one for each case: it is too large for the stack
constinit World* world = nullptr;
Hart& hart() { return world->hart; }
Tcb& thread(unsigned n) { return world->threads[n]; }

/// Threads with turns of `slice` ticks, all ready, on a hart where time passes when the test says so.
void begin(World& in, std::uint64_t slice) {
    world = &in;
    init_hart(hart());
    set_executing(hart());
    for (Tcb& tcb : world->threads) {
        init_thread(tcb);
        tcb.hart = &hart();
        tcb.priority = 200;
        tcb.slice = static_cast<std::uint32_t>(slice * tick_length);
        make_ready(tcb);
    }
}

/// The number of the thread that runs next; kThreads: the idle thread.
unsigned next() {
    const Tcb& chosen = choose(hart());
    return &chosen == &hart().idle ? kThreads : static_cast<unsigned>(&chosen - world->threads);
}

/// Lets `percent` of a tick pass without one.
void run(std::uint64_t percent) { hart().running_since -= percent * tick_length / 100; }
/// Lets `count` ticks pass, each after a whole tick's time. Returns who runs then.
unsigned run_ticks(unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        run(100);
        tick(hart());
        (void)next();
    }
    return next();
}

}  // namespace

void hidden_yields() {
    begin(worlds[0], 6);
    EXPECT_EQ(next(), 0);
    EXPECT_EQ(run_ticks(2), 0);
    // What it has run since the last tick belongs to the turn that it gives up, and not to the next one.
    run(90);
    yield(hart());
    EXPECT_EQ(next(), 1);
    run(90);
    yield(hart());
    EXPECT_EQ(next(), 2);
    EXPECT_EQ(run_ticks(6), 0);
    EXPECT_EQ(run_ticks(5), 0);
    EXPECT_EQ(run_ticks(1), 1);
    EXPECT_EQ(run_ticks(5), 1);
    EXPECT_EQ(run_ticks(1), 2);
}

void hidden_rests() {
    begin(worlds[1], 4);
    EXPECT_EQ(next(), 0);
    EXPECT_EQ(run_ticks(3), 0);
    // Little is left of its turn when it blocks. It comes back in front, with that little.
    run(70);
    thread(0).state = ThreadState::BlockedRecv;
    EXPECT_EQ(next(), 1);
    make_ready(thread(0));
    EXPECT_EQ(next(), 1);
    thread(1).state = ThreadState::BlockedRecv;
    EXPECT_EQ(next(), 0);
    EXPECT_EQ(run_ticks(1), 2);  // and its turn is over at the first tick
    // A thread of a lower priority waits for all of them, and its turn waits, too.
    thread(2).state = ThreadState::BlockedRecv;
    EXPECT_EQ(next(), 0);
    thread(0).state = ThreadState::BlockedRecv;
    EXPECT_EQ(next(), kThreads);
    thread(1).priority = 0;
    make_ready(thread(1));
    EXPECT_EQ(next(), 1);
    EXPECT_EQ(run_ticks(2), 1);
    make_ready(thread(2));
    EXPECT_EQ(next(), 2);
    thread(2).state = ThreadState::BlockedRecv;
    EXPECT_EQ(next(), 1);
}

}  // namespace glenda::selftest
