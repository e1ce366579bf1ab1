// SPDX-License-Identifier: MIT
// How the threads of a program wait for each other: Semaphore, Mutex, Condition, Once.
//
// All have the same shape. A SpinLock protects a few words and a queue. Who cannot go on puts itself into the queue and
// parks. Who lets one go on takes the first out of the queue and hands over what it waits for, so that nobody can come
// in between: threads go on in order of arrival, and none waits for ever.
#pragma once

#include "glenda/parking.h"

namespace glenda {

/// A number of units, each of which one thread can take.
class Semaphore {
public:
    constexpr explicit Semaphore(std::uint64_t units = 0) : units_(units) {}

    /// Takes a unit; waits until there is one.
    void wait();
    /// Takes a unit if there is one.
    bool try_wait();
    /// Adds a unit: the thread that has waited longest gets it.
    void signal();

private:
    SpinLock lock_{};
    std::uint64_t units_;
    ParkerQueue queue_{};
};

/// Held by one thread at a time. Not recursive.
class Mutex {
public:
    constexpr Mutex() = default;

    void lock() { unit_.wait(); }
    bool try_lock() { return unit_.try_wait(); }
    void unlock() { unit_.signal(); }

private:
    Semaphore unit_{1};
};

/// Threads that wait until something that a Mutex protects has changed.
class Condition {
public:
    constexpr Condition() = default;

    /// Unlocks `mutex`, which the caller holds, waits for a signal that comes from then on, and locks it again. Check
    /// what you wait for in a loop: another thread may have changed it again.
    void wait(Mutex& mutex);
    /// Lets one thread go on, if any waits: the one that has waited longest.
    void signal();
    /// Lets all threads go on that wait now.
    void broadcast();

private:
    SpinLock lock_{};
    ParkerQueue queue_{};
};

/// Something that is done once, whoever comes first; the others wait until it is done.
class Once {
public:
    constexpr Once() = default;

    template <typename Function>
    void run(Function function) {
        if (is_done_.load(std::memory_order_acquire)) return;
        Guard guard(mutex_);
        if (is_done_.load(std::memory_order_relaxed)) return;
        function();
        is_done_.store(true, std::memory_order_release);
    }

private:
    std::atomic<bool> is_done_{false};
    Mutex mutex_{};
};

}  // namespace glenda
