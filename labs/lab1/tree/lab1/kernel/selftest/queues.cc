// SPDX-License-Identifier: MIT
// Exercise 1.3: the ready queue, and a naive model of it.
#include "sched/ready_queue.h"
#include "selftest/cases.h"

namespace glenda::selftest {

namespace {

constexpr unsigned kThreads = 100;
constinit Tcb threads[kThreads] = {};

Tcb& thread(unsigned n, std::uint8_t priority) {
    threads[n] = {};
    threads[n].priority = priority;
    return threads[n];
}

}  // namespace

void ready_queue_order() {
    static constinit ReadyQueue ready;
    EXPECT_EQ(ready.highest(), -1);
    EXPECT(ready.pop() == nullptr);
    constexpr std::uint8_t kPriorities[] = {0, 63, 64, 127, 128, 191, 192, 255};
    for (unsigned i = 0; i < 8; i++) {  // each is the highest so far
        ready.push_back(thread(i, kPriorities[i]));
        EXPECT_EQ(ready.highest(), kPriorities[i]);
        EXPECT(threads[i].is_queued);
    }
    ready.push_back(thread(8, 64));
    ready.push_front(thread(9, 64));
    EXPECT_EQ(ready.highest(), 255);
    ready.remove(threads[5]);  // not the highest
    EXPECT(!threads[5].is_queued && ready.highest() == 255);
    ready.remove(threads[7]);
    EXPECT_EQ(ready.highest(), 192);
    constexpr unsigned kOrder[] = {6, 4, 3, 9, 2, 8, 1, 0};
    for (const unsigned n : kOrder) {
        EXPECT_EQ(ready.highest(), threads[n].priority);
        EXPECT(ready.pop() == &threads[n]);
        EXPECT(!threads[n].is_queued);
    }
    EXPECT(ready.highest() == -1 && ready.pop() == nullptr);
}

namespace {

/// Ready threads in the order in which they run: the model. Slow, and easy to believe.
struct Model {
    Tcb* order[kThreads] = {};
    unsigned size = 0;

    void insert(unsigned at, Tcb& tcb) {
        for (unsigned i = size++; i > at; i--) order[i] = order[i - 1];
        order[at] = &tcb;
    }
    void push_back(Tcb& tcb) {
        unsigned at = 0;
        while (at < size && order[at]->priority >= tcb.priority) at++;
        insert(at, tcb);
    }
    void push_front(Tcb& tcb) {
        unsigned at = 0;
        while (at < size && order[at]->priority > tcb.priority) at++;
        insert(at, tcb);
    }
    void remove(Tcb& tcb) {
        unsigned at = 0;
        while (order[at] != &tcb) at++;
        for (size--; at < size; at++) order[at] = order[at + 1];
    }
};

constinit Model model;

void do_one(ReadyQueue& ready, Dice& dice, unsigned priorities) {
    const unsigned n = static_cast<unsigned>(dice.below(kThreads));
    Tcb& tcb = threads[n];
    if (dice.below(3) == 0) {
        Tcb* next = ready.pop();
        EXPECT(next == (model.size != 0 ? model.order[0] : nullptr));
        if (next != nullptr && !has_failed()) model.remove(*next);
    } else if (tcb.is_queued) {
        ready.remove(tcb);
        model.remove(tcb);
    } else {
        tcb.priority = static_cast<std::uint8_t>(dice.below(priorities) * 255 / (priorities - 1));
        const bool at_front = dice.below(2) == 0;
        at_front ? ready.push_front(tcb) : ready.push_back(tcb);
        at_front ? model.push_front(tcb) : model.push_back(tcb);
    }
    EXPECT_EQ(ready.highest(), model.size != 0 ? model.order[0]->priority : -1);
}

}  // namespace

void ready_queue_model() {
    static constinit ReadyQueue ready;
    Dice dice(1);
    for (unsigned n = 0; n < kThreads; n++) thread(n, 0);
    for (const unsigned priorities : {2, 5, 256}) {
        for (unsigned i = 0; i < 3000 && !has_failed(); i++) do_one(ready, dice, priorities);
    }
    if (has_failed()) return;
    for (const Tcb& tcb : threads) {
        bool is_in_model = false;
        for (unsigned i = 0; i < model.size; i++) is_in_model |= model.order[i] == &tcb;
        EXPECT_EQ(tcb.is_queued, is_in_model);
    }
}

}  // namespace glenda::selftest
