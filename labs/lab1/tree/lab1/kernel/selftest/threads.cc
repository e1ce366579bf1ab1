// SPDX-License-Identifier: MIT
// Exercise 1.2: numbers that are never used twice, a table that can be full, and what a thread gives back.
#include "memory.h"
#include "sched/schedule.h"
#include "selftest/cases.h"
#include "selftest/members.h"
#include "thread/thread_table.h"

namespace glenda::selftest {

void thread_numbers() {
    const Result<Tcb*> first = allocate_thread(), second = allocate_thread();
    EXPECT(first.has_value() && second.has_value());
    if (has_failed()) return;
    const ThreadNumber number = number_of(**first), other = number_of(**second);
    EXPECT(number != 0 && other != 0 && number != other);
    EXPECT(find_thread(number) == *first && find_thread(other) == *second);
    EXPECT(find_thread(0) == nullptr && find_thread(~ThreadNumber{0}) == nullptr);
    EXPECT((*first)->state == ThreadState::Inactive && (*first)->hart == harts[0]);
    EXPECT((*first)->satp == kernel_satp && (*first)->slice == kDefaultSlice * tick_length);

    (*first)->registers.pc = 0x1000;
    (*first)->priority = 9;
    free_thread(**first);
    EXPECT(find_thread(number) == nullptr && find_thread(other) == *second);
    EXPECT((*first)->registers.pc == 0 && (*first)->hart == nullptr);  // who goes on with it will notice
    (*first)->run_time = 5;                                            // by the scheduler, on its way to another thread
    // A later thread in the same place: all is new, and the old number still leads nowhere.
    for (unsigned i = 0; i < 300 && !has_failed(); i++) {
        const Result<Tcb*> later = allocate_thread();
        EXPECT(later.has_value());
        if (!later) break;
        EXPECT((*later)->registers.pc == 0 && (*later)->priority == 0 && (*later)->run_time == 0);
        EXPECT(number_of(**later) != number && find_thread(number) == nullptr);
        EXPECT(find_thread(number_of(**later)) == *later);
        (*later)->registers.pc = 0x2000;
        free_thread(**later);
    }
    free_thread(**second);
    // Nobody is left, whatever is asked for.
    EXPECT(find_thread(other) == nullptr);
    for (ThreadNumber any = 0; any < 400 * kMaxThreads && !has_failed(); any++) EXPECT(find_thread(any) == nullptr);
}

void thread_table_full() {
    static constinit ThreadNumber numbers[kMaxThreads] = {};
    for (unsigned round = 0; round < 3 && !has_failed(); round++) {
        for (unsigned i = 0; i < kMaxThreads && !has_failed(); i++) {
            const Result<Tcb*> tcb = allocate_thread();
            EXPECT(tcb.has_value());
            if (!tcb) return;
            EXPECT(find_thread(numbers[i]) == nullptr);  // of the round before
            numbers[i] = number_of(**tcb);
            for (unsigned j = 0; j < i; j++) EXPECT(numbers[j] != numbers[i]);
        }
        EXPECT_EQ(allocate_thread().error(), Error::NotEnoughMemory);
        if (has_failed()) return;
        free_thread(*find_thread(numbers[40]));
        const Result<Tcb*> tcb = allocate_thread();
        EXPECT(tcb.has_value() && number_of(**tcb) != numbers[40]);
        if (!tcb) return;
        numbers[40] = number_of(**tcb);
        for (const ThreadNumber number : numbers) {
            EXPECT(find_thread(number) != nullptr);
            if (!has_failed()) free_thread(*find_thread(number));
        }
        for (const ThreadNumber number : numbers) EXPECT(find_thread(number) == nullptr);
    }
}

void thread_gives_back() {
    const std::uint64_t free = free_page_count();
    for (unsigned i = 0; i < 100 && !has_failed(); i++) {  // there are fewer spaces than that
        const Result<Tcb*> tcb = allocate_thread();
        const Result<VSpace*> vspace = VSpace::create();
        const Result<CSpace*> cspace = CSpace::create();
        EXPECT(tcb.has_value() && vspace.has_value() && cspace.has_value());
        if (has_failed()) return;
        EXPECT((*vspace)->map({kPageSize}, {4 * kPageSize}, MapFlags::ReadWrite));
        set_spaces(**tcb, *vspace, *cspace);
        const PhysAddr page = allocate_page();
        if (i % 2 == 0) set_utcb(**tcb, page);
        free_thread(**tcb);
        if (i % 2 != 0) release_page(page);
        EXPECT_EQ(free_page_count(), free);
    }
    // What others refer to stays.
    const Result<Tcb*> tcb = allocate_thread();
    const Result<VSpace*> vspace = VSpace::create();
    EXPECT(tcb.has_value() && vspace.has_value());
    if (has_failed()) return;
    (*vspace)->share();
    set_spaces(**tcb, *vspace, nullptr);
    free_thread(**tcb);
    EXPECT(free_page_count() < free);
    (*vspace)->release();
    EXPECT_EQ(free_page_count(), free);
}

}  // namespace glenda::selftest
