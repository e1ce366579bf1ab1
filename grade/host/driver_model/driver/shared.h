// SPDX-License-Identifier: MIT
// Stands in for user/driver/shared.h: between any two accesses, the other side may act, or the driver may end.
#pragma once

#include <functional>

namespace glenda::driver::shared {

/// Called before each access. It may change the memory, or throw to end whoever makes the access.
inline std::function<void()> before_access;

inline void step() {
    if (before_access) before_access();
}

template <typename Word>
Word load(const Word& word) {
    step();
    Word value;
    __atomic_load(&word, &value, __ATOMIC_RELAXED);
    return value;
}
template <typename Word>
Word acquire(const Word& word) {
    return load(word);
}
template <typename Word>
void store(Word& word, Word value) {
    step();
    __atomic_store(&word, &value, __ATOMIC_RELAXED);
}
template <typename Word>
void publish(Word& word, Word value) {
    store(word, value);
}
inline void fence() { step(); }

}  // namespace glenda::driver::shared
