// SPDX-License-Identifier: MIT
// A thread: the registers of running code, and what it takes to schedule it. The start of what the final kernel's
// kernel/object/tcb.h will be; lab 1 is compiled with this one in its place.
//
// Exercise 1.2 completes it: a thread refers to a VSpace and a CSpace, which others may share, and has a UTCB. What
// belongs to a process (its parent, exit code, heap, open files) never comes in here.
//
// The registers come first: `sscratch` holds the address of the running thread, and trap.S saves into it.
#pragma once

#include "abi/message.h"
#include "abi/method.h"
#include "arch/page_table.h"
#include "arch/registers.h"

namespace glenda {

struct Hart;
struct Tcb;
class VSpace;
class CSpace;

/// Neighbours in the one queue that the thread can be in.
struct QueueLinks {
    Tcb* next = nullptr;
    Tcb* previous = nullptr;
};

struct Tcb {
    Registers registers;

    Hart* hart = nullptr;    // where it runs; trap.S finds the kernel stack below it
    std::uint64_t satp = 0;  // its address space, or the kernel's own
    ThreadState state = ThreadState::Inactive;
    std::uint8_t priority = 0;
    bool is_queued = false;      // is in a ready queue
    std::uint32_t slice = 0;     // how long a turn is, in ticks of the timebase
    std::uint64_t run_time = 0;  // how long it has run, in ticks of the timebase, up to when it last stopped running
    std::uint64_t turn_end = 0;  // what `run_time` will be when its turn is over
    QueueLinks links;
};
static_assert(sizeof(Tcb) <= 1u << kTcbBits);
static_assert(offsetof(Tcb, registers) == 0 && offsetof(Tcb, hart) == 256);

}  // namespace glenda
