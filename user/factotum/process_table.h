// SPDX-License-Identifier: MIT
// The process table: finds processes by number, by badge and by parent.
//
// A process has a place in the table, which is reused, and a number (pid), which is not. Its badge has both. So a
// lookup by badge is one access, and a capability that outlives its process finds none. The table grows page by page in
// an address range of its own. Places never move. Invariants: a parent is in the table; a zombie has no children, only
// a status that its parent has not read yet.
#pragma once

#include <cstdint>
#include <new>

#include "abi/object.h"
#include "protocol/factotum.h"

namespace glenda::factotum {

/// The badge of a process's capability to Factotum.
///   63  49  48 47          32 31                 0
///  +------+---+--------------+--------------------+
///  |  0   | F |    place     |        pid         |      F: the message is a fault of the process
///  +------+---+--------------+--------------------+
constexpr Badge process_badge(std::uint32_t place, std::uint32_t pid) { return std::uint64_t{place} << 32 | pid; }
constexpr Badge kFaultBadge = Badge{1} << 48;
constexpr std::uint32_t place_of(Badge badge) { return (badge >> 32) & 0xffff; }
constexpr std::uint32_t pid_of(Badge badge) { return std::uint32_t(badge); }

/// The part of a process that the table itself uses.
struct ProcessRecord {
    std::uint32_t pid = 0;  // 0: the place is free
    std::uint32_t place = 0;
    std::uint32_t parent = 0;
    bool is_zombie = false;
    ExitStatus status{};  // of a zombie: how it ended

    Badge badge() const { return process_badge(place, pid); }
};

/// A table of P, which derives from ProcessRecord. grow(bytes) maps that many bytes from the table's start on.
template <typename P, typename Grow>
class ProcessTable {
public:
    ProcessTable(P* places, std::uint32_t max_places, Grow grow) : places_(places), max_(max_places), grow_(grow) {}

    /// Creates a process with the next number. Null if there is no memory or no place for it.
    P* create(std::uint32_t parent) {
        P* process = free_place();
        if (process == nullptr) return nullptr;
        process->pid = next_pid();
        process->parent = parent;
        return process;
    }

    /// Frees the process's place.
    void release(P& process) {
        process.~P();
        new (&process) P();
    }

    /// The process with this badge; null if it has ended.
    P* find_badge(Badge badge) {
        const std::uint32_t place = place_of(badge);
        if (place >= count_ || pid_of(badge) == 0 || places_[place].pid != pid_of(badge)) return nullptr;
        return &places_[place];
    }
    /// The process with this number; null if there is none.
    P* find_pid(std::uint32_t pid) {
        if (pid == 0) return nullptr;
        return find_if([&](const P& process) { return process.pid == pid; });
    }
    /// A child of `parent` that satisfies `condition`; null if there is none.
    template <typename Condition>
    P* find_child(std::uint32_t parent, Condition condition) {
        return find_if([&](const P& process) { return process.parent == parent && condition(process); });
    }
    /// Calls `visit` for all processes, including zombies.
    template <typename Visit>
    void for_each(Visit visit) {
        for (std::uint32_t i = 0; i < count_; i++) {
            if (places_[i].pid != 0) visit(places_[i]);
        }
    }

private:
    template <typename Condition>
    P* find_if(Condition condition) {
        for (std::uint32_t i = 0; i < count_; i++) {
            if (places_[i].pid != 0 && condition(places_[i])) return &places_[i];
        }
        return nullptr;
    }
    P* free_place() {
        for (std::uint32_t i = 0; i < count_; i++) {
            if (places_[i].pid == 0) return init(i);
        }
        if (count_ == max_ || !grow_((std::uint64_t{count_} + 1) * sizeof(P))) return nullptr;
        return init(count_++);
    }
    P* init(std::uint32_t place) {
        P* process = new (&places_[place]) P();
        process->place = place;
        return process;
    }
    /// Numbers wrap around after four billion. Then 0 and numbers in use are skipped.
    std::uint32_t next_pid() {
        do last_pid_++;
        while (last_pid_ == 0 || find_pid(last_pid_) != nullptr);
        return last_pid_;
    }

    P* places_;
    std::uint32_t count_ = 0;  // places ever used
    std::uint32_t max_;
    std::uint32_t last_pid_ = 0;
    Grow grow_;
};

}  // namespace glenda::factotum
