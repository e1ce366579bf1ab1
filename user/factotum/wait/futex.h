// SPDX-License-Identifier: MIT
// Futexes: threads wait at a word of memory until another one wakes them, first come, first served.
//
// A word has no record of its own. It has a key, and all threads that wait at words with the same hash are in one
// bucket, in order of arrival. A thread that has been woken, whose time is up or that is killed is in no bucket any
// more, so it is never counted again.
#pragma once

#include <array>

#include "wait/waiter.h"

namespace glenda::factotum {

class Futex {
public:
    /// Adds a waiter, which is in no bucket, to those at a word.
    void add(Waiter& waiter, FutexKey key) {
        waiter.key = key;
        bucket_of(key).push(waiter);
        count_++;
    }
    /// Takes out a waiter, which is in a bucket.
    void remove(Waiter& waiter) {
        bucket_of(waiter.key).remove(waiter);
        count_--;
    }
    /// Takes out the first waiters at a word, at most `count`, and calls `visit(Waiter&)` for each. Returns how many.
    template <typename Visit>
    std::uint64_t wake(FutexKey key, std::uint64_t count, Visit visit) {
        // lab 5.6b {
        WordList& bucket = bucket_of(key);
        std::uint64_t done = 0;
        for (Waiter* waiter = bucket.first(); waiter != nullptr && done < count;) {
            Waiter* const next = WordList::next(*waiter);
            if (waiter->key == key) {
                bucket.remove(*waiter);
                count_--;
                done++;
                visit(*waiter);
            }
            waiter = next;
        }
        return done;
        // lab 5.6b }
    }
    /// The waiter that has been at a word for the longest time; null if there is none.
    Waiter* first(FutexKey key) {
        Waiter* waiter = bucket_of(key).first();
        while (waiter != nullptr && !(waiter->key == key)) waiter = WordList::next(*waiter);
        return waiter;
    }
    /// Takes out all waiters at words of this space, and calls `visit(Waiter&)` for each.
    template <typename Visit>
    void remove_all(std::uint64_t space, Visit visit) {
        for (WordList& bucket : buckets_) {
            for (Waiter* waiter = bucket.first(); waiter != nullptr;) {
                Waiter* const next = WordList::next(*waiter);
                if (waiter->key.space == space) {
                    remove(*waiter);
                    visit(*waiter);
                }
                waiter = next;
            }
        }
    }

    /// How many wait.
    std::uint64_t count() const { return count_; }

private:
    static constexpr unsigned kBits = 10;

    /// Fibonacci hashing: words that are near each other get buckets that are far apart.
    WordList& bucket_of(FutexKey key) {
        constexpr std::uint64_t kGolden = 0x9e37'79b9'7f4a'7c15;  // 2^64 divided by the golden ratio
        return buckets_[((key.space << 40 ^ key.address >> 2) * kGolden) >> (64 - kBits)];
    }

    std::array<WordList, 1 << kBits> buckets_{};
    std::uint64_t count_ = 0;
};

}  // namespace glenda::factotum
