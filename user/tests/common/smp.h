// SPDX-License-Identifier: MIT
// What tests on several harts share: threads on a given hart that stop with the test, and waiting for what others do.
//
// The tests' thread stays on the first hart and spins, so nothing is scheduled by accident. A test that needs more
// harts than there are passes.
#pragma once

#include <cstring>
#include <new>

#include "ktest.h"

namespace glenda::ktest {

inline unsigned harts() { return boot_info().hart_count; }

/// Another number, that looks random.
inline std::uint64_t mix(std::uint64_t value) { return (value ^ value >> 29) * 0xbf58'476d'1ce4'e5b9; }

/// Spin, so that this hart does nothing else.
inline void pause(std::uint64_t microseconds) {
    const std::uint64_t end = read_time() + ticks(microseconds);
    while (read_time() < end) {
    }
}
/// Spin until it is so. The limit is generous: the machine may be emulated by a host that is busy.
template <typename Condition>
bool soon(Condition condition) {
    const std::uint64_t end = read_time() + ticks(30'000'000);
    while (!condition()) {
        if (read_time() > end) return false;
    }
    return true;
}

/// The same, but asleep: for what takes many rounds between the others.
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

/// A body that counts for ever.
struct alignas(64) Counter {
    volatile std::uint64_t count = 0;
    void operator()() {
        for (;;) count = count + 1;
    }
    bool moves() const {
        const std::uint64_t before = count;
        return soon([&] { return count > before + 100; });
    }
    /// It stands still already, and remains so.
    bool rests() const {
        const std::uint64_t before = count;
        pause(300);
        return count == before;
    }
};

/// Some threads. They stop before what they work on, which was made before them, is gone.
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

/// A stack for tests that make one thread after another.
inline std::span<std::byte> spare_stack() {
    alignas(64) static constinit std::byte stack[16 * 1024];
    return stack;
}

/// Afterwards the kernel looks at itself, while the other harts run.
template <void (*kRun)()>
void checked() {
    kRun();
    EXPECT(need(Machine(kRootMachine).check()));
}

}  // namespace glenda::ktest
