// SPDX-License-Identifier: MIT
// See futex.h.
#include "wait/futex.h"

namespace glenda::factotum {

/// Fibonacci hashing: words that are near each other get buckets that are far apart.
WordList& Futex::bucket_of(FutexKey key) {
    constexpr std::uint64_t kGolden = 0x9e37'79b9'7f4a'7c15;  // 2^64 divided by the golden ratio
    constexpr unsigned kShift = 64 - 10;
    static_assert(kBuckets == 1 << 10);
    return buckets_[((key.space << 40 ^ key.address >> 2) * kGolden) >> kShift];
}

Answer<void> Futex::wait(Waiter& waiter, FutexKey key, std::uint32_t value, std::uint32_t expected) {
    CHECK(value == expected, ServerError::NotReady);
    enter(waiter, key);
    return {};
}

void Futex::enter(Waiter& waiter, FutexKey key) {
    waiter.key = key;
    bucket_of(key).push(waiter);
    count_++;
}

Waiter* Futex::first(FutexKey key) {
    Waiter* waiter = bucket_of(key).first();
    while (waiter != nullptr && !(waiter->key == key)) waiter = WordList::next(*waiter);
    return waiter;
}

void Futex::take_all(std::uint64_t space, WordList& found) {
    for (WordList& bucket : buckets_) {
        for (Waiter* waiter = bucket.first(); waiter != nullptr;) {
            Waiter* const next = WordList::next(*waiter);
            if (waiter->key.space == space) {
                forget(*waiter);
                found.push(*waiter);
            }
            waiter = next;
        }
    }
}

std::uint64_t Futex::wake(FutexKey key, std::uint64_t count, WordList& woken) {
    WordList& bucket = bucket_of(key);
    std::uint64_t done = 0;
    for (Waiter* waiter = bucket.first(); waiter != nullptr && done < count;) {
        Waiter* const next = WordList::next(*waiter);
        if (waiter->key == key) {
            forget(*waiter);
            woken.push(*waiter);
            done++;
        }
        waiter = next;
    }
    return done;
}

void Futex::forget(Waiter& waiter) {
    bucket_of(waiter.key).remove(waiter);
    count_--;
}

}  // namespace glenda::factotum
