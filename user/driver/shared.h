// SPDX-License-Identifier: MIT
// Words in memory that somebody else reads and writes at the same time: a device, or the other side of a session.
//
// Each function accesses memory exactly once. `publish` makes everything written before it visible first; whoever reads
// the word by `acquire` sees it. A value that is loaded twice may be two values: load once, check, and use the copy.
// The unit tests put a file in place of this one that can change the memory, or end the driver, between any two
// accesses (grade/host/driver_model/driver/shared.h).
#pragma once

namespace glenda::driver::shared {

template <typename Word>
Word load(const Word& word) {
    Word value;
    __atomic_load(&word, &value, __ATOMIC_RELAXED);
    return value;
}
template <typename Word>
Word acquire(const Word& word) {
    Word value;
    __atomic_load(&word, &value, __ATOMIC_ACQUIRE);
    return value;
}
template <typename Word>
void store(Word& word, Word value) {
    __atomic_store(&word, &value, __ATOMIC_RELAXED);
}
template <typename Word>
void publish(Word& word, Word value) {
    __atomic_store(&word, &value, __ATOMIC_RELEASE);
}
/// Between a publish and a look at what the other side wants: without it, each could miss what the other has written.
inline void fence() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

}  // namespace glenda::driver::shared
