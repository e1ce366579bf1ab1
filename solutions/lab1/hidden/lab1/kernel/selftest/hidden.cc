// SPDX-License-Identifier: MIT
// Exercises 1.1 to 1.3, what the public cases do not try: more of everything, and other orders.
#include "selftest/hidden.h"

#include <utility>

#include "mem/address_spaces.h"
#include "sched/ready_queue.h"
#include "thread/thread_table.h"
#include "thread/vspace.h"

namespace glenda::selftest {

namespace {

constexpr VirtAddr kArea{0x15'5540'0000};

std::uint64_t word(VSpace& space, VirtAddr at) {
    std::uint64_t value = 0;
    return copy_in(space.root(), &value, at, sizeof value) ? value : ~std::uint64_t{0};
}

}  // namespace

void hidden_spaces_run_out() {
    static constinit VSpace* spaces[kMaxVSpaces] = {};
    const std::uint64_t free = free_page_count();
    for (unsigned i = 0; i < kMaxVSpaces; i++) {
        const Result<VSpace*> space = VSpace::create();
        EXPECT(space.has_value());
        if (!space) return;
        spaces[i] = *space;
    }
    const std::uint64_t number = 0x7700'0000'0001;
    EXPECT(spaces[9]->map(kArea, kArea + 700 * kPageSize, MapFlags::ReadWrite));  // more than one table leads to
    EXPECT(copy_out(spaces[9]->root(), kArea + 699 * kPageSize, &number, sizeof number));
    const std::uint64_t before = free_page_count();
    EXPECT_EQ(spaces[9]->copy().error(), Error::TooManySpaces);
    EXPECT_EQ(VSpace::create().error(), Error::TooManySpaces);
    EXPECT_EQ(free_page_count(), before);

    spaces[31]->release();  // from the middle: the next one takes its place
    const Result<VSpace*> copy = spaces[9]->copy();
    EXPECT(copy.has_value());
    if (!copy) return;
    spaces[31] = *copy;
    for (unsigned i = 0; i < 300; i++) spaces[9]->share();
    for (unsigned i = 0; i < 300; i++) spaces[9]->release();
    EXPECT_EQ(word(*spaces[9], kArea + 699 * kPageSize), number);
    spaces[9]->unmap(kArea, kArea + 700 * kPageSize);
    EXPECT_EQ(word(*spaces[31], kArea + 699 * kPageSize), number);
    EXPECT_EQ(word(*spaces[31], kArea + 100 * kPageSize), 0);
    for (unsigned i = kMaxVSpaces; i-- > 0;) spaces[i]->release();
    EXPECT_EQ(free_page_count(), free);
}

void hidden_thread_numbers() {
    const Result<Tcb*> first = allocate_thread();
    EXPECT(first.has_value());
    if (!first) return;
    const ThreadNumber old = number_of(**first);
    free_thread(**first);
    // As many in one place as a count of 16 bits can tell apart, and some more.
    for (unsigned i = 0; i < 66'000 && !has_failed(); i++) {
        const Result<Tcb*> later = allocate_thread();
        EXPECT(later.has_value() && number_of(**later) != old && find_thread(old) == nullptr);
        if (later) free_thread(**later);
    }
    // Threads come and go in any order.
    static constinit ThreadNumber living[kMaxThreads] = {}, ended[kMaxThreads] = {};
    Dice dice(77);
    for (unsigned i = 0; i < 2000 && !has_failed(); i++) {
        const std::uint64_t n = dice.below(kMaxThreads);
        if (living[n] == 0) {
            const Result<Tcb*> tcb = allocate_thread();
            EXPECT(tcb.has_value() && (*tcb)->registers.pc == 0);
            if (!tcb) return;
            (*tcb)->registers.pc = n + 1;
            living[n] = number_of(**tcb);
        } else {
            Tcb* tcb = find_thread(living[n]);
            EXPECT(tcb != nullptr && tcb->registers.pc == n + 1);
            if (tcb == nullptr) return;
            free_thread(*tcb);
            ended[n] = std::exchange(living[n], 0);
        }
        for (const ThreadNumber number : ended) EXPECT(find_thread(number) == nullptr);
    }
    for (const ThreadNumber number : living) {
        if (number != 0) free_thread(*find_thread(number));
    }
}

namespace {

constexpr unsigned kThreads = 300;
constinit Tcb threads[kThreads] = {};
constinit unsigned added_at[kThreads] = {};  // when a thread was put into the queue, which gives the order of equals

/// The thread that must come next, by looking at all; or null.
Tcb* first_of_all() {
    unsigned best = kThreads;
    for (unsigned n = 0; n < kThreads; n++) {
        if (!threads[n].is_queued) continue;
        if (best == kThreads || threads[n].priority > threads[best].priority ||
            (threads[n].priority == threads[best].priority && added_at[n] < added_at[best]))
            best = n;
    }
    return best == kThreads ? nullptr : &threads[best];
}

}  // namespace

void hidden_ready_queue() {
    static constinit ReadyQueue ready;
    for (unsigned n = 0; n < kThreads; n++) {  // all at one priority: more than a byte counts
        threads[n].priority = 130;
        ready.push_back(threads[n]);
    }
    for (unsigned n = 0; n < kThreads && !has_failed(); n++) {
        EXPECT_EQ(ready.highest(), 130);
        EXPECT(ready.pop() == &threads[n]);
    }
    EXPECT(ready.highest() == -1 && ready.pop() == nullptr);
    for (const std::uint64_t seed : {19, 20'261, 4'000'037}) {
        Dice dice(seed);
        for (unsigned i = 1; i < 1200 && !has_failed(); i++) {
            const std::uint64_t n = dice.below(kThreads);
            Tcb& tcb = threads[n];
            if (dice.below(5) == 0) {
                Tcb* const wanted = first_of_all();
                EXPECT(ready.pop() == wanted);
            } else if (tcb.is_queued) {
                ready.remove(tcb);
            } else {
                tcb.priority = static_cast<std::uint8_t>(dice.below(4) * 64 + dice.below(2) * 63);  // ends of words
                added_at[n] = i;
                ready.push_back(tcb);
            }
            const Tcb* const next = first_of_all();
            EXPECT_EQ(ready.highest(), next != nullptr ? next->priority : -1);
        }
        while (ready.pop() != nullptr) {
        }
    }
}

}  // namespace glenda::selftest
