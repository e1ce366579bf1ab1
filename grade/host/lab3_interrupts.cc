// SPDX-License-Identifier: MIT
// Lab 3, exercise 3.7: the order in which an interrupt is handled, which no program can see. This test stands in for
// the PLIC, the clock and the notifications, and notes what the kernel does with them.
#include <vector>

#include "arch/plic.h"
#include "arch/trap.h"
#include "check.h"
#include "entry/interrupts.h"
#include "ipc/notification.h"
#include "object/irq.h"
#include "sched/clock.h"
#include "sched/schedule.h"

namespace glenda {

namespace {

/// What the kernel does: 'm' masks and 'c' completes the interrupt `number`, 's' signals with the badge `number`.
struct Step {
    char what;
    std::uint64_t number;
    bool operator==(const Step&) const = default;
};
std::vector<Step> steps;
unsigned claimed = 0;  // what plic_claim() says next
arch::Interrupts pending{};
std::uint64_t time_now = 1000;

}  // namespace

// --- the machine, and the rest of the kernel

namespace arch {
Interrupts pending_interrupts() { return pending; }
void clear_ipi() {}
std::uint64_t now() { return time_now; }
unsigned plic_claim() { return std::exchange(claimed, 0); }
void plic_mask(unsigned number) { steps.push_back({'m', number}); }
void plic_complete(unsigned number) { steps.push_back({'c', number}); }
}  // namespace arch

constinit Trace trace;
void Trace::interrupted(const Tcb&, arch::Interrupts) {}
void Trace::device(const Tcb&, unsigned) {}
constinit Irq irqs[kMaxIrqs];
constinit TimerQueue timer_queue;
constinit std::uint64_t tick_length = 1'000'000;
void tick(Hart&) {}
void renew_ticks(Hart&, std::uint64_t) {}
void set_next_interrupt(const Hart&) {}
void signal(Notification&, std::uint64_t bits) { steps.push_back({'s', bits}); }

namespace test {

namespace {

Hart hart;
Notification bell;

Capability capability(Badge badge) {
    Capability cap;
    cap.type = CapType::Notification;
    cap.rights = Rights::All;
    cap.object = &bell;
    cap.badge = badge;
    return cap;
}

void enter(arch::Interrupts what) {
    pending = what;
    steps.clear();
    handle_interrupts(hart);
}
void enter_for_device(unsigned number) {
    claimed = number;
    enter({.software = false, .timer = false, .external = true});
}
void enter_for_timer() { enter({.software = false, .timer = true, .external = false}); }

/// Masked before it is completed: otherwise it would come again at once. Signalled in the end, with the badge.
void device() {
    irqs[10].notification.cap = capability(0x40);
    enter_for_device(10);
    EXPECT(steps == (std::vector<Step>{{'m', 10}, {'c', 10}, {'s', 0x40}}) ||
           steps == (std::vector<Step>{{'m', 10}, {'s', 0x40}, {'c', 10}}));
}

/// An interrupt without a notification, or with a number past the table, is masked and completed all the same.
void unclaimed() {
    irqs[11].notification.cap = Capability{};
    enter_for_device(11);
    EXPECT(steps == (std::vector<Step>{{'m', 11}, {'c', 11}}));
    for (const unsigned number : {kMaxIrqs, kMaxIrqs + 100}) {
        enter_for_device(number);
        EXPECT(steps == (std::vector<Step>{{'m', number}, {'c', number}}));
    }
    irqs[12].notification.cap = capability(0);
    irqs[12].notification.cap.type = CapType::Endpoint;
    enter_for_device(12);
    EXPECT(steps == (std::vector<Step>{{'m', 12}, {'c', 12}}));
}

/// Timers expire in order of their deadlines, and one whose deadline is now has come. Each signals once.
void expiring() {
    Timer timers[3];
    const std::uint64_t deadlines[3] = {time_now, time_now - 500, time_now + 1};
    for (unsigned i = 0; i < 3; i++) {
        timers[i].notification.cap = capability(i + 1);
        timers[i].deadline = deadlines[i];
        timer_queue.add(timers[i]);
    }
    enter_for_timer();
    EXPECT(steps == (std::vector<Step>{{'s', 2}, {'s', 1}}));
    EXPECT(!timers[0].is_armed && !timers[1].is_armed && timers[2].is_armed);
    enter_for_timer();
    EXPECT(steps.empty());
    time_now++;
    enter_for_timer();
    EXPECT(steps == (std::vector<Step>{{'s', 3}}));
    EXPECT(timer_queue.first() == nullptr);
}

/// One entry handles a bounded number of timers. The next goes on from there, and none is lost.
void bounded() {
    constexpr unsigned kTimers = 100, kMost = 16;
    static Timer timers[kTimers];
    for (unsigned i = 0; i < kTimers; i++) {
        timers[i].notification.cap = i % 10 == 0 ? Capability{} : capability(i);
        timers[i].deadline = i;
        timer_queue.add(timers[i]);
    }
    unsigned next = 0;
    for (unsigned entry = 0; entry < (kTimers + kMost - 1) / kMost; entry++) {
        enter_for_timer();
        unsigned at = 0;
        for (const unsigned end = std::min(next + kMost, kTimers); next < end; next++) {
            EXPECT(!timers[next].is_armed);
            if (next % 10 != 0) EXPECT(at < steps.size() && steps[at++] == (Step{'s', next}));
        }
        EXPECT_EQ(at, steps.size());
        EXPECT(next == kTimers || timers[next].is_armed);
    }
}

}  // namespace
}  // namespace test
}  // namespace glenda

int main(int argc, char** argv) {
    using namespace glenda::test;
    glenda::test::hart.current = &glenda::test::hart.idle;
    return glenda::host::run_cases(
        argc, argv, {{"device", device}, {"unclaimed", unclaimed}, {"expiring", expiring}, {"bounded", bounded}});
}
