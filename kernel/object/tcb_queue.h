// SPDX-License-Identifier: MIT
// A queue of threads, linked through the threads themselves: first come, first served.
//
// A thread stands in one queue at most, so one pair of links in the Tcb is enough for ready queues, endpoints and
// notifications; and no queue ever needs memory. Taking a thread out of the middle is a single step.
// Handout: reference/kernel-design.md, "Threads".
#pragma once

#include "object/tcb.h"

namespace glenda {

class TcbQueue {
public:
    bool is_empty() const { return head_ == nullptr; }
    Tcb* front() const { return head_; }

    /// `tcb` stands in no queue.
    void push_back(Tcb& tcb) {
        tcb.links = {nullptr, tail_};
        (tail_ != nullptr ? tail_->links.next : head_) = &tcb;
        tail_ = &tcb;
    }
    /// Before all others: for a thread that was interrupted in its turn.
    void push_front(Tcb& tcb) {
        tcb.links = {head_, nullptr};
        (head_ != nullptr ? head_->links.previous : tail_) = &tcb;
        head_ = &tcb;
    }
    /// `tcb` stands in this queue.
    void remove(Tcb& tcb) {
        (tcb.links.previous != nullptr ? tcb.links.previous->links.next : head_) = tcb.links.next;
        (tcb.links.next != nullptr ? tcb.links.next->links.previous : tail_) = tcb.links.previous;
        tcb.links = {};
    }
    /// The first, which there must be, leaves the queue. Returns the one that is first now, or null.
    Tcb* drop_front() {
        Tcb& first = *head_;
        Tcb* const next = first.links.next;
        head_ = next;
        (next != nullptr ? next->links.previous : tail_) = nullptr;
        first.links = {};
        return next;
    }
    /// Takes the first out; null if the queue is empty.
    Tcb* pop_front() {
        Tcb* const first = head_;
        if (first != nullptr) drop_front();
        return first;
    }

private:
    Tcb* head_ = nullptr;
    Tcb* tail_ = nullptr;
};

}  // namespace glenda
