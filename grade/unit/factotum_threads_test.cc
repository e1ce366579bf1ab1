// SPDX-License-Identifier: MIT
//
// user/factotum/tasks/thread_table.h and wait/: threads by number and badge, waiters at words and in the wheel of time,
// each compared with a naive model in random steps.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <vector>

#include "steps.h"
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
    for (int step = 0; step < steps(1'000'000); step++) {
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
    for (int step = 0; step < steps(1'000'000); step++) {
        const unsigned k = random() % kKeys;
        Waiter& waiter = waiters[random() % kWaiters];
        const bool waits = where.contains(&waiter);
        switch (random() % 4) {
            case 0: {  // wake
                const std::uint64_t count = random() % 8 == 0 ? ~std::uint64_t{0} : random() % 4;
                std::vector<Waiter*> woken;
                const std::uint64_t number = futex.wake(key(k), count, [&](Waiter& w) { woken.push_back(&w); });
                ASSERT_EQ(number, std::min<std::uint64_t>(count, model[k].size())) << "exact counts";
                ASSERT_EQ(number, woken.size());
                ASSERT_TRUE(std::equal(woken.begin(), woken.end(), model[k].begin())) << "first come, first served";
                for (Waiter* const gone : woken) where.erase(gone);
                model[k].erase(model[k].begin(), model[k].begin() + long(number));
                break;
            }
            case 1:  // time is up, or it is killed
                if (!waits) break;
                futex.remove(waiter);
                std::erase(model[where[&waiter]], &waiter);
                where.erase(&waiter);
                break;
            default:
                if (waits) break;
                futex.add(waiter, key(k));
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
    bool is_done = true;                          // all that were due are out
    const auto forget = [&](Waiter& waiter) {
        auto [at, end] = model.equal_range(waiter.deadline);
        while (at != end && at->second != &waiter) at++;
        ASSERT_NE(at, end);
        model.erase(at);
    };
    for (int step = 0; step < steps(1'000'000); step++) {
        Waiter& waiter = waiters[random() % kWaiters];
        switch (random() % 3) {
            case 0:
                if (waiter.has_deadline) break;
                wheel.add(waiter, now + some_time(random));
                ASSERT_TRUE(waiter.has_deadline);
                ASSERT_TRUE(waiter.deadline > now || !is_done);
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
                ASSERT_TRUE(!next || *next <= model.begin()->first) << "never too late";
                ASSERT_TRUE(!next || *next > now || !is_done) << "it is turned only where there is something to do";
                if (next && random() % 2 == 0)
                    now = std::max(now, *next);
                else
                    now += some_time(random) / 16;
                unsigned steps = random() % 2 == 0 ? 1000 : random() % 10;
                std::uint64_t before = 0;
                while (Waiter* const due = wheel.take_due(now, steps)) {
                    ASSERT_LE(due->deadline, now);
                    ASSERT_GE(due->deadline, before) << "in order";
                    ASSERT_FALSE(due->has_deadline);
                    before = due->deadline;
                    forget(*due);
                }
                is_done = steps != 0;
                ASSERT_TRUE(!is_done || model.empty() || model.begin()->first > now) << "never forgotten";
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
    Waiter* due = nullptr;
    unsigned turns = 0;
    for (; due == nullptr; turns++) {
        unsigned steps = 100;
        due = wheel.take_due(*wheel.next(), steps);
    }
    EXPECT_EQ(due, &waiter);
    EXPECT_LE(turns, 8u);
}

TEST(TimerWheel, TheEndOfTimeIsFar) {
    TimerWheel wheel(5);
    Waiter waiter;
    wheel.add(waiter, ~std::uint64_t{0});
    unsigned steps = 100;
    EXPECT_EQ(wheel.take_due(std::uint64_t{1} << 30, steps), nullptr);
    EXPECT_EQ(wheel.take_due(~std::uint64_t{0} - 1, steps), nullptr);
    EXPECT_EQ(wheel.take_due(~std::uint64_t{0}, steps), &waiter);
    EXPECT_FALSE(wheel.next());
}

}  // namespace
}  // namespace glenda::factotum::test
