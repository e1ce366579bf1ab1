// SPDX-License-Identifier: MIT
// The same entries into the kernel, from the same state, without the fast path and with it.
//
// All of the kernel's memory is compared, and its effects on the machine. forget_differences() lists what may differ.
#pragma once

#include "world.h"

namespace glenda::test {

constexpr unsigned kMaxEntries = 3;
constexpr unsigned kCounters = static_cast<unsigned>(KernelCounter::Count);

/// An entry to the kernel and its outcome.
struct Outcome {
    enum class End { Returned, Asleep, Stopped };

    Entry entry;
    std::uint64_t tag = 0;  // of the caller
    End end = End::Returned;
    const Tcb* caller = nullptr;
    ThreadState next_was = ThreadState::Idle;        // the state of `next` before
    const Tcb* next = nullptr;                       // the thread that runs next
    bool was_true = true;                            // `next` is the current thread of the hart
    std::array<std::uint64_t, kCounters> counted{};  // increments of the hart's counters
    std::uint64_t satp_before = 0, satp_after = 0;   // of the hart
    bool fpu_before = false, fpu_after = false;      // whether it is on
    Snapshot state;                                  // afterwards, without what may differ
    std::string before;                              // for people

    std::uint64_t count_of(KernelCounter counter) const { return counted[static_cast<unsigned>(counter)]; }
    /// It returned, and neither of the slow path's counters noticed.
    bool was_fast() const {
        const bool is_noticed = entry.is_syscall ? count_of(KernelCounter::Syscalls) != 0
                                                 : next == caller || count_of(KernelCounter::Switches) != 0;
        return end == End::Returned && !is_noticed;
    }
};

class TwoPaths : public World {
protected:
    TwoPaths() { make_world(); }
    ~TwoPaths() override { boot(); }

    /// Makes one to kMaxEntries entries on both paths, from the random state `number`. Returns how many both made.
    /// Fails the test if they lead to different states.
    unsigned run_case(std::uint64_t number);
    /// Entry `i` of the last case, with the fast path.
    const Outcome& outcome(unsigned i) const { return outcomes_[1][i]; }

private:
    enum class Describe : bool { No, Yes };

    void forget_differences(Snapshot& state) const;
    void start(bool is_fast);
    void finish();
    void enter_kernel(Dice& dice, Outcome& outcome, Describe is_described);
    unsigned run_slow(std::uint64_t number, Describe is_described = Describe::No);
    unsigned run_fast(std::uint64_t number, unsigned entries);
    void note_end(Outcome& outcome);
    std::string difference(const Outcome& slow, const Outcome& fast) const;

    Snapshot start_;
    std::array<std::array<Outcome, kMaxEntries>, 2> outcomes_;  // without and with the fast path
};

}  // namespace glenda::test
