// SPDX-License-Identifier: MIT
// K26: what one hart does to a thread on another takes effect at once: suspending, moving or deleting it, changing its
// priority or CSpace. Also timers armed on all harts.
#include "common/smp.h"

namespace glenda::ktest {

namespace {

void suspending() {
    if (harts() < 2) return;
    Counter counter;
    Crew crew;
    for (unsigned hart = 1; hart < harts(); hart++) {
        Thread& thread = crew.add(counter, hart);
        thread.start();
        for (unsigned round = 0; round < 20; round++) {
            EXPECT(counter.moves());
            EXPECT_OK(thread.tcb.suspend());
            EXPECT(counter.rests());
            EXPECT(thread.state() == ThreadState::Inactive);
            EXPECT_OK(thread.tcb.resume());
        }
        EXPECT(counter.moves());
        EXPECT_OK(thread.tcb.suspend());
    }
}

void affinity() {
    if (harts() < 3) return;
    Counter running, ready;
    Crew crew;
    Thread& one = crew.add(running, 1);
    Thread& two = crew.add(ready, 1, kPriority);
    EXPECT_EQ(need(one.tcb.info()).hart, 1);
    EXPECT_ERROR(OutOfRange, one.tcb.set_affinity(harts()));
    EXPECT_OK(one.tcb.set_affinity(2));  // inactive
    EXPECT_OK(one.tcb.set_affinity(1));
    one.start();
    EXPECT(running.moves());
    two.start();
    EXPECT(ready.rests());
    EXPECT_OK(two.tcb.set_affinity(2));  // ready
    EXPECT(ready.moves());
    EXPECT(running.moves());
    EXPECT_OK(one.tcb.set_affinity(2));  // running
    EXPECT_EQ(need(one.tcb.info()).hart, 2);
    EXPECT(running.moves());
    EXPECT(ready.rests());
    EXPECT_OK(one.tcb.set_affinity(2));  // its current hart
    EXPECT(running.moves());

    const Notification bell = badged(need(pool().notification()), 1);
    volatile unsigned woken = 0;
    auto sleeper = [&] {
        for (;;) {
            (void)need(bell.wait());
            woken = woken + 1;
        }
    };
    Thread& three = crew.add(sleeper, 1);
    three.start();
    for (unsigned round = 1; round <= 50; round++) {
        EXPECT(soon([&] { return three.state() == ThreadState::BlockedRecv; }));
        EXPECT_OK(three.tcb.set_affinity(round % harts()));  // blocked
        EXPECT(three.state() == ThreadState::BlockedRecv);
        EXPECT_OK(bell.signal());
        EXPECT(soon([&] { return woken == round; }));
    }
}

void own_affinity() {
    Crew crew;
    volatile unsigned moves = 0;
    Tcb tcb;
    auto wanderer = [&] {
        for (unsigned i = 0; i < 200; i++) {
            const unsigned hart = mix(i) % harts();
            need(tcb.set_affinity(hart));
            if (need(tcb.info()).hart == hart) moves = moves + 1;
        }
    };
    Thread& thread = crew.add(wanderer, 0);
    tcb = thread.tcb;
    thread.start();
    EXPECT(soon([&] { return thread.state() == ThreadState::Inactive; }));
    EXPECT(thread.has_finished());
    EXPECT_EQ(moves, 200);
}

void deleting_threads() {
    if (harts() < 2) return;
    for (unsigned round = 0; round < 10; round++) {
        Counter counter;
        Crew crew;
        Thread& thread = crew.add(counter, 1 + round % (harts() - 1), kPriority + 1, spare_stack());
        thread.start();
        EXPECT(counter.moves());
        EXPECT_OK(node().remove(thread.tcb.cptr()));
        EXPECT(counter.rests());
        EXPECT_ERROR(InvalidCapability, thread.tcb.resume());
    }
}

/// One Revoke deletes everything while all threads run.
void revoking_all() {
    if (harts() < 2) return;
    Counter counters[kMaxHarts];
    Crew crew;
    for (unsigned hart = 1; hart < harts(); hart++) crew.add(counters[hart], hart).start();
    for (unsigned hart = 1; hart < harts(); hart++) EXPECT(counters[hart].moves());
    EXPECT_OK(node().revoke(arena().cptr()));
    for (unsigned hart = 1; hart < harts(); hart++) EXPECT(counters[hart].rests());
    EXPECT_EQ(need(arena().info()).used, 0);
}

void revoking_cspace() {
    if (harts() < 2) return;
    const CNode other = need(pool().cnode(4));
    const Notification bell = need(pool().notification());
    EXPECT_OK(other.copy(1, node(), bell.cptr()));
    Counter good, bad;
    auto body = [&] {
        for (;;) {
            Counter& counter = Notification(1).signal() ? good : bad;
            counter.count = counter.count + 1;
        }
    };
    Crew crew;
    Thread& thread = crew.add(body, 1);
    EXPECT_OK(thread.tcb.configure({.cspace = other}));
    // From now on no Signal succeeds. One that already has may still be about to be counted.
    const auto fails = [&] {
        const std::uint64_t before = good.count;
        return bad.moves() && good.count <= before + 1 && good.rests();
    };
    thread.start();
    EXPECT(good.moves());
    EXPECT_EQ(bad.count, 0);
    EXPECT_OK(node().revoke(other.cptr()));
    EXPECT(fails());
    EXPECT_OK(thread.tcb.configure({.cspace = other}));
    EXPECT(good.moves());
    EXPECT_OK(other.remove(1));
    EXPECT(fails());
}

/// The first hart serves all timers; the other harts arm and cancel them.
void timers() {
    if (harts() < 2) return;
    constexpr unsigned kRounds = 20;
    volatile unsigned numbers = 1, in_time = 0, early = 0, cancelled = 0;
    Timer timer[kMaxHarts];
    Notification bell[kMaxHarts];
    for (unsigned i = 1; i < harts(); i++) {
        timer[i] = need(pool().timer());
        bell[i] = need(pool().notification());
        need(timer[i].bind(badged(bell[i], 1)));
    }
    auto body = [&] {
        const unsigned i = __atomic_fetch_add(&numbers, 1, __ATOMIC_RELAXED);
        for (unsigned round = 0; round < kRounds; round++) {
            const std::uint64_t deadline = read_time() + ticks(500 + 300 * i);
            need(timer[i].arm(deadline));
            (void)need(bell[i].wait());
            __atomic_fetch_add(read_time() >= deadline ? &in_time : &early, 1, __ATOMIC_RELAXED);
            need(timer[i].arm(read_time() + ticks(1'000'000'000)));
            need(timer[i].cancel());
            if (error_of(bell[i].poll()) == Error::WouldBlock) __atomic_fetch_add(&cancelled, 1, __ATOMIC_RELAXED);
        }
    };
    Crew crew;
    for (unsigned hart = 1; hart < harts(); hart++) crew.add(body, hart).start();
    EXPECT(eventually([&] { return crew.has_finished(); }));
    EXPECT_EQ(in_time, kRounds * (harts() - 1));
    EXPECT_EQ(early, 0);
    EXPECT_EQ(cancelled, kRounds * (harts() - 1));
}

/// Each hart runs its own highest ready thread, and a change of priority takes effect at once.
void priorities() {
    if (harts() < 3) return;
    Counter high, low, elsewhere;
    Crew crew;
    Thread& highs = crew.add(high, 1, 60);
    Thread& lows = crew.add(low, 1, 50);
    crew.add(elsewhere, 2, 10).start();  // lower than both, and than the main thread
    lows.start();
    EXPECT(low.moves());
    highs.start();
    EXPECT(high.moves());
    EXPECT(low.rests());
    EXPECT(elsewhere.moves());
    EXPECT_OK(lows.tcb.set_priority(70, 70));
    EXPECT(low.moves());
    EXPECT(high.rests());
    EXPECT_OK(lows.tcb.set_priority(40, 70));
    EXPECT(high.moves());
    EXPECT(low.rests());
    EXPECT_OK(lows.tcb.set_priority(60, 70));  // equals share
    EXPECT(high.moves());
    EXPECT(low.moves());
    EXPECT(elsewhere.moves());
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"smp_suspending", checked<suspending>},
                                      {"smp_affinity", checked<affinity>},
                                      {"smp_own_affinity", checked<own_affinity>},
                                      {"smp_deleting_threads", checked<deleting_threads>},
                                      {"smp_revoking_all", checked<revoking_all>},
                                      {"smp_revoking_cspace", checked<revoking_cspace>},
                                      {"smp_timers", checked<timers>},
                                      {"smp_priorities", checked<priorities>}};
    return run_cases(kCases);
}
