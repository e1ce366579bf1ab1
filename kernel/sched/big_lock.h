// SPDX-License-Identifier: MIT
// The big kernel lock: one hart at a time is in the kernel, in the order in which they came.
//
// A ticket lock. It is taken and released in boot/enter.cc only.
#pragma once

#include <cstdint>

namespace glenda {

class BigLock {
public:
    void acquire() {
        const std::uint32_t ticket = __atomic_fetch_add(&next_, 1, __ATOMIC_RELAXED);
        while (__atomic_load_n(&serving_, __ATOMIC_ACQUIRE) != ticket) {
        }
    }
    void release() { __atomic_store_n(&serving_, serving_ + 1, __ATOMIC_RELEASE); }

private:
    std::uint32_t next_ = 0;
    std::uint32_t serving_ = 0;
};

extern constinit BigLock big_lock;

}  // namespace glenda
