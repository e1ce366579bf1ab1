// SPDX-License-Identifier: MIT
//
// kernel/sched/timer_queue.h compared with std::multimap, and the shape that bounds its work: the right path of a
// leftist heap of n timers has at most log2(n + 1) nodes.
#include <gtest/gtest.h>

#include <bit>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include "sched/timer_queue.h"

namespace glenda::test {
namespace {

std::uint32_t rank_of(const Timer* timer) { return timer != nullptr ? timer->rank : 0; }

/// The number of timers below and at `timer`; fails the test where the heap is not leftist.
unsigned check_heap(const Timer* timer, const Timer* parent) {
    if (timer == nullptr) return 0;
    EXPECT_EQ(timer->parent, parent);
    EXPECT_TRUE(timer->is_armed);
    EXPECT_GE(rank_of(timer->left), rank_of(timer->right));
    EXPECT_EQ(timer->rank, rank_of(timer->right) + 1);
    if (parent != nullptr) {
        EXPECT_GE(timer->deadline, parent->deadline);
    }
    return 1 + check_heap(timer->left, timer) + check_heap(timer->right, timer);
}

unsigned right_path(const Timer* timer) {
    unsigned length = 0;
    for (; timer != nullptr; timer = timer->right) length++;
    return length;
}

class TimerQueueModel : public testing::Test {
protected:
    using Model = std::multimap<std::uint64_t, Timer*>;
    TimerQueue queue_;
    Model model_{};
    std::map<Timer*, Model::iterator> where_{};
    std::vector<std::unique_ptr<Timer>> timers_{};
    std::mt19937 random_{7};

    void SetUp() override {
        for (unsigned i = 0; i < 4000; i++) timers_.push_back(std::make_unique<Timer>());
    }
    void add(Timer& timer, std::uint64_t deadline) {
        timer.deadline = deadline;
        queue_.add(timer);
        ASSERT_TRUE(timer.is_armed);
        where_[&timer] = model_.emplace(deadline, &timer);
    }
    void remove(Timer& timer) {
        queue_.remove(timer);
        ASSERT_FALSE(timer.is_armed);
        model_.erase(where_[&timer]);
    }
    void check_first() {
        if (model_.empty()) {
            ASSERT_EQ(queue_.first(), nullptr);
        } else {
            ASSERT_NE(queue_.first(), nullptr);
            ASSERT_EQ(queue_.first()->deadline, model_.begin()->first);
        }
    }
    void check_all() {
        ASSERT_EQ(check_heap(queue_.first(), nullptr), model_.size());
        ASSERT_LE(right_path(queue_.first()), static_cast<unsigned>(std::bit_width(model_.size())));
    }
};

TEST_F(TimerQueueModel, RandomAddsAndRemovals) {
    for (unsigned i = 0; i < 60'000; i++) {
        Timer& timer = *timers_[random_() % timers_.size()];
        // Phases with more insertions alternate with phases with more removals. Deadlines are often equal.
        const bool is_growing = i / 10'000 % 2 == 0;
        if (!timer.is_armed)
            add(timer, random_() % (i % 3 == 0 ? 50 : 1'000'000));
        else if (!is_growing || random_() % 4 == 0)
            remove(random_() % 2 == 0 ? timer : *queue_.first());
        if (!HasFatalFailure()) check_first();
        if (!HasFatalFailure() && i % 1000 == 0) check_all();
        if (HasFatalFailure()) FAIL() << "after operation " << i;
    }
    while (queue_.first() != nullptr) {
        ASSERT_EQ(queue_.first()->deadline, model_.begin()->first);
        remove(*queue_.first());
    }
    EXPECT_TRUE(model_.empty());
}

/// Sorted input gives the longest left path. Removals from its end must not walk all of it.
TEST_F(TimerQueueModel, SortedDeadlines) {
    for (unsigned i = 0; i < timers_.size(); i++) add(*timers_[i], timers_.size() - i);
    ASSERT_NO_FATAL_FAILURE(check_all());
    for (unsigned i = 0; i < timers_.size(); i += 2) remove(*timers_[i]);
    ASSERT_NO_FATAL_FAILURE(check_all());
    for (unsigned i = 0; i < timers_.size(); i += 2) add(*timers_[i], i);
    ASSERT_NO_FATAL_FAILURE(check_all());
    ASSERT_NO_FATAL_FAILURE(check_first());
}

TEST_F(TimerQueueModel, ARemovedTimerIsFree) {
    add(*timers_[0], 1);
    add(*timers_[1], 2);
    remove(*timers_[0]);
    EXPECT_FALSE(timers_[0]->is_armed);
    EXPECT_TRUE(timers_[0]->left == nullptr && timers_[0]->right == nullptr && timers_[0]->parent == nullptr);
    EXPECT_EQ(queue_.first(), timers_[1].get());
    add(*timers_[0], 3);
    EXPECT_EQ(queue_.first(), timers_[1].get());
}

}  // namespace
}  // namespace glenda::test
