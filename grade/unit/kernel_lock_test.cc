// SPDX-License-Identifier: MIT
//
// kernel/sched/big_lock.h: one owner at a time. Whichever hart asks first gets the lock, but no hart waits forever.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "sched/big_lock.h"

namespace glenda::test {
namespace {

constexpr std::uint64_t kLong = 100'000'000;  // attempts: more than any hart's patience

TEST(BigLock, WhoeverAsksFirstGetsIt) {
    BigLock lock;
    EXPECT_TRUE(lock.try_take());
    EXPECT_FALSE(lock.try_take());
    lock.begin_to_wait();
    lock.begin_to_wait();
    EXPECT_TRUE(lock.is_wanted());
    EXPECT_FALSE(lock.try_again(1, 0));
    EXPECT_FALSE(lock.try_again(2, 0));
    EXPECT_FALSE(lock.has_impatient());
    lock.release();
    EXPECT_TRUE(lock.try_again(2, 1));
    EXPECT_FALSE(lock.try_again(1, 1));
    EXPECT_TRUE(lock.is_wanted());
    lock.release();
    EXPECT_TRUE(lock.try_take());  // a hart that has not waited
    EXPECT_FALSE(lock.try_again(1, 2));
    lock.release();
    EXPECT_TRUE(lock.try_again(1, 3));
    EXPECT_FALSE(lock.is_wanted());
}

TEST(BigLock, WhoHasWaitedForLongIsNext) {
    BigLock lock;
    ASSERT_TRUE(lock.try_take());
    lock.begin_to_wait();
    lock.begin_to_wait();
    EXPECT_FALSE(lock.try_again(1, kLong));
    EXPECT_FALSE(lock.try_again(2, kLong));  // the next but one
    EXPECT_TRUE(lock.has_impatient());
    lock.hand_over();
    EXPECT_FALSE(lock.try_take());  // no other hart gets in between
    EXPECT_FALSE(lock.try_again(2, kLong));
    EXPECT_TRUE(lock.try_again(1, kLong));
    EXPECT_FALSE(lock.try_take());
    EXPECT_TRUE(lock.has_impatient());
    lock.hand_over();
    EXPECT_TRUE(lock.try_again(2, kLong));
    EXPECT_FALSE(lock.has_impatient());
    EXPECT_FALSE(lock.is_wanted());
    lock.release();
    EXPECT_TRUE(lock.try_take());
}

TEST(BigLock, TheImpatientOneAlsoTakesALockThatIsFree) {
    BigLock lock;
    ASSERT_TRUE(lock.try_take());
    lock.begin_to_wait();
    ASSERT_FALSE(lock.try_again(3, 0));
    lock.release();
    ASSERT_TRUE(lock.try_take());
    ASSERT_FALSE(lock.try_again(3, kLong));
    lock.release();  // the owner checked for a starving hart just before there was one
    EXPECT_TRUE(lock.try_again(3, kLong));
    EXPECT_FALSE(lock.has_impatient());
    lock.release();
    EXPECT_TRUE(lock.try_take());
}

TEST(BigLock, KeepsThreadsApart) {
    constexpr unsigned kThreads = 4, kRounds = 3'000;
    BigLock lock;
    volatile unsigned inside = 0, rounds = 0, collisions = 0;
    auto body = [&](std::uint32_t index) {
        for (unsigned i = 0; i < kRounds; i++) {
            if (!lock.try_take()) {
                lock.begin_to_wait();
                for (std::uint64_t attempt = 0; !lock.try_again(index, i % 2 * kLong + attempt); attempt++)
                    if (attempt % 64 == 63) std::this_thread::yield();
            }
            if (inside != 0) collisions = collisions + 1;
            inside = inside + 1;
            rounds = rounds + 1;
            if (i % 16 == 0) std::this_thread::yield();
            inside = inside - 1;
            if (lock.has_impatient())
                lock.hand_over();
            else
                lock.release();
        }
    };
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < kThreads; i++) threads.emplace_back(body, i);
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(rounds, kThreads * kRounds);
    EXPECT_EQ(collisions, 0u);
    EXPECT_FALSE(lock.is_wanted());
    EXPECT_FALSE(lock.has_impatient());
}

}  // namespace
}  // namespace glenda::test
