// SPDX-License-Identifier: MIT
// A process: everything that a running program needs, in one structure. What executes (registers, state), what it can
// reach (page table, memory layout, open files), and how it is related to others (parent, exit code).
//
//   Free --fork--> Ready --sleep_on--> Sleeping --wake--> Ready --exit--> Zombie --the parent's wait--> Free
//
// The kernel has no stack for each process: every entry starts with an empty one. So a call that has to wait cannot
// stop in the middle. It goes to sleep before it has changed anything, and when the process wakes, its ecall is made
// again from the beginning.
//
// Invariants: the first process lives as long as the system. The parent of every other process lives: when a process
// exits, its children get the first one as parent. A Zombie has no memory and no open files.
#pragma once

#include "arch/page_table.h"
#include "arch/registers.h"
#include "files.h"
#include "sched/hart.h"

namespace glenda {

constexpr unsigned kMaxProcesses = 64;
constexpr unsigned kMaxFiles = 8;

enum class ProcessState : std::uint8_t { Free, Ready, Sleeping, Zombie };

struct Process {
    Registers registers;   // first: trap.S saves into them
    Hart* hart = nullptr;  // at 256: trap.S finds the kernel stack below it

    ProcessState state = ProcessState::Free;
    char name[16] = {};  // for people to read
    int pid = 0;

    // Relations.
    Process* parent = nullptr;         // null for the first process
    int exit_code = 0;                 // Zombie: for the parent's wait
    const void* sleep_chan = nullptr;  // Sleeping: what it waits for, an address that stands for the event
    std::uint64_t wake_time = kNever;  // Sleeping: when it wakes in any case, in ticks of the timebase

    // Memory. The heap and the regions of mmap only grow and shrink at their upper ends.
    PhysAddr root_pt_pa;           // the root of its page table
    VirtAddr heap_base, heap_top;  // sbrk: from the end of the program
    VirtAddr mmap_head;            // mmap: where the next region goes

    OpenFile files[kMaxFiles];

    PageTable& root() const { return *to_pointer<PageTable>(root_pt_pa); }
};
static_assert(offsetof(Process, registers) == 0 && offsetof(Process, hart) == 256);

/// All processes, in any state. The first process is process_table[0].
extern constinit Process process_table[kMaxProcesses];

/// Makes the first process from the file `path` of the initrd, with `path` and `command_line` as its arguments, or
/// stops with a message. Precondition: there is none yet.
Process& start_first_process(std::string_view path, std::string_view command_line);

/// Makes a copy of `parent`, which is in a system call that returns 0 in the copy. Returns the new pid. Errors:
/// kNoFreeProcess, NotEnoughMemory.
Result<std::uint64_t> fork(Process& parent);

/// Ends `process`. What it has is given back, but for its place in the table, which waits for the parent's wait.
void exit(Process& process, int code);

/// Waits until a child of `parent` has exited. Copies its exit code to `status` unless that is null, and returns its
/// pid. Errors: kNoChild; NotMapped, then the child can be waited for again.
Result<std::uint64_t> wait(Process& parent, VirtAddr status);

/// Puts `process` to sleep until wake(chan). Its system call is then made again: it must not have had any effect.
void sleep_on(Process& process, const void* chan);
/// Puts `process` to sleep until `time`. Its system call is not made again.
void sleep_until(Process& process, std::uint64_t time);
/// Wakes all processes that sleep on `chan`. Each looks for itself whether what it waits for is there.
void wake(const void* chan);
/// Wakes all processes whose time has come.
void wake_sleepers(std::uint64_t now);

}  // namespace glenda
