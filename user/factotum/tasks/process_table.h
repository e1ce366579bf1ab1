// SPDX-License-Identifier: MIT
// The process table: finds processes by number and by badge, children and zombies by parent, each in a few steps.
//
// A process has a place in the table, which is reused, and a number (pid), which is not. Its badge has both. So a
// lookup by badge is one access, and a capability that outlives its process finds none. The table grows page by page in
// an address range of its own. Places never move. Invariants: a parent is in the table; a zombie has no children, only
// a status that its parent has not read yet.
#pragma once

#include <cstdint>
#include <new>
#include <span>

#include "abi/object.h"
#include "protocol/factotum.h"
#include "tasks/pid_table.h"

namespace glenda::factotum {

/// The badge of a process's capability to Factotum.
///   63  50  49  48 47          32 31                 0
///  +------+---+---+--------------+--------------------+
///  |  0   | O | F |    place     |        pid         |      F: a fault; the place and the number are a thread's
///  +------+---+---+--------------+--------------------+      O: no process: the rest is a memory object's number
constexpr Badge process_badge(std::uint32_t place, std::uint32_t pid) { return std::uint64_t{place} << 32 | pid; }
constexpr Badge kFaultBadge = Badge{1} << 48;
constexpr Badge kObjectBadge = Badge{1} << 49;
constexpr std::uint32_t place_of(Badge badge) { return (badge >> 32) & 0xffff; }
constexpr std::uint32_t pid_of(Badge badge) { return std::uint32_t(badge); }

/// No place.
constexpr std::uint32_t kNowhere = ~std::uint32_t{0};

/// The part of a process that the table itself uses.
struct ProcessRecord {
    std::uint32_t pid = 0;  // 0: the place is free
    std::uint32_t place = 0;
    std::uint32_t parent = 0;
    bool has_ended = false;
    bool is_zombie = false;  // it has ended, and nothing but its status is left
    ExitStatus status{};     // how it ended

    // Places, or kNowhere. A process is in one of its parent's two lists, oldest first.
    std::uint32_t children = kNowhere;
    std::uint32_t zombies = kNowhere;  // that it has not waited for
    std::uint32_t next = kNowhere;     // in that list; of a free place: the next free one
    std::uint32_t previous = kNowhere;

    Badge badge() const { return process_badge(place, pid); }
};

/// A table of P, which derives from ProcessRecord. grow(bytes) maps that many bytes from the table's start on.
template <typename P, typename Grow>
class ProcessTable {
public:
    ProcessTable(P* places, std::span<PidTable::Entry> pids, std::uint32_t max_places, Grow grow)
        : places_(places), pids_(pids), max_(max_places), grow_(grow) {}

    /// Creates a process with the next number. Null if there is no memory or no place for it.
    P* create(P* parent) {
        P* const process = free_place();
        if (process == nullptr) return nullptr;
        process->pid = next_pid();
        pids_.insert(process->pid, process->place);
        count_++;
        if (parent != nullptr) {
            process->parent = parent->pid;
            push(parent->children, *process);
        }
        return process;
    }

    /// Frees the process's place. It has no children.
    void release(P& process) {
        if (P* const parent = find_pid(process.parent); parent != nullptr)
            unlink(process.is_zombie ? parent->zombies : parent->children, process);
        pids_.erase(process.pid);
        count_--;
        const std::uint32_t place = process.place;
        process.~P();
        new (&process) P();
        process.place = place;
        process.next = free_;
        free_ = place;
    }

    /// From now on it is one of its parent's zombies.
    void make_zombie(P& process) {
        P* const parent = find_pid(process.parent);
        if (parent != nullptr) unlink(parent->children, process);
        process.has_ended = process.is_zombie = true;
        if (parent != nullptr) push(parent->zombies, process);
    }
    /// `heir` becomes the parent of all children of `process`. Calls `visit` for each of them.
    template <typename Visit>
    void bequeath(P& process, P& heir, Visit visit) {
        while (process.children != kNowhere) visit(hand_over(process.children, heir.children, heir));
        while (process.zombies != kNowhere) visit(hand_over(process.zombies, heir.zombies, heir));
    }

    /// The process with this badge; null if it has ended.
    P* find_badge(Badge badge) {
        const std::uint32_t place = place_of(badge);
        if (place >= used_ || pid_of(badge) == 0 || places_[place].pid != pid_of(badge)) return nullptr;
        return &places_[place];
    }
    /// The process with this number; null if there is none.
    P* find_pid(std::uint32_t pid) {
        const std::uint32_t place = pids_.find(pid);
        return place == PidTable::kNone ? nullptr : &places_[place];
    }
    /// The process in this place, which is in use.
    P& at(std::uint32_t place) { return places_[place]; }
    /// The zombie that has waited longest for `parent`; null if there is none.
    P* first_zombie(const P& parent) { return parent.zombies == kNowhere ? nullptr : &places_[parent.zombies]; }
    /// Calls `visit` for all processes, including zombies.
    template <typename Visit>
    void for_each(Visit visit) {
        for (P& process : std::span(places_, used_)) {
            if (process.pid != 0) visit(process);
        }
    }
    /// The number of processes, including zombies.
    std::uint32_t count() const { return count_; }

private:
    P* free_place() {
        if (free_ != kNowhere) {
            P* const process = &places_[free_];
            free_ = process->next;
            process->next = kNowhere;
            return process;
        }
        if (used_ == max_ || !grow_((std::uint64_t{used_} + 1) * sizeof(P))) return nullptr;
        P* const process = new (&places_[used_]) P();
        process->place = used_++;
        return process;
    }
    /// Numbers wrap around after four billion. Then 0 and numbers in use are skipped.
    std::uint32_t next_pid() {
        do last_pid_++;
        while (last_pid_ == 0 || find_pid(last_pid_) != nullptr);
        return last_pid_;
    }

    /// Appends. The first one's `previous` is the last one.
    void push(std::uint32_t& list, P& process) {
        process.next = kNowhere;
        process.previous = process.place;
        if (list == kNowhere) {
            list = process.place;
            return;
        }
        P& first = places_[list];
        process.previous = first.previous;
        places_[first.previous].next = process.place;
        first.previous = process.place;
    }
    void unlink(std::uint32_t& list, P& process) {
        const bool is_first = list == process.place;
        if (is_first)
            list = process.next;
        else
            places_[process.previous].next = process.next;
        const std::uint32_t after = process.next != kNowhere ? process.next : list;
        if (after != kNowhere) places_[after].previous = process.previous;
    }
    P& hand_over(std::uint32_t& from, std::uint32_t& to, P& heir) {
        P& process = places_[from];
        unlink(from, process);
        push(to, process);
        process.parent = heir.pid;
        return process;
    }

    P* places_;
    PidTable pids_;
    std::uint32_t used_ = 0;  // places ever used
    std::uint32_t count_ = 0;
    std::uint32_t max_;
    std::uint32_t free_ = kNowhere;  // list of free places
    std::uint32_t last_pid_ = 0;
    Grow grow_;
};

}  // namespace glenda::factotum
