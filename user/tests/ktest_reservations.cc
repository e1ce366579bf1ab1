// SPDX-License-Identifier: MIT
// A reservation (lr) ends when another thread runs: else a store-conditional could succeed although others have
// written in between, and every lock built on it would break.
#include "common/ktest.h"

// Each takes the address of a word in a0. It reserves the word, lets `kernel` happen, and stores the value that the
// word has already: a reservation that was kept is not told by the value. Returns 0 if it could store.
asm(R"(
    .text
    .macro begin_reserved name
    .globl \name
\name:
    mv t2, a0
    lr.d t3, (t2)
    .endm
    .macro end_reserved
    sc.d a0, t3, (t2)
    ret
    .endm

    begin_reserved reserve_and_store
    end_reserved
    begin_reserved reserve_and_yield
    li a7, -8
    ecall
    end_reserved
    begin_reserved reserve_and_spin
    li t4, 200000
1:  addi t4, t4, -1
    bnez t4, 1b
    end_reserved
)");

extern "C" {
std::uint64_t reserve_and_store(volatile std::uint64_t* word);
std::uint64_t reserve_and_yield(volatile std::uint64_t* word);
std::uint64_t reserve_and_spin(volatile std::uint64_t* word);
}

namespace glenda::ktest {

namespace {

constexpr std::uint64_t kUnknown = 99;

/// A thread that reserves `word`, and what came of its store.
struct Reserver {
    std::uint64_t (*reserve)(volatile std::uint64_t*);
    volatile std::uint64_t word = 7;
    std::uint64_t failed = kUnknown;
    void operator()() { failed = reserve(&word); }
};

/// On its own it can store: what follows is not true of any reservation.
void reservation_alone() {
    Reserver reserver{reserve_and_store};
    reserver();
    EXPECT_EQ(reserver.failed, 0);
}

/// Two threads take turns by yielding.
void reservation_through_yield() {
    Reserver reserver{reserve_and_yield};
    bool other_has_run = false;
    auto other = [&] {
        other_has_run = reserver.failed == kUnknown;
        sys::yield();
    };
    Thread threads[2] = {Thread(reserver, {.priority = 50}), Thread(other, {.priority = 50})};
    for (Thread& thread : threads) thread.start();
    for (Thread& thread : threads) thread.join();
    EXPECT(other_has_run);
    EXPECT(reserver.failed != kUnknown && reserver.failed != 0);
}

/// This thread, which comes first, wakes in the middle.
void reservation_through_interrupt() {
    Reserver reserver{reserve_and_spin};
    Thread thread(reserver, {.priority = 50});
    const Alarm alarm;
    thread.start();
    alarm.sleep(50);
    EXPECT_EQ(reserver.failed, kUnknown);  // it spins
    thread.join();
    EXPECT(reserver.failed != kUnknown && reserver.failed != 0);
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"reservation_alone", reservation_alone},
                                      {"reservation_through_yield", reservation_through_yield},
                                      {"reservation_through_interrupt", reservation_through_interrupt}};
    return run_cases(kCases);
}
