// SPDX-License-Identifier: MIT
// The calls of threads. abi.h is the list. dispatch.cc finds the function for a number; exercise 1.6 writes those that
// are about threads, in thread_calls.cc; those about spaces are in space_calls.h.
//
// Each takes its arguments from the registers of `caller`, which made the call, and returns the call's result. It finds
// what the handles name and checks everything before it changes anything.
#pragma once

#include "object/tcb.h"

namespace glenda {

/// Does the ThreadCall that is in the registers of `caller`, and returns its result. If `caller` is not Ready
/// afterwards, the result means nothing.
Result<std::uint64_t> perform_thread_call(Tcb& caller);

// --- arguments ----------------------------------------------------------------------------------------------

/// Argument `n` of the call: register a(n), or from 6 on word `n` of the caller's UTCB, which is 0 if it has none.
std::uint64_t argument(const Tcb& caller, unsigned n);

/// What `handle` names for the caller: its own thread or space, or what is in its CSpace. Errors: InvalidCapability, if
/// there is no such handle, or its thread has ended; WrongType.
Result<Tcb*> find_thread(Tcb& caller, std::uint64_t handle);
Result<VSpace*> find_vspace(Tcb& caller, std::uint64_t handle);
Result<CSpace*> find_cspace(Tcb& caller, std::uint64_t handle);

// --- calls --------------------------------------------------------------------------------------------------

/// Makes a thread of the caller's priority. Returns its handle. Error: NotEnoughMemory, for a thread or a handle.
Result<std::uint64_t> create_thread(Tcb& caller);

/// Lets a thread refer to a CSpace and a VSpace, and gives it a UTCB, or none for address 0. What it had before is
/// given back. The page of the UTCB has a reference of the kernel: it stays although the program unmaps it. Errors:
/// Busy, if the thread is not Inactive; NotAligned; NotMapped, if the thread cannot read and write a page at the UTCB's
/// address.
Result<std::uint64_t> configure_thread(Tcb& caller);

/// Sets pc, sp, a0, a1, a2 and tp of a thread, and clears all other registers. Error: Busy.
Result<std::uint64_t> write_registers(Tcb& caller);

/// Sets the priority of a thread. Error: PriorityTooHigh, above the caller's own.
Result<std::uint64_t> set_priority(Tcb& caller);

/// Makes a thread ready if it is Inactive. Error: NotConfigured, without a CSpace or a VSpace.
Result<std::uint64_t> resume_thread(Tcb& caller);

/// Stops a thread, which may be the caller.
Result<std::uint64_t> suspend_thread(Tcb& caller);

/// Returns a thread's ThreadState.
Result<std::uint64_t> thread_info(Tcb& caller);

/// Makes a thread Inactive, in whatever state it is, and takes it out of the queue in which it is: a ready queue, or
/// that of the console's input. It must not be the thread of a process.
void stop_thread(Tcb& tcb);

}  // namespace glenda
