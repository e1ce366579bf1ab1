// SPDX-License-Identifier: MIT
// Waiting for the big lock, and handing it over; see big_lock.h.
//
//   hart 1 waits:    tries in vain ... impatient_ names it ............... next_owner_ names it: it has the lock
//   hart 0 leaves:                            impatient_ names hart 1: so next_owner_ does, instead of a release
//
// Invariant: only the holder of the lock clears `impatient_`, and only the hart in `next_owner_` takes a lock that is
// handed over; `is_taken_` stays 1 meanwhile. So the lock has one owner at any time, whatever several harts try at
// once.
#include "sched/big_lock.h"

namespace glenda {

constinit BigLock big_lock;

bool BigLock::try_again(std::uint64_t index, std::uint64_t attempt) {
    const std::uint64_t me = index + 1;
    const bool is_next_owner = __atomic_load_n(&next_owner_, __ATOMIC_ACQUIRE) == me;
    if (is_next_owner) {
        next_owner_ = kNobody;
        // The load comes first: an atomic swap by every waiting hart would keep moving the cache line away from the
        // holder.
    } else if (__atomic_load_n(&is_taken_, __ATOMIC_RELAXED) != 0 || !try_take()) {
        std::uint64_t expected = kNobody;
        if (attempt >= kPatience && __atomic_load_n(&impatient_, __ATOMIC_RELAXED) == kNobody)
            __atomic_compare_exchange_n(&impatient_, &expected, me, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
        return false;
    }
    // It may have become impatient and then won a free lock. It holds the lock now, so it may clear the entry.
    if (__atomic_load_n(&impatient_, __ATOMIC_RELAXED) == me) __atomic_store_n(&impatient_, kNobody, __ATOMIC_RELAXED);
    __atomic_fetch_sub(&waiting_, 1, __ATOMIC_RELAXED);
    return true;
}

/// Passes the lock to the impatient hart; it stays taken. Release: the next owner sees everything that this hart wrote.
void BigLock::hand_over() {
    const std::uint64_t next = impatient_;
    __atomic_store_n(&impatient_, kNobody, __ATOMIC_RELAXED);
    __atomic_store_n(&next_owner_, next, __ATOMIC_RELEASE);
}

}  // namespace glenda
