// SPDX-License-Identifier: MIT
//
// kernel/sched/ready_queue.h and hart.h: who runs is whom a list of lists says, whatever threads do and what is done to
// their priorities; and what follows a switch: address space, tick and floating-point unit.
#include <algorithm>
#include <deque>
#include <functional>
#include <map>

#include "kernel_test.h"
#include "mem/address_spaces.h"

namespace glenda::test {
namespace {

/// A list for each priority, the highest first.
struct NaiveQueue {
    std::map<int, std::deque<Tcb*>, std::greater<>> queues;

    int highest() const {
        for (const auto& [priority, queue] : queues)
            if (!queue.empty()) return priority;
        return -1;
    }
    void erase(Tcb& tcb) {
        for (auto& [priority, queue] : queues) std::erase(queue, &tcb);
    }
    bool contains(Tcb& tcb) const {
        return std::any_of(queues.begin(), queues.end(), [&](const auto& entry) {
            return std::find(entry.second.begin(), entry.second.end(), &tcb) != entry.second.end();
        });
    }
    Tcb* pop() {
        const int at = highest();
        if (at < 0) return nullptr;
        Tcb* const first = queues[at].front();
        queues[at].pop_front();
        return first;
    }
};

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
            // Few priorities, at the edges of the bitmap's words, so that queues are long and also empty.
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

/// A naive hart: who is current, who waits in which list, and how many ticks each has left.
class HartModel : public KernelTest {
protected:
    static constexpr CPtr kThreads = 100;
    static constexpr unsigned kCount = 12;

    NaiveQueue waiting_;
    Tcb* current_ = nullptr;  // null: idle
    std::map<Tcb*, unsigned> left_;
    std::mt19937 random_{5};

    void SetUp() override {
        make(CapType::Tcb, kThreads, 0, kCount);
        suspend(kTcb);
        hart().choose();
        for (unsigned i = 0; i < kCount; i++) {
            Tcb& tcb = thread(i);
            tcb.priority = static_cast<std::uint8_t>(10 + i % 3);
            left_[&tcb] = tcb.slice;
        }
    }
    Tcb& thread(unsigned i) const { return tcb(kThreads + i); }

    void naive_yield() {
        left_[current_] = current_->slice;
        if (waiting_.highest() < current_->priority) return;
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
        switch (random_() % 9) {
            case 0:
            case 1:  // wake
                if (is_current || is_waiting) break;
                Hart::make_ready(tcb);
                waiting_.queues[tcb.priority].push_back(&tcb);
                break;
            case 2:  // the current thread waits for something
                if (current_ == nullptr) break;
                hart().current->state = ThreadState::BlockedRecv;
                current_ = nullptr;
                break;
            case 3:  // it waits, and is woken before the hart has chosen another
                if (current_ == nullptr) break;
                current_->state = ThreadState::BlockedRecv;
                Hart::make_ready(*current_);
                break;
            case 4:
                if (current_ == nullptr) break;
                hart().yield();
                naive_yield();
                break;
            case 5:
            case 6:
                hart().tick();
                if (current_ == nullptr) break;
                if (left_[current_] > 1)
                    left_[current_]--;
                else
                    naive_yield();
                break;
            case 7: {
                const auto priority = static_cast<std::uint8_t>(10 + random_() % 3);
                Hart::set_priority(tcb, priority);
                if (!is_waiting) break;
                waiting_.erase(tcb);
                waiting_.queues[priority].push_back(&tcb);
                break;
            }
            default:
                if (random_() % 3 != 0) break;
                Hart::stop(tcb);
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
        ASSERT_EQ(&hart().choose(), expected) << "step " << i;
        ASSERT_EQ(hart().current, expected);
        ASSERT_FALSE(expected->is_queued);
        ASSERT_EQ(hart().ready.highest(), waiting_.highest());
        for (unsigned t = 0; t < kCount; t++) ASSERT_EQ(thread(t).is_queued, waiting_.contains(thread(t)));
        if (current_ != nullptr) {
            ASSERT_EQ(current_->slice_left, left_[current_]);
        }
    }
}

class HartTest : public KernelTest {};

TEST_F(HartTest, EqualsTakeTurnsAndAHigherOneDoesNotCostATurn) {
    Tcb &a = make_thread(20), &b = make_thread(21), &high = make_thread(22);
    call(20, TcbMethod::SetPriority, {5, 5});
    call(21, TcbMethod::SetPriority, {5, 5});
    suspend(22);
    suspend(kTcb);
    EXPECT_EQ(&hart().choose(), &a);
    for (unsigned i = 1; i < kDefaultSlice; i++) {
        hart().tick();
        EXPECT_EQ(&hart().choose(), &a);
    }
    Hart::make_ready(high);
    EXPECT_EQ(&hart().choose(), &high);
    Hart::stop(high);
    EXPECT_EQ(&hart().choose(), &a);  // it was interrupted, and goes on first
    hart().tick();
    EXPECT_EQ(&hart().choose(), &b);
    EXPECT_EQ(a.ticks, kDefaultSlice);
    for (unsigned i = 0; i < kDefaultSlice; i++) hart().tick();
    EXPECT_EQ(&hart().choose(), &a);
}

TEST_F(HartTest, ASwitchChangesTheAddressSpace) {
    make(CapType::VSpace, 30);
    Tcb& a = make_thread(20);
    EXPECT_EQ(call(20, TcbMethod::Configure, {0, 30, 0, 0, 0}), Error::Ok);
    const std::uint64_t satp = satp_of(to_physical(slot(30).cap.object), asid_of(slot(30).cap.space));
    EXPECT_EQ(a.satp, satp);
    EXPECT_NE(machine.satp, satp);
    Hart::stop(root());
    EXPECT_EQ(&hart().choose(), &a);
    EXPECT_EQ(machine.satp, satp);
    Hart::stop(a);
    EXPECT_EQ(&hart().choose(), &hart().idle);
    EXPECT_EQ(machine.satp, kernel_satp);
}

TEST_F(HartTest, TheAddressSpaceOfTheCurrentThreadGoesAtOnce) {
    make(CapType::VSpace, 30);
    EXPECT_EQ(call(kTcb, TcbMethod::Configure, {0, 30, 0, 0, 0}), Error::Ok);
    EXPECT_EQ(machine.satp, root().satp);
    EXPECT_NE(machine.satp, kernel_satp);
    EXPECT_EQ(revoke(30), Error::Ok);
    EXPECT_EQ(machine.satp, kernel_satp);
}

TEST_F(HartTest, OnlyABusyHartTicks) {
    machine.time = 5000;
    Hart::stop(root());
    hart().choose();
    EXPECT_EQ(hart().next_tick, kNever);
    EXPECT_EQ(machine.timer, kNever);
    Hart::make_ready(root());
    hart().choose();
    EXPECT_EQ(hart().next_tick, 5000 + tick_length);
    EXPECT_EQ(machine.timer, 5000 + tick_length);
}

TEST_F(HartTest, TheFpuIsSavedWhenAnotherThreadWantsIt) {
    Tcb& other = make_thread(20);
    EXPECT_TRUE(hart().take_fpu());
    EXPECT_FALSE(hart().take_fpu());  // it has it: the instruction really is illegal
    machine.fpu.f[3] = 33;
    Hart::stop(root());
    EXPECT_EQ(&hart().choose(), &other);
    EXPECT_FALSE(machine.fpu_is_enabled);  // stopped with the owner
    EXPECT_TRUE(hart().take_fpu());
    EXPECT_EQ(machine.fpu.f[3], 0u);
    machine.fpu.f[3] = 44;
    Hart::make_ready(root());
    hart().yield();
    EXPECT_EQ(&hart().choose(), &root());
    EXPECT_FALSE(machine.fpu_is_enabled);
    EXPECT_EQ(machine.fpu.f[3], 44u);  // lazily: still in the unit
    EXPECT_TRUE(hart().take_fpu());
    EXPECT_EQ(other.fpu.f[3], 44u);
    hart().yield();
    EXPECT_EQ(&hart().choose(), &other);
    EXPECT_FALSE(machine.fpu_is_enabled);
    EXPECT_TRUE(hart().take_fpu());
    EXPECT_EQ(machine.fpu.f[3], 44u);
    Hart::release_fpu(other);
    EXPECT_FALSE(machine.fpu_is_enabled);
    EXPECT_EQ(hart().fpu_owner, nullptr);
}

}  // namespace
}  // namespace glenda::test
