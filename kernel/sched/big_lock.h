// SPDX-License-Identifier: MIT
// The big kernel lock: one hart at a time is in the kernel.
//
// A free lock goes to whoever asks first. That is the fastest, and it does not stop all harts where one of those that
// wait does not run, as it happens to virtual machines: strict order would make everybody wait for it. But who has
// asked in vain for long is impatient, and the lock is handed to it before anyone else can take it; one hart at a time
// can be impatient, so each gets its turn. Only the entries in boot/enter.cc take and release the lock. Who waits for
// it also listens to requests of the hart that has it (Hart::wait_for_lock).
// Handout: reference/kernel-design.md, "Locking".
#pragma once

#include <cstdint>

namespace glenda {

class BigLock {
public:
    /// Take the lock if it is free.
    [[gnu::always_inline]] bool try_take() {
        return __atomic_exchange_n(&is_taken_, std::uint64_t{1}, __ATOMIC_ACQUIRE) == 0;
    }
    /// Somebody has waited for long: hand_over(), do not release().
    [[gnu::always_inline]] bool has_next_owner() const { return __atomic_load_n(&impatient_, __ATOMIC_RELAXED) != kNobody; }
    void hand_over();
    /// Give it to whoever comes.
    [[gnu::always_inline]] void release() {
        __atomic_thread_fence(__ATOMIC_RELEASE);
        *const_cast<volatile std::uint64_t*>(&is_taken_) = 0;
    }
    /// Somebody waits for the lock.
    bool is_wanted() const { return __atomic_load_n(&waiting_, __ATOMIC_RELAXED) != 0; }

    // --- for who waits: begin, then try until it succeeds

    void begin_to_wait() { __atomic_fetch_add(&waiting_, 1, __ATOMIC_RELAXED); }
    /// The `attempt`-th attempt of hart `index`. True: the lock is its own, and the waiting has ended.
    bool try_again(std::uint64_t index, std::uint64_t attempt);

private:
    static constexpr std::uint64_t kNobody = 0;
    /// Attempts in vain until a hart is impatient: about a millisecond.
    static constexpr std::uint64_t kPatience = 100'000;

    std::uint64_t is_taken_ = 0;
    std::uint64_t impatient_ = kNobody;  // hart index + 1: whom the holder is to give the lock to
    std::uint64_t next_owner_ = kNobody;       // hart index + 1: who has been given the lock and has not noticed yet
    std::uint64_t waiting_ = 0;          // harts
};

extern constinit BigLock big_lock;

}  // namespace glenda
