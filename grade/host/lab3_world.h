// SPDX-License-Identifier: MIT
// A small kernel in a random state, on the host: some threads that are blocked or ready, and one about to enter.
//
// All of the state is one object, and pointers in it lead into it. So it can be copied, put back and compared byte by
// byte, and no field is forgotten. lab3_world.cc makes the states, lab3_entry.cc what the thread asks for.
#pragma once

#include <string>

#include "abi/syscall.h"
#include "dice.h"
#include "object/ipc_objects.h"
#include "sched/hart.h"

namespace glenda::test {

constexpr unsigned kThreads = 5, kEndpoints = 2, kBells = 2, kReplies = 4;
constexpr unsigned kRadix = 5, kSlots = 1u << kRadix;

/// Where each thread's CNode has which capability. The rest is empty.
enum SlotNumber : std::uint64_t { kEndpoint = 1, kBell = 4, kReply = 7, kOwnCNode = 12, kFree = 16 };

/// Everything that the kernel works on.
struct World {
    Hart here, other;  // the test executes the kernel on the first
    Tcb threads[kThreads];
    Tcb last;  // of priority 0 and always ready, so that the hart is never idle
    Utcb utcbs[kThreads];
    Endpoint endpoints[kEndpoints];
    Notification bells[kBells];
    Reply replies[kReplies];
    Slot originals[kFree];  // the capabilities from which the threads' ones derive, by SlotNumber
    Slot cnodes[kThreads][kSlots];
    std::uint64_t guards[kThreads];  // how pointers in a thread's CSpace begin
    std::uint64_t time, satp, ipis;  // the machine
};
extern World world;

/// Puts a random state into `world`, and makes a thread current.
void make_world(Dice& dice);

/// Prepares the current thread for a system call of this kind: its registers, and its UTCB.
void prepare_syscall(Syscall number, Dice& dice);
/// The same for a fault: what its Tcb says of it.
void prepare_fault(Dice& dice);

/// Describes the system call that the thread is about to make.
std::string description_of(const Tcb& tcb);
/// Names the field of `world` at `address`.
std::string name_of(const void* address);

}  // namespace glenda::test
