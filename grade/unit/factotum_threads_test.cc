// SPDX-License-Identifier: MIT
//
// user/factotum/tasks/thread_table.h and wait/: threads by number and badge, waiters at words and in the wheel of time,
// each compared with a naive model in random steps.

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>
#include <vector>

#include "tasks/thread_table.h"
#include "wait/futex.h"
#include "wait/timer_wheel.h"

namespace glenda::factotum::test {
namespace {

// --- the table --------------------------------------------------------------------------------------------

struct Record : ThreadRecord {
    int data = 0;
};

constexpr std::uint32_t kProcesses = 5, kMore = 30, kPlaces = kProcesses + kMore;

TEST(ThreadTable, RandomLivesAgreeWithLists) {
    struct Grow {
        bool operator()(std::uint64_t bytes) const { return bytes <= kPlaces * sizeof(Record); }
    };
    std::mt19937 random(1);
    alignas(Record) static std::array<std::byte, kPlaces * sizeof(Record)> memory{};
    std::array<PidTable::Entry, 128> numbers{};
    ThreadTable<Record, Grow> table(reinterpret_cast<Record*>(memory.data()), numbers, kPlaces, kMore, Grow{});
    std::array<ThreadList, kProcesses> lists{};
    std::array<std::vector<std::uint32_t>, kProcesses> model{};
    std::vector<Badge> gone;
    std::uint32_t last = 0, count = 0;
    for (int step = 0; step < 1'000'000; step++) {
        const std::uint32_t p = random() % kProcesses;
        if (random() % 2 == 0) {
            std::uint32_t more = 0;
            for (const auto& tids : model) more += tids.empty() ? 0 : std::uint32_t(tids.size()) - 1;
            Record* const thread = table.create(lists[p], p);
            ASSERT_EQ(thread == nullptr, !model[p].empty() && more == kMore) << "each process can have one";
            if (thread == nullptr) continue;
            ASSERT_GT(thread->tid, last) << "numbers are not used again";
            ASSERT_EQ(thread->data, 0) << "a place is as new";
            ASSERT_EQ(thread->process, p);
            last = thread->tid;
            thread->data = 7;
            model[p].push_back(last);
            count++;
        } else if (!model[p].empty()) {
            const auto chosen = model[p].begin() + random() % model[p].size();
            Record* const thread = table.find_tid(*chosen);
            ASSERT_EQ(thread->tid, *chosen);
            ASSERT_EQ(table.find_badge(thread->fault_badge()), thread);
            gone.push_back(thread->fault_badge());
            table.release(lists[p], *thread);
            ASSERT_EQ(table.find_tid(*chosen), nullptr);
            model[p].erase(chosen);
            count--;
        }
        std::vector<std::uint32_t> found;
        for (const Record* thread = table.first(lists[p]); thread != nullptr; thread = table.next(*thread))
            found.push_back(thread->tid);
        ASSERT_EQ(found, model[p]) << "oldest first";
        ASSERT_EQ(lists[p].count, model[p].size());
        ASSERT_EQ(table.count(), count);
        if (!gone.empty()) {
            ASSERT_EQ(table.find_badge(gone[random() % gone.size()]), nullptr);
        }
    }
    EXPECT_EQ(table.find_tid(0), nullptr);
    EXPECT_EQ(table.find_tid(std::uint64_t{1} << 32 | last), nullptr);
}

// --- futexes ----------------------------------------------------------------------------------------------

/// Few words, some of which share a bucket, and all waiters of each in order.
TEST(Futex, RandomWaitsAgreeWithQueues) {
    constexpr unsigned kWaiters = 60, kKeys = 40;
    std::mt19937 random(2);
    Futex futex;
    std::array<Waiter, kWaiters> waiters{};
    std::map<unsigned, std::vector<Waiter*>> model;  // by key
    std::map<Waiter*, unsigned> where;
    const auto key = [](unsigned n) { return FutexKey{n % 3, n * 4096}; };
    for (int step = 0; step < 1'000'000; step++) {
        const unsigned k = random() % kKeys;
        Waiter& waiter = waiters[random() % kWaiters];
        const bool waits = where.contains(&waiter);
        switch (random() % 4) {
            case 0: {  // wake
                const std::uint64_t count = random() % 8 == 0 ? ~std::uint64_t{0} : random() % 4;
                WordList woken;
                const std::uint64_t number = futex.wake(key(k), count, woken);
                ASSERT_EQ(number, std::min<std::uint64_t>(count, model[k].size())) << "exact counts";
                for (std::uint64_t i = 0; i < number; i++) {
                    ASSERT_EQ(woken.pop(), model[k][i]) << "first come, first served";
                    where.erase(model[k][i]);
                }
                ASSERT_TRUE(woken.is_empty());
                model[k].erase(model[k].begin(), model[k].begin() + long(number));
                break;
            }
            case 1:  // time is up, or it is killed
                if (!waits) break;
                futex.forget(waiter);
                std::erase(model[where[&waiter]], &waiter);
                where.erase(&waiter);
                break;
            default:
                if (waits) break;
                const std::uint32_t value = random() % 2;
                const auto done = futex.wait(waiter, key(k), value, 1);
                ASSERT_EQ(done.has_value(), value == 1);
                if (!done) {
                    ASSERT_TRUE(done.error() == AnyError(ServerError::NotReady));
                    break;
                }
                model[k].push_back(&waiter);
                where[&waiter] = k;
        }
        ASSERT_EQ(futex.count(), where.size());
    }
}

// --- time -------------------------------------------------------------------------------------------------

/// A time to wait, of any order of magnitude.
std::uint64_t some_time(std::mt19937& random) {
    const unsigned bits = random() % 27;
    return random() % (std::uint64_t{1} << bits) + random() % 2;
}

TEST(TimerWheel, RandomDeadlinesAgreeWithAMap) {
    constexpr unsigned kWaiters = 100;
    std::mt19937 random(3);
    std::uint64_t now = 12345;
    TimerWheel wheel(now);
    std::array<Waiter, kWaiters> waiters{};
    std::multimap<std::uint64_t, Waiter*> model;  // by deadline
    const auto forget = [&](Waiter& waiter) {
        auto [at, end] = model.equal_range(waiter.deadline);
        while (at != end && at->second != &waiter) at++;
        ASSERT_NE(at, end);
        model.erase(at);
    };
    for (int step = 0; step < 1'000'000; step++) {
        Waiter& waiter = waiters[random() % kWaiters];
        switch (random() % 3) {
            case 0:
                if (waiter.has_deadline) break;
                wheel.add(waiter, now + some_time(random));
                ASSERT_TRUE(waiter.has_deadline);
                ASSERT_GT(waiter.deadline, now);
                model.emplace(waiter.deadline, &waiter);
                break;
            case 1:
                if (!waiter.has_deadline) break;
                forget(waiter);
                wheel.remove(waiter);
                break;
            case 2: {
                const auto next = wheel.next();
                ASSERT_EQ(next.has_value(), !model.empty());
                ASSERT_TRUE(!next || (*next > now && *next <= model.begin()->first)) << "never too late";
                now = next && random() % 2 == 0 ? *next : now + some_time(random) / 16;
                SlotList due;
                wheel.advance(now, due);
                std::uint64_t before = 0;
                while (Waiter* const done = due.pop()) {
                    ASSERT_LE(done->deadline, now);
                    ASSERT_GE(done->deadline, before) << "in order";
                    ASSERT_FALSE(done->has_deadline);
                    before = done->deadline;
                    forget(*done);
                }
                ASSERT_TRUE(model.empty() || model.begin()->first > now) << "never forgotten";
            }
        }
        ASSERT_EQ(wheel.count(), model.size());
    }
}

/// Without a tick, a wait of hours needs few turns.
TEST(TimerWheel, ALongWaitNeedsFewTurns) {
    TimerWheel wheel(1'000'003);
    Waiter waiter;
    wheel.add(waiter, 1'000'003 + 10 * 3600 * 1000);
    unsigned turns = 0;
    SlotList due;
    for (; due.is_empty(); turns++) wheel.advance(*wheel.next(), due);
    EXPECT_EQ(due.pop(), &waiter);
    EXPECT_LE(turns, 8u);
}

TEST(TimerWheel, TheEndOfTimeIsFar) {
    TimerWheel wheel(5);
    Waiter waiter;
    wheel.add(waiter, ~std::uint64_t{0});
    SlotList due;
    wheel.advance(std::uint64_t{1} << 30, due);
    EXPECT_TRUE(due.is_empty());
    wheel.remove(waiter);
    EXPECT_FALSE(wheel.next());
}

}  // namespace
}  // namespace glenda::factotum::test
