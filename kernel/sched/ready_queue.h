// SPDX-License-Identifier: MIT
// Ready threads by priority: 256 queues, and a bitmap that finds the highest one that is not empty.
//
// Invariants: a bit is set if and only if its queue is not empty, and `highest_` is the priority of the first such bit.
// `highest_` is kept up to date instead of searched for: every way out of the kernel asks for it, and it changes less
// often. The current thread is in none of the queues, unless it has just yielded (schedule.h).
// Handout: reference/kernel-design.md, "Scheduling".
#pragma once

#include "object/tcb_queue.h"

namespace glenda {

class ReadyQueue {
public:
    /// Returns the highest priority at which a thread is ready, or -1 if there is none.
    int highest() const { return highest_; }
    /// Returns the priority that a thread needs to run: highest(), or one more while no tick would end its turn.
    int needed() const { return needed_; }
    /// Says whether ticks end turns.
    void set_ticking(bool is_ticking) {
        unshared_ = is_ticking ? 0 : 1;
        update();
    }

    /// Adds `tcb` behind or before its equals. Precondition: it is in no queue.
    void push_back(Tcb& tcb) {
        queues_[tcb.priority].push_back(tcb);
        note_added(tcb);
        update();
    }
    [[gnu::noinline]] void push_front(Tcb& tcb) {
        queues_[tcb.priority].push_front(tcb);
        note_added(tcb);
        update();
    }
    /// Removes `tcb`. Precondition: it is in this queue, and its priority has not changed since it was added. To change
    /// the priority, remove the thread first.
    void remove(Tcb& tcb) {
        queues_[tcb.priority].remove(tcb);
        note_removed(tcb);
        update();
    }
    /// Removes and returns the thread that runs next, or returns null.
    Tcb* pop() {
        if (highest_ < 0) return nullptr;
        Tcb* tcb = queues_[highest_].pop_front();
        note_removed(*tcb);
        update();
        return tcb;
    }

private:
    static constexpr unsigned kWords = (kMaxPriority + 1) / 64;

    /// The bit of a priority. Priority 255 is bit 0 of word 0, and priority 0 is bit 63 of word 3. So the first bit
    /// that is set belongs to the highest priority: the lowest bit of a word is quicker to find than its highest.
    static constexpr unsigned place_of(int priority) { return kMaxPriority - static_cast<unsigned>(priority); }

    void update() { needed_ = highest_ + unshared_; }
    void note_added(Tcb& tcb) {
        // lab 1.3a {
        tcb.is_queued = true;
        const unsigned place = place_of(tcb.priority);
        bitmap_[place / 64] |= bit(place % 64);
        if (tcb.priority > highest_) highest_ = tcb.priority;
        // lab 1.3a }
    }
    void note_removed(Tcb& tcb) {
        // lab 1.3b {
        tcb.is_queued = false;
        if (!queues_[tcb.priority].is_empty()) return;
        const unsigned place = place_of(tcb.priority);
        bitmap_[place / 64] &= ~bit(place % 64);
        // All queues above are empty, so the search begins at this word.
        if (tcb.priority == highest_) highest_ = find_highest(place / 64);
        // lab 1.3b }
    }
    /// Returns the highest priority in words `word` and later, or -1.
    int find_highest(unsigned word) const {
        // lab 1.3c {
        for (; word < kWords; word++) {
            if (bitmap_[word] != 0) return static_cast<int>(kMaxPriority - (word * 64 + lowest_bit(bitmap_[word])));
        }
        return -1;
        // lab 1.3c }
    }

    int highest_ = -1;
    int unshared_ = 1;  // 1 while there are no ticks: then nobody may run whose equal is ready
    int needed_ = 0;
    std::uint64_t bitmap_[kWords] = {};
    TcbQueue queues_[kMaxPriority + 1] = {};
};

}  // namespace glenda
