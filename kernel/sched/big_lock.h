// SPDX-License-Identifier: MIT
// The big kernel lock: one hart at a time is in the kernel, in the order in which they came.
//
// A ticket lock. It is taken and released in boot/enter.cc only. Who waits for it also listens to requests of the hart
// that has it (Hart::wait_for_lock).
// Handout: reference/kernel-design.md, "Locking".
#pragma once

#include <cstdint>

namespace glenda {

class BigLock {
public:
    using Ticket = std::uint32_t;

    /// Stand in line.
    Ticket take_ticket() { return __atomic_fetch_add(&next_, 1, __ATOMIC_RELAXED); }
    /// True from the moment when the lock belongs to who took `ticket`.
    bool serves(Ticket ticket) const { return __atomic_load_n(&serving_, __ATOMIC_ACQUIRE) == ticket; }
    void release() { __atomic_store_n(&serving_, serving_ + 1, __ATOMIC_RELEASE); }
    /// The lock is taken and somebody waits for it.
    bool is_wanted() const { return __atomic_load_n(&next_, __ATOMIC_RELAXED) - serving_ > 1; }

private:
    Ticket next_ = 0;
    Ticket serving_ = 0;
};

extern constinit BigLock big_lock;

}  // namespace glenda
