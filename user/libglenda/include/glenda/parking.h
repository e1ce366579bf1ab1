// SPDX-License-Identifier: MIT
// Where a thread waits for another one of its program: it parks, until that one lets it go on.
//
// Whether it may go on is a word of the Parker. To wait for that word to change, a thread has a notification of its
// own, or, if there are none left, a futex. Locks (sync.h) keep their waiting threads' Parkers in a queue.
#pragma once

#include <atomic>
#include <cstdint>

#include "glenda/thread_object.h"

namespace glenda {

class Parker {
public:
    /// Waits for an unpark() after the last park(). It may have come already.
    void park();
    /// Lets the thread go on. Its Parker must not be used after that: the thread may have ended.
    void unpark();

private:
    friend class ParkerQueue;
    friend Parker& this_parker();
    friend void leave_parker();
    friend void forget_parking();
    std::atomic<std::uint32_t> may_go_{0};
    Notification spot_{};      // none: not yet, or no slot is left
    bool has_looked_ = false;  // for a slot: it has a notification, or never will
    Parker* next_ = nullptr;
};

/// The calling thread's. May ask Factotum for a notification, the first time.
Parker& this_parker();
/// Gives the calling thread's notification to others. Called when it ends.
void leave_parker();
/// After fork(): the copy has no notifications, and no other threads.
void forget_parking();

/// Threads in order of arrival.
class ParkerQueue {
public:
    constexpr ParkerQueue() = default;
    void push(Parker& parker);
    /// The first one, which leaves the queue. Null if it is empty.
    Parker* pop();

private:
    Parker* first_ = nullptr;
    Parker* last_ = nullptr;
};

/// A lock for a few instructions. A thread that finds it taken lets its equals run: all threads of a program have the
/// same priority.
class SpinLock {
public:
    constexpr SpinLock() = default;
    void lock();
    void unlock() { is_taken_.store(0, std::memory_order_release); }

private:
    std::atomic<std::uint32_t> is_taken_{0};  // a byte has no atomic instructions
};

/// Holds a lock (SpinLock, Mutex) while it exists.
template <typename Lock>
class Guard {
public:
    explicit Guard(Lock& lock) : lock_(lock) { lock_.lock(); }
    ~Guard() { lock_.unlock(); }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

private:
    Lock& lock_;
};

}  // namespace glenda
