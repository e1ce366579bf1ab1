// SPDX-License-Identifier: MIT
// The big kernel lock: one hart at a time is in the kernel.
//
// A free lock goes to the first hart that tries. That is fastest, and it is robust: strict order would make every hart
// wait for one that is not running, as happens in virtual machines. To keep it fair, a hart that has tried in vain for
// long becomes impatient, and the holder passes the lock to it before anybody else can take it. One hart at a time can
// be impatient, so each gets its turn.
//
// Invariant: only entry/ takes and releases the lock. All kernel data may be used by the holder alone, except for the
// fields of a Hart with which it answers requests while it waits (lock_wait.h).
// Handout: reference/kernel-design.md, "Locking".
#pragma once

#include <cstdint>

namespace glenda {

class BigLock {
public:
    /// Takes the lock if it is free. Acquire: this hart then sees everything that the last holder wrote.
    [[gnu::always_inline]] bool try_take() {
        return __atomic_exchange_n(&is_taken_, std::uint64_t{1}, __ATOMIC_ACQUIRE) == 0;
    }
    /// Returns true if a hart is impatient. Then leave by hand_over(), not by release(). Only the holder may ask.
    [[gnu::always_inline]] bool has_impatient() const {
        return __atomic_load_n(&impatient_, __ATOMIC_RELAXED) != kNobody;
    }
    /// Passes the lock to the impatient hart. Precondition: has_impatient().
    void hand_over();
    /// Frees the lock. A fence and a plain store make the release, because GCC 12 turns an atomic store into an atomic
    /// swap.
    [[gnu::always_inline]] void release() {
        __atomic_thread_fence(__ATOMIC_RELEASE);
        *const_cast<volatile std::uint64_t*>(&is_taken_) = 0;
    }
    /// Returns true if a hart is waiting for the lock. A long operation should then stop (should_pause).
    bool is_wanted() const { return __atomic_load_n(&waiting_, __ATOMIC_RELAXED) != 0; }

    // --- for a hart that waits: begin once, then try until it succeeds

    /// Counts this hart as waiting.
    void begin_to_wait() { __atomic_fetch_add(&waiting_, 1, __ATOMIC_RELAXED); }
    /// Attempt number `attempt` of hart `index`, from 0 on. Returns true if the lock is now its own; it no longer waits
    /// then.
    bool try_again(std::uint64_t index, std::uint64_t attempt);

private:
    static constexpr std::uint64_t kNobody = 0;
    /// Attempts after which a hart is impatient: about a millisecond.
    static constexpr std::uint64_t kPatience = 100'000;

    std::uint64_t is_taken_ = 0;
    std::uint64_t impatient_ = kNobody;   // hart index + 1: the one that the holder must pass the lock to
    std::uint64_t next_owner_ = kNobody;  // hart index + 1: has been passed the lock and has not noticed yet
    std::uint64_t waiting_ = 0;           // how many harts
};

extern constinit BigLock big_lock;

}  // namespace glenda
