// SPDX-License-Identifier: MIT
// Waiting for the big lock, and handing it over. See big_lock.h.
//
// Whoever holds the lock is the only one that takes a name off `impatient_`, and whoever is named `next_owner_` is the only
// one that takes the lock then: so it has one owner at any time, whatever harts try at the same moment.
#include "sched/big_lock.h"

namespace glenda {

constinit BigLock big_lock;

bool BigLock::try_again(std::uint64_t index, std::uint64_t attempt) {
    const std::uint64_t me = index + 1;
    const bool is_next_owner = __atomic_load_n(&next_owner_, __ATOMIC_ACQUIRE) == me;
    if (is_next_owner) {
        next_owner_ = kNobody;
    } else if (__atomic_load_n(&is_taken_, __ATOMIC_RELAXED) != 0 || !try_take()) {
        std::uint64_t expected = kNobody;
        if (attempt >= kPatience && __atomic_load_n(&impatient_, __ATOMIC_RELAXED) == kNobody)
            __atomic_compare_exchange_n(&impatient_, &expected, me, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
        return false;
    }
    // Impatient or not, it has what it wanted. Only who holds the lock takes a name off.
    if (__atomic_load_n(&impatient_, __ATOMIC_RELAXED) == me) __atomic_store_n(&impatient_, kNobody, __ATOMIC_RELAXED);
    __atomic_fetch_sub(&waiting_, 1, __ATOMIC_RELAXED);
    return true;
}

/// The lock stays taken: it only changes hands.
void BigLock::hand_over() {
    const std::uint64_t heir = impatient_;
    __atomic_store_n(&impatient_, kNobody, __ATOMIC_RELAXED);
    __atomic_store_n(&next_owner_, heir, __ATOMIC_RELEASE);
}

}  // namespace glenda
