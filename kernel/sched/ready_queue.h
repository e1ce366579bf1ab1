// SPDX-License-Identifier: MIT
// Threads that are ready to run, by priority: 256 queues and a bitmap that finds the highest one that is not empty.
//
// `highest()` is kept up to date and not searched for, because it is asked at every way out of the kernel, and changes
// far less often. The current thread stands in none of the queues (but see Hart::yield).
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

    /// The bitmap stands upside down, because the lowest bit of a word is quicker to find than the highest.
    static constexpr unsigned place_of(int priority) { return kMaxPriority - static_cast<unsigned>(priority); }

    void note_added(Tcb& tcb) {
        tcb.is_queued = true;
        const unsigned place = place_of(tcb.priority);
        bitmap_[place / 64] |= bit(place % 64);
        if (tcb.priority > highest_) highest_ = tcb.priority;
    }
    void note_removed(Tcb& tcb) {
        tcb.is_queued = false;
        if (!queues_[tcb.priority].is_empty()) return;
        const unsigned place = place_of(tcb.priority);
        bitmap_[place / 64] &= ~bit(place % 64);
        if (tcb.priority == highest_) highest_ = find_highest(place / 64);
    }
    /// The highest priority in words `word` and behind.
    int find_highest(unsigned word) const {
        for (; word < kWords; word++) {
            if (bitmap_[word] != 0) return static_cast<int>(kMaxPriority - (word * 64 + lowest_bit(bitmap_[word])));
        }
        return -1;
    }

    int highest_ = -1;
    std::uint64_t bitmap_[kWords] = {};
    TcbQueue queues_[kMaxPriority + 1] = {};
};

}  // namespace glenda
