// SPDX-License-Identifier: MIT
// Raises a fault, and does what the reply asks for; see fault.h.
//
// Invariant: a fault is the user's mistake, never the kernel's. A thread without a handler stops and is reported, and
// everything else goes on. Handout: reference/kernel-design.md, "A page fault".
#include "ipc/fault.h"

#include "debug/print.h"
#include "ipc/endpoint.h"
#include "sched/schedule.h"

namespace glenda {

namespace {

/// Makes the Call on the handler's endpoint in the name of `tcb`. The badge of that capability tells the handler which
/// thread it is. Capabilities never go along: the thread did not choose to send this.
void tell_handler(Tcb& tcb, const Capability& handler) {
    // lab 3.6a {
    const PendingSend pending{.badge = handler.badge, .can_grant = false, .wants_reply = true};
    send(handler.as<Endpoint>(), tcb, pending, ThreadState::BlockedFault);
    // lab 3.6a }
}

}  // namespace

void raise_fault(Tcb& tcb) {
    tcb.hart->count(KernelCounter::Faults);
    if (const Capability* handler = fault_handler_of(tcb))
        tell_handler(tcb, *handler);
    else
        stop_unhandled(tcb);
}

void stop_unhandled(Tcb& tcb) {
    tcb.state = ThreadState::Inactive;
    const char* what = "exception";
    if (tcb.fault.kind == FaultKind::Vm) what = "page fault";
    if (tcb.fault.kind == FaultKind::UnknownSyscall) what = "unknown system call";
    print("kernel: thread ", tcb.name[0] != 0 ? tcb.name : "without name", " stopped: ", what, " with no handler, pc ",
          Hex{tcb.registers.pc}, ", ra ", Hex{tcb.registers.ra()}, ", address ", Hex{tcb.fault.address}, ", cause ",
          tcb.fault.cause, "\n");
}

void resume_after_fault(Tcb& tcb, const Tcb& handler) {
    // lab 3.6b {
    tcb.state = ThreadState::Inactive;
    if (!is_resume(handler.tag())) return;
    apply_resume(tcb, handler);
    make_ready(tcb);
    // lab 3.6b }
}

}  // namespace glenda
