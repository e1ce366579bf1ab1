// SPDX-License-Identifier: MIT
// Threads that are ready to run, by priority: 256 queues and a bitmap that finds the highest one that is not empty.
// Handout: reference/kernel-design.md, "Scheduling".
#pragma once

#include "object/tcb_queue.h"

namespace glenda {

class ReadyQueue {
public:
    /// The highest priority at which a thread waits, -1 if none does.
    int highest() const { return highest_; }

    void push_back(Tcb& tcb) {
        queues_[tcb.priority].push_back(tcb);
        note_added(tcb);
    }
    void push_front(Tcb& tcb) {
        queues_[tcb.priority].push_front(tcb);
        note_added(tcb);
    }
    /// `tcb` stands here, and its priority has not changed since.
    void remove(Tcb& tcb) {
        queues_[tcb.priority].remove(tcb);
        note_removed(tcb);
    }
    /// The thread to run next, or null.
    Tcb* pop() {
        if (highest_ < 0) return nullptr;
        Tcb* tcb = queues_[highest_].pop_front();
        note_removed(*tcb);
        return tcb;
    }

private:
    static constexpr unsigned kWords = (kMaxPriority + 1) / 64;

    void note_added(Tcb& tcb) {
        tcb.is_queued = true;
        bitmap_[tcb.priority / 64] |= bit(tcb.priority % 64);
        if (tcb.priority > highest_) highest_ = tcb.priority;
    }
    void note_removed(Tcb& tcb) {
        tcb.is_queued = false;
        if (!queues_[tcb.priority].is_empty()) return;
        bitmap_[tcb.priority / 64] &= ~bit(tcb.priority % 64);
        if (tcb.priority == highest_) highest_ = find_highest(tcb.priority / 64);
    }
    /// The highest bit in words `word` and below.
    int find_highest(int word) const {
        for (; word >= 0; word--) {
            if (bitmap_[word] != 0) return word * 64 + static_cast<int>(highest_bit(bitmap_[word]));
        }
        return -1;
    }

    int highest_ = -1;
    std::uint64_t bitmap_[kWords] = {};
    TcbQueue queues_[kMaxPriority + 1] = {};
};

}  // namespace glenda
