// SPDX-License-Identifier: MIT
// Futexes: threads wait at a word of memory until another one wakes them, first come, first served.
//
// A word has no record of its own. It has a key, and all threads that wait at words with the same hash are in one
// bucket, in order of arrival. A thread that has been woken, whose time is up or that is killed is in no bucket any
// more, so it is never counted again.
#pragma once

#include <array>

#include "protocol/errors.h"
#include "util/result.h"
#include "wait/waiter.h"

namespace glenda::factotum {

class Futex {
public:
    /// Lets `waiter` wait at the word, which is now `value`. Error: NotReady, if that is not what the caller expects:
    /// whoever changed it may have woken the others already.
    Answer<void> wait(Waiter& waiter, FutexKey key, std::uint32_t value, std::uint32_t expected);
    /// The same, whatever the word's value.
    void enter(Waiter& waiter, FutexKey key);
    /// The waiter that has waited longest for that; null if there is none.
    Waiter* first(FutexKey key);
    /// Moves the first waiters of a word, at most `count`, into `woken`. Returns how many.
    std::uint64_t wake(FutexKey key, std::uint64_t count, WordList& woken);
    /// Moves all waiters with keys of this space into `found`.
    void take_all(std::uint64_t space, WordList& found);
    /// Forgets a waiter, which is in a bucket.
    void forget(Waiter& waiter);

    /// How many wait.
    std::uint64_t count() const { return count_; }

private:
    static constexpr std::size_t kBuckets = 1024;
    WordList& bucket_of(FutexKey key);

    std::array<WordList, kBuckets> buckets_{};
    std::uint64_t count_ = 0;
};

}  // namespace glenda::factotum
