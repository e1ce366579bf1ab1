// SPDX-License-Identifier: MIT
// The thread table: finds threads by number and by badge, and those of a process in order of age.
//
// It works like the process table (process_table.h): places are reused, numbers are not. Each process can have one
// thread, whatever the others do: only the threads beyond the first of each share the rest of the places. Invariant: a
// thread is in the list of its process, whose count is the list's length.
#pragma once

#include <cstdint>
#include <new>
#include <span>

#include "tasks/process_table.h"

namespace glenda::factotum {

/// The part of a thread that the table itself uses.
struct ThreadRecord {
    std::uint32_t tid = 0;  // 0: the place is free
    std::uint32_t place = 0;
    std::uint32_t process = kNowhere;  // its process's place
    std::uint32_t next = kNowhere;     // in the list; of a free place: the next free one
    std::uint32_t previous = kNowhere;

    /// The badge of its faults. The message comes from the kernel, so there is no other way to tell whose it is.
    Badge fault_badge() const { return process_badge(place, tid) | kFaultBadge; }
};

/// The threads of a process, oldest first.
struct ThreadList {
    std::uint32_t first = kNowhere;
    std::uint32_t last = kNowhere;
    std::uint32_t count = 0;
};

/// A table of T, which derives from ThreadRecord. grow(bytes) maps that many bytes from the table's start on.
template <typename T, typename Grow>
class ThreadTable {
public:
    /// `max_places`: of which `max_more` are for the threads beyond the first of each process.
    ThreadTable(T* places, std::span<PidTable::Entry> tids, std::uint32_t max_places, std::uint32_t max_more, Grow grow)
        : places_(places), tids_(tids), max_(max_places), max_more_(max_more), grow_(grow) {}

    /// Creates a thread with the next number, the last of the process's list. Null if there is no memory or no place.
    T* create(ThreadList& list, std::uint32_t process) {
        const bool is_more = list.count != 0;
        if (is_more && more_ == max_more_) return nullptr;
        T* const thread = free_place();
        if (thread == nullptr) return nullptr;
        thread->tid = next_tid();
        thread->process = process;
        thread->next = kNowhere;
        thread->previous = list.last;
        tids_.insert(thread->tid, thread->place);
        (list.last == kNowhere ? list.first : places_[list.last].next) = thread->place;
        list.last = thread->place;
        list.count++;
        count_++;
        if (is_more) more_++;
        return thread;
    }

    /// Frees the thread's place.
    void release(ThreadList& list, T& thread) {
        (thread.previous == kNowhere ? list.first : places_[thread.previous].next) = thread.next;
        (thread.next == kNowhere ? list.last : places_[thread.next].previous) = thread.previous;
        list.count--;
        count_--;
        if (list.count != 0) more_--;
        tids_.erase(thread.tid);
        const std::uint32_t place = thread.place;
        thread.~T();
        new (&thread) T();
        thread.place = place;
        thread.next = free_;
        free_ = place;
    }

    /// The thread with this badge for faults; null if it has ended.
    T* find_badge(Badge badge) {
        const std::uint32_t place = place_of(badge);
        if (place >= used_ || pid_of(badge) == 0 || places_[place].tid != pid_of(badge)) return nullptr;
        return &places_[place];
    }
    /// The thread with this number; null if there is none.
    T* find_tid(std::uint64_t tid) {
        const std::uint32_t place = tid >> 32 == 0 ? tids_.find(std::uint32_t(tid)) : PidTable::kNone;
        return place == PidTable::kNone ? nullptr : &places_[place];
    }
    T* first(const ThreadList& list) { return at(list.first); }
    T* next(const T& thread) { return at(thread.next); }
    /// The thread in this place; null if it is free. `place` < places().
    T* at_place(std::uint32_t place) { return places_[place].tid == 0 ? nullptr : &places_[place]; }
    /// Places that have ever been in use.
    std::uint32_t places() const { return used_; }
    /// The number of threads.
    std::uint32_t count() const { return count_; }

private:
    T* at(std::uint32_t place) { return place == kNowhere ? nullptr : &places_[place]; }
    T* free_place() {
        if (free_ != kNowhere) {
            T* const thread = &places_[free_];
            free_ = thread->next;
            return thread;
        }
        if (used_ == max_ || !grow_((std::uint64_t{used_} + 1) * sizeof(T))) return nullptr;
        T* const thread = new (&places_[used_]) T();
        thread->place = used_++;
        return thread;
    }
    /// Numbers wrap around after four billion. Then 0 and numbers in use are skipped.
    std::uint32_t next_tid() {
        do last_tid_++;
        while (last_tid_ == 0 || find_tid(last_tid_) != nullptr);
        return last_tid_;
    }

    T* places_;
    PidTable tids_;
    std::uint32_t used_ = 0;  // places ever used
    std::uint32_t count_ = 0;
    std::uint32_t more_ = 0;  // beyond the first of each process
    std::uint32_t max_;
    std::uint32_t max_more_;
    std::uint32_t free_ = kNowhere;  // list of free places
    std::uint32_t last_tid_ = 0;
    Grow grow_;
};

}  // namespace glenda::factotum
