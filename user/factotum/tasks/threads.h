// SPDX-License-Identifier: MIT
// The threads of all processes: how one is made, started and destroyed.
//
// A thread is charged to its process: a page for its UTCB, and a quarter of a page for its Tcb. Each has one Reply
// object, so that it can wait whatever the others do. Tcbs are never used again, because the registers of the dead
// would be in them.
#pragma once

#include "own_area.h"
#include "tasks/process.h"
#include "tasks/reply_store.h"
#include "tasks/thread.h"

namespace glenda::factotum {

/// Memory for a table.
struct GrowTable {
    OwnArea area;

    bool operator()(std::uint64_t bytes) { return area.reach(bytes); }
};

class Threads {
public:
    Threads(Memory& memory, const TableAddresses& tables, ReplyPool& pool, unsigned harts);

    /// Makes a thread of `process`, with its UTCB, its Tcb and a Reply object. It does not run yet. Errors: TooMany,
    /// OutOfMemory. `utcb_address`: if not 0, the UTCB is there already.
    Answer<Thread*> create(Process& process, std::uint64_t utcb_address = 0);
    /// The record of a thread that Factotum did not make. Null if there is no memory.
    Thread* adopt(Process& process, Tcb tcb);
    /// Moves a thread, which must not run, to the address space that its process has now. There is a UTCB for it.
    Answer<void> renew(Process& process, Thread& thread, std::uint64_t utcb_address);
    /// Lets a thread run, with these registers up to a1. The others are 0.
    Answer<void> start(const Thread& thread, const Registers& registers);
    /// Gives a thread another urgency.
    Answer<void> reschedule(Thread& thread, const Schedule& schedule);
    /// Whether a thread is busy: not if it waits in Factotum.
    void set_busy(Thread& thread, bool is_busy);
    /// Looks at some threads, and moves those that are busy to harts that are less so. To be called every
    /// kBalancePeriod milliseconds.
    void balance();
    static constexpr std::uint64_t kBalancePeriod = 100;
    /// Ends a thread: its Tcb goes.
    void stop(Process& process, Thread& thread);
    /// Frees what is left of a thread that has been stopped, or was never started.
    void release(Process& process, Thread& thread);
    /// Ends a thread of a process that ends. Its UTCB goes with the memory.
    void drop(Process& process, Thread& thread);
    /// Forgets all threads of a process whose objects and memory have been destroyed.
    void release_all(Process& process);

    /// The thread with this badge for faults.
    Thread* find_badge(Badge badge) { return table_.find_badge(badge); }
    /// The thread of `process` with this number; 0 is the oldest that has not ended. Null if there is none.
    Thread* find(const Process& process, std::uint64_t tid);
    Thread* find_tid(std::uint64_t tid) { return table_.find_tid(tid); }
    /// The same, or the oldest one if there is no such thread. There is one that has not ended.
    Thread& find_or_first(const Process& process, std::uint64_t tid);
    Thread* first(const Process& process) { return table_.first(process.threads); }
    Thread* next(const Thread& thread) { return table_.next(thread); }
    std::uint32_t count() const { return table_.count(); }
    const Placement& placement() const { return placement_; }
    /// Whether another thread could wait.
    bool has_replies() const { return replies_.count() > table_.count(); }

private:
    Answer<void> build(Process& process, Thread& thread);
    Answer<std::uint64_t> make_utcb(Process& process);
    void give_utcb(Process& process, std::uint64_t address);
    Answer<void> place(const Process& process, Thread& thread);
    void look_at(Thread& thread);
    Answer<void> set_up(Process& process, Thread& thread, PageNumber utcb);

    Memory& memory_;
    ReplyStore replies_;
    Placement placement_;
    std::uint32_t looked_at_ = 0;  // the place of the last one
    OwnArea numbers_;
    ThreadTable<Thread, GrowTable> table_;
};

}  // namespace glenda::factotum
