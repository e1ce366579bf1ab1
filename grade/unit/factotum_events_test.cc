// SPDX-License-Identifier: MIT
//
// user/factotum/wait/events.h: events that are taken, told, answered and abandoned in random steps, while processes
// come and go, compared with lists of numbers.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <vector>

#include "steps.h"
#include "wait/events.h"

namespace glenda::factotum::test {
namespace {

constexpr unsigned kThreads = 24, kMostProcesses = 12;
constexpr std::uint32_t kRoot = 1;

struct Process : Taker {
    std::uint32_t pid = 0, parent = 0;
};
struct Table {
    std::map<std::uint32_t, Process> all;
    Process* find_pid(std::uint32_t pid) {
        const auto found = all.find(pid);
        return found == all.end() ? nullptr : &found->second;
    }
};
struct Thread : Subject {
    unsigned number = 0;
};

/// What the model knows: threads by number, in order of arrival.
using Numbers = std::vector<unsigned>;
struct Lists {
    std::uint64_t takes = 0;
    Numbers events{}, stopped{};
};

Numbers numbers_in(const EventList& list) {
    Numbers numbers;
    for (Waiter* at = list.first(); at != nullptr; at = EventList::next(*at))
        numbers.push_back(static_cast<Thread*>(at)->number);
    return numbers;
}

class EventQueues : public ::testing::Test {
protected:
    EventQueues() {
        for (unsigned i = 0; i < kThreads; i++) threads_[i].number = i;
        create(0);
    }
    std::uint32_t draw(std::uint32_t count) { return random_() % count; }
    Process& any_process() { return std::next(table_.all.begin(), draw(std::uint32_t(table_.all.size())))->second; }
    EventKind any_kind() { return EventKind(1 + draw(unsigned(EventKind::Exit))); }

    void create(std::uint32_t parent) {
        Process& process = table_.all[++last_pid_];
        process.pid = last_pid_;
        process.parent = parent;
        model_[last_pid_];
    }

    // --- the model ------------------------------------------------------------------------------------------
    std::uint32_t model_taker(std::uint32_t parent, EventKind kind) {
        for (std::uint32_t pid = parent; pid != 0; pid = table_.find_pid(pid)->parent)
            if ((model_[pid].takes & event_bit(kind)) != 0) return pid;
        for (std::uint32_t pid : generals_)
            if ((model_[pid].takes & event_bit(kind)) != 0) return pid;
        return 0;
    }
    void model_forget(unsigned thread) {
        std::erase(abandoned_, thread);
        for (auto& [pid, lists] : model_) {
            std::erase(lists.events, thread);
            std::erase(lists.stopped, thread);
        }
    }
    void model_leave(std::uint32_t pid) {
        Lists& lists = model_[pid];
        std::erase(generals_, pid);
        for (const Numbers* numbers : {&lists.events, &lists.stopped})
            abandoned_.insert(abandoned_.end(), numbers->begin(), numbers->end());
        lists = {};
    }
    void compare() {
        for (auto& [pid, process] : table_.all) {
            ASSERT_EQ(process.takes, model_[pid].takes);
            ASSERT_EQ(numbers_in(process.events), model_[pid].events);
            ASSERT_EQ(numbers_in(process.stopped), model_[pid].stopped);
        }
    }

    // --- steps ----------------------------------------------------------------------------------------------
    void happen(Thread& thread) {
        const EventKind kind = any_kind();
        const std::uint32_t parent = any_process().pid, expected = model_taker(parent, kind);
        Process* const taker = events_.taker_of(table_.find_pid(parent), kind);
        ASSERT_EQ(taker != nullptr ? taker->pid : 0, expected);
        if (taker == nullptr) return;
        events_.stop(thread, {.event = kind, .address = thread.number}, *taker);
        ASSERT_EQ(thread.stop.taker, expected);
        ASSERT_TRUE(thread.stop.event == kind && thread.stop.address == thread.number);
        model_forget(thread.number);
        model_[expected].events.push_back(thread.number);
    }
    void tell(Process& taker) {
        Lists& lists = model_[taker.pid];
        auto* const told = static_cast<Thread*>(events_.tell(taker));
        ASSERT_EQ(told == nullptr, lists.events.empty());
        if (told == nullptr) return;
        ASSERT_EQ(told->number, lists.events.front());
        lists.events.erase(lists.events.begin());
        lists.stopped.push_back(told->number);
    }
    void resume_one() {
        auto* const first = static_cast<Thread*>(events_.first_abandoned());
        ASSERT_EQ(first == nullptr, abandoned_.empty());
        if (first == nullptr) return;
        ASSERT_EQ(first->number, abandoned_.front());
        first->forget();
        ASSERT_TRUE(first->stop.event == EventKind::None && first->stop.list == nullptr);
        abandoned_.erase(abandoned_.begin());
    }
    void end(Process& process) {
        if (process.pid == kRoot) return;
        events_.leave(process);
        model_leave(process.pid);
        for (auto& [pid, child] : table_.all)
            if (child.parent == process.pid) child.parent = kRoot;
        model_.erase(process.pid);
        table_.all.erase(process.pid);
    }
    void step() {
        Thread& thread = threads_[draw(kThreads)];
        Process& process = any_process();
        switch (draw(16)) {
            case 0: {
                const std::uint64_t kinds = random_() & 0xfe & random_();
                const bool of_all = draw(4) == 0;
                events_.take(process, kinds, of_all);
                model_[process.pid].takes = kinds;
                if (!of_all) break;
                std::erase(generals_, process.pid);
                generals_.insert(generals_.begin(), process.pid);
                break;
            }
            case 1:
                events_.leave(process);
                model_leave(process.pid);
                break;
            case 2: end(process); break;
            case 3:
                if (table_.all.size() < kMostProcesses) create(process.pid);
                break;
            case 4:
                thread.forget();
                model_forget(thread.number);
                break;
            case 5:
                events_.abandon(thread);
                model_forget(thread.number);
                abandoned_.push_back(thread.number);
                break;
            case 6: resume_one(); break;
            case 7:
            case 8:
            case 9: tell(process); break;
            default: happen(thread); break;
        }
    }

    std::mt19937_64 random_{21};
    Table table_{};
    Events<Process, Table> events_{table_};
    std::array<Thread, kThreads> threads_{};
    std::uint32_t last_pid_ = 0;
    std::map<std::uint32_t, Lists> model_;
    Numbers abandoned_;
    std::vector<std::uint32_t> generals_;  // the last who asked comes first
};

TEST_F(EventQueues, RandomEventsAgreeWithLists) {
    std::uint64_t told = 0, left = 0;
    for (int i = 0; i < steps(1'000'000); i++) {
        ASSERT_NO_FATAL_FAILURE(step()) << i;
        if (i % 16 == 0) {
            ASSERT_NO_FATAL_FAILURE(compare()) << i;
        }
        for (const auto& [pid, lists] : model_) told += lists.stopped.size();
        left += abandoned_.size();
    }
    EXPECT_GT(told, 100'000u);
    EXPECT_GT(left, 100'000u);
}

/// A debugger comes and goes, and the one before it is told again.
TEST_F(EventQueues, WhoLeavesGivesBackWhatItTook) {
    for (int i = 0; i < 3; i++) create(kRoot);
    Process &root = *table_.find_pid(kRoot), &first = *table_.find_pid(2), &second = *table_.find_pid(3);
    for (Process* each : {&first, &second}) events_.take(*each, event_bit(EventKind::Exit), true);
    EXPECT_EQ(events_.taker_of(&root, EventKind::Exit), &second);
    events_.leave(second);
    EXPECT_EQ(events_.taker_of(&root, EventKind::Exit), &first);
    events_.leave(first);
    EXPECT_EQ(events_.taker_of(&root, EventKind::Exit), nullptr);
}

/// Whoever takes nothing, and asks whether there is something, does not count as a taker for ever.
TEST_F(EventQueues, TakingNothingIsLeaving) {
    create(kRoot);
    Process& process = *table_.find_pid(2);
    for (int i = 0; i < 3; i++) events_.take(process, 0, true);
    EXPECT_EQ(events_.taker_of(&process, EventKind::Exit), nullptr);
    events_.take(process, event_bit(EventKind::Exit), false);
    EXPECT_EQ(events_.taker_of(&process, EventKind::Exit), &process);
    EXPECT_EQ(events_.taker_of(&process, EventKind::Fork), nullptr);
    EXPECT_EQ(events_.taker_of(table_.find_pid(kRoot), EventKind::Exit), &process) << "it takes them of everybody";
    events_.leave(process);
    EXPECT_EQ(events_.taker_of(&process, EventKind::Exit), nullptr);
}

}  // namespace
}  // namespace glenda::factotum::test
