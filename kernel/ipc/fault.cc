// SPDX-License-Identifier: MIT
// Raising a fault, and what the reply does. See fault.h.
//
// A thread without a handler stops and is reported. The mistake is the user's: the kernel and everybody else go on.
// Handout: reference/kernel-design.md, "A page fault".
#include "ipc/fault.h"

#include <algorithm>

#include "debug/print.h"
#include "ipc/endpoint.h"
#include "sched/schedule.h"

namespace glenda {

namespace {

/// The Call on the handler's endpoint. The badge of that capability tells the handler which thread it is.
void tell_handler(Tcb& tcb, const Capability& handler) {
    const PendingSend pending{.badge = handler.badge, .can_grant = false, .wants_reply = true};
    send(handler.as<Endpoint>(), tcb, pending, ThreadState::BlockedFault);
}

}  // namespace

const Capability* fault_handler_of(const Tcb& tcb) {
    const Capability& handler = tcb.fault_handler.cap;
    const bool can_tell = handler.type == CapType::Endpoint && has(handler.rights, Rights::Write);
    return can_tell ? &handler : nullptr;
}

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
    tcb.state = ThreadState::Inactive;
    if (!is_resume(handler.tag())) return;
    apply_resume(tcb, handler);
    make_ready(tcb);
}

void apply_resume(Tcb& tcb, const Tcb& handler) {
    const unsigned length = std::min(handler.tag().length(), kRegisterWords);
    Registers& registers = tcb.registers;
    if (tcb.fault.kind == FaultKind::UnknownSyscall) {
        for (unsigned i = 0; i < length; i++) registers.a(i) = handler.registers.a(2 + i);
        registers.skip_ecall();
    } else {
        if (length > 0) registers.pc = handler.registers.a(2);
        if (length > 1) registers.sp() = handler.registers.a(3);
    }
}

}  // namespace glenda
