// SPDX-License-Identifier: MIT
// A queue of threads, linked through the threads themselves: first in, first out.
//
// A thread is in one queue at most. So one pair of links in the Tcb serves ready queues, endpoints and notifications,
// and no queue ever needs memory. Every operation takes constant time, also removing a thread from the middle.
// Invariant: the links of a thread that is in no queue are null. Handout: reference/kernel-design.md, "Threads".
#pragma once

#include "object/tcb.h"

namespace glenda {

///   head_ --> T7 <--> T2 <--> T9 <-- tail_      both null if the queue is empty
class TcbQueue {
public:
    bool is_empty() const { return head_ == nullptr; }
    /// Returns the first thread without removing it, or null.
    Tcb* front() const { return head_; }

    /// Adds `tcb` as the last. Precondition: it is in no queue.
    void push_back(Tcb& tcb) {
        tcb.links = {nullptr, tail_};
        (tail_ != nullptr ? tail_->links.next : head_) = &tcb;
        tail_ = &tcb;
    }
    /// Adds `tcb` as the first: for a thread whose turn is not over. Same precondition.
    void push_front(Tcb& tcb) {
        tcb.links = {head_, nullptr};
        (head_ != nullptr ? head_->links.previous : tail_) = &tcb;
        head_ = &tcb;
    }
    /// Removes `tcb`, wherever it is. Precondition: it is in this queue. The links do not say which queue that is.
    void remove(Tcb& tcb) {
        (tcb.links.previous != nullptr ? tcb.links.previous->links.next : head_) = tcb.links.next;
        (tcb.links.next != nullptr ? tcb.links.next->links.previous : tail_) = tcb.links.previous;
        tcb.links = {};
    }
    /// Removes the first thread. Precondition: the queue is not empty. Returns the one that is first now, or null, so
    /// that the caller learns without another load whether the queue is empty.
    Tcb* drop_front() {
        Tcb& first = *head_;
        Tcb* const next = first.links.next;
        head_ = next;
        (next != nullptr ? next->links.previous : tail_) = nullptr;
        first.links = {};
        return next;
    }
    /// Removes and returns the first thread, or returns null if the queue is empty.
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
