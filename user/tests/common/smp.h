// SPDX-License-Identifier: MIT
// Shared by the tests for several harts: threads that run on a given hart and stop at the end of the test, and ways to
// wait for what they do.
//
// The main thread stays on the first hart and spins, so nothing else is scheduled there by accident. A test that needs
// more harts than the machine has passes without doing anything.
#pragma once

#include <cstring>
#include <new>

#include "ktest.h"

namespace glenda::ktest {

inline unsigned harts() { return boot_info().hart_count; }

/// How many rounds a test makes that races again and again: `whole` with long=1 on the kernel's command line, as in
/// `make check-long`, else a fifth. Where four harts share two processors, a round may take milliseconds.
inline unsigned rounds(unsigned whole) { return option("long", 0) != 0 ? whole : whole / 5; }

/// Maps a number to a pseudo-random one.
inline std::uint64_t mix(std::uint64_t value) { return (value ^ value >> 29) * 0xbf58'476d'1ce4'e5b9; }

/// Spins, so that this hart does nothing else.
inline void pause(std::uint64_t microseconds) { stay_busy(ticks(microseconds)); }
/// Spins until `condition` holds; false after 30 s. The limit is generous because a busy host may emulate the machine.
template <typename Condition>
bool soon(Condition condition) {
    const std::uint64_t end = read_time() + ticks(30'000'000);
    while (!condition()) {
        if (read_time() > end) return false;
    }
    return true;
}

/// Like soon(), but sleeps in between: for conditions that other threads need many rounds to reach.
template <typename Condition>
bool eventually(Condition condition, std::uint64_t limit = 60'000'000) {
    const Alarm alarm;
    const std::uint64_t end = read_time() + ticks(limit);
    while (!condition()) {
        if (read_time() > end) return false;
        alarm.sleep(1000);
    }
    return true;
}

/// A thread body that counts forever.
struct alignas(64) Counter {
    volatile std::uint64_t count = 0;
    void operator()() {
        for (;;) count = count + 1;
    }
    bool moves() const {
        const std::uint64_t before = count;
        return soon([&] { return count > before + 100; });
    }
    /// The counter has already stopped, and stays at its value for a while.
    bool rests() const {
        const std::uint64_t before = count;
        pause(300);
        return count == before;
    }
};

/// A group of threads. Its destructor suspends them. Declare it after the objects that the threads use, so that the
/// threads stop before those objects are destroyed.
class Crew {
public:
    static constexpr unsigned kMost = 12;
    Crew() = default;
    Crew(const Crew&) = delete;
    Crew& operator=(const Crew&) = delete;
    ~Crew() {
        for (unsigned i = 0; i < count_; i++) (void)(*this)[i].tcb.suspend();
    }
    template <typename Body>
    Thread& add(Body& body, unsigned hart, unsigned priority = kPriority + 1, std::span<std::byte> stack = {},
                Endpoint handler = {}) {
        if (count_ == kMost) give_up(Error::NotEnoughMemory, __FILE__, __LINE__);
        auto* thread = new (memory_[count_]) Thread(
            body, Thread::Options{.priority = priority, .fault_handler = handler, .name = "crew", .stack = stack});
        count_++;
        need(thread->tcb.set_affinity(hart));
        return *thread;
    }
    Thread& operator[](unsigned i) { return *std::launder(reinterpret_cast<Thread*>(memory_[i])); }
    bool has_finished(unsigned i) { return (*this)[i].has_finished(); }
    bool has_finished() {
        for (unsigned i = 0; i < count_; i++) {
            if (!has_finished(i)) return false;
        }
        return true;
    }

private:
    alignas(Thread) std::byte memory_[kMost][sizeof(Thread)];
    unsigned count_ = 0;
};

/// A stack for tests that create threads one after another.
inline std::span<std::byte> spare_stack() {
    alignas(64) static constinit std::byte stack[16 * 1024];
    return stack;
}

/// Runs a test, then lets the kernel check its invariants while the other harts run.
template <void (*kRun)()>
void checked() {
    kRun();
    EXPECT(need(Machine(kRootMachine).check()));
}

}  // namespace glenda::ktest
