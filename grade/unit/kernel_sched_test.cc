// SPDX-License-Identifier: MIT
//
// kernel/sched/ready_queue.h and hart.h: the scheduler agrees with a list of lists on which thread runs, whatever
// threads do and however their priorities change.
#include "kernel_test.h"
#include "model/naive_queue.h"

namespace glenda::test {
namespace {

TEST(ReadyQueue, RandomOperationsMatchAListPerPriority) {
    std::vector<std::unique_ptr<Tcb>> threads;
    for (unsigned i = 0; i < 60; i++) threads.push_back(std::make_unique<Tcb>());
    std::mt19937 random{3};
    const auto queue = std::make_unique<ReadyQueue>();
    NaiveQueue naive;
    for (unsigned i = 0; i < 40'000; i++) {
        Tcb& tcb = *threads[random() % threads.size()];
        const unsigned choice = random() % 8;
        if (choice == 0) {
            ASSERT_EQ(queue->pop(), naive.pop());
        } else if (tcb.is_queued) {
            if (choice < 4) continue;
            queue->remove(tcb);
            naive.erase(tcb);
        } else {
            // Few priorities, at the limits of the bitmap's words, so that some queues get long and some empty.
            constexpr std::uint8_t kPriorities[] = {0, 1, 63, 64, 127, 128, 191, 192, 254, 255};
            tcb.priority = kPriorities[random() % 10];
            if (choice % 2 == 0) {
                queue->push_back(tcb);
                naive.queues[tcb.priority].push_back(&tcb);
            } else {
                queue->push_front(tcb);
                naive.queues[tcb.priority].push_front(&tcb);
            }
        }
        ASSERT_EQ(queue->highest(), naive.highest());
        ASSERT_EQ(tcb.is_queued, naive.contains(tcb));
    }
    while (Tcb* first = naive.pop()) ASSERT_EQ(queue->pop(), first);
    EXPECT_EQ(queue->pop(), nullptr);
}

/// A naive hart: its current thread, its ready threads, and how much of its time slice each has left.
class HartModel : public KernelTest {
protected:
    static constexpr CPtr kThreads = 100;
    static constexpr unsigned kCount = 12;

    NaiveQueue waiting_;
    Tcb* current_ = nullptr;             // null: idle
    std::map<Tcb*, std::int64_t> left_;  // ticks of the timebase; 0 or less: the slice is used up
    std::mt19937 random_{5};

    void SetUp() override {
        make(CapType::Tcb, kThreads, 0, kCount);
        suspend(kTcb);
        choose(hart());
        for (unsigned i = 0; i < kCount; i++) {
            Tcb& tcb = thread(i);
            tcb.priority = static_cast<std::uint8_t>(10 + i % 3);
            left_[&tcb] = 0;
        }
    }
    Tcb& thread(unsigned i) const { return tcb(kThreads + i); }

    void pass(std::uint64_t time) {
        machine.time += time;
        if (current_ != nullptr) left_[current_] -= static_cast<std::int64_t>(time);
    }
    /// A full time slice, less what the last one overran.
    void new_turn(Tcb* tcb) {
        std::int64_t& left = left_[tcb];
        const std::int64_t overrun = left <= 0 && -left < std::int64_t{tcb->slice} ? -left : 0;
        left = std::int64_t{tcb->slice} - overrun;
    }
    void naive_wake(Tcb* tcb) {
        auto& queue = waiting_.queues[tcb->priority];
        if (left_[tcb] > 0) return queue.push_front(tcb);
        new_turn(tcb);
        queue.push_back(tcb);
    }
    void naive_yield() {
        if (waiting_.highest() < current_->priority) return;
        new_turn(current_);
        waiting_.queues[current_->priority].push_back(current_);
        current_ = nullptr;
    }
    void naive_choose() {
        if (current_ != nullptr) {
            if (waiting_.highest() <= current_->priority) return;
            waiting_.queues[current_->priority].push_front(current_);
        }
        current_ = waiting_.pop();
    }

    void step() {
        Tcb& tcb = thread(random_() % kCount);
        const bool is_current = current_ == &tcb, is_waiting = waiting_.contains(tcb);
        pass(random_() % tick_length);
        switch (random_() % 10) {
            case 0:
            case 1:  // wake
                if (is_current || is_waiting) break;
                make_ready(tcb);
                naive_wake(&tcb);
                break;
            case 2:  // the current thread waits for something
                if (current_ == nullptr) break;
                hart().current->state = ThreadState::BlockedRecv;
                current_ = nullptr;
                break;
            case 3:  // it waits, and is woken before the hart has chosen another
                if (current_ == nullptr) break;
                current_->state = ThreadState::BlockedRecv;
                make_ready(*current_);
                break;
            case 4:
                if (current_ == nullptr) break;
                yield(hart());
                naive_yield();
                break;
            case 5:
            case 6:
                tick(hart());
                if (current_ != nullptr && left_[current_] <= static_cast<std::int64_t>(tick_length / 2)) naive_yield();
                break;
            case 7: {
                const auto priority = static_cast<std::uint8_t>(10 + random_() % 3);
                change_priority(tcb, priority);
                if (!is_waiting) break;
                waiting_.erase(tcb);
                waiting_.queues[priority].push_back(&tcb);
                break;
            }
            case 8: {
                const auto slice = static_cast<std::uint32_t>((1 + random_() % 9) * tick_length);
                set_slice(tcb, slice);
                if (left_[&tcb] > 0) left_[&tcb] = slice;
                break;
            }
            default:
                if (random_() % 3 != 0) break;
                stop(tcb);
                left_[&tcb] = 0;
                waiting_.erase(tcb);
                if (is_current) current_ = nullptr;
        }
        naive_choose();
    }
};

TEST_F(HartModel, RandomScheduleMatches) {
    for (unsigned i = 0; i < 40'000; i++) {
        step();
        Tcb* const expected = current_ != nullptr ? current_ : &hart().idle;
        ASSERT_EQ(&choose(hart()), expected) << "step " << i;
        ASSERT_EQ(hart().current, expected);
        ASSERT_FALSE(expected->is_queued);
        ASSERT_EQ(hart().ready.highest(), waiting_.highest());
        for (unsigned t = 0; t < kCount; t++) {
            Tcb& tcb = thread(t);
            ASSERT_EQ(tcb.is_queued, waiting_.contains(tcb));
            ASSERT_EQ(static_cast<std::int64_t>(tcb.turn_end - run_time(tcb)), left_[&tcb]) << "step " << i;
        }
    }
}

}  // namespace
}  // namespace glenda::test
