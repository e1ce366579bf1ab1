// SPDX-License-Identifier: MIT
// Raising a fault, taking the answer, and what is said where nobody handles it. See fault.h.
//
// A thread without a handler stops, and is reported on the console: the kernel goes on, for the mistake is the user's.
#include "ipc/fault.h"

#include "debug/print.h"
#include "ipc/endpoint.h"
#include "sched/hart.h"
#include "sched/register_report.h"

namespace glenda {

void raise_fault(Tcb& tcb, Fault fault) {
    const Capability& handler = tcb.fault_handler.cap;
    const bool has_handler = handler.type == CapType::Endpoint && has(handler.rights, Rights::Write);
    if (!has_handler && !register_report.finish()) return;  // of another thread; this one will fault again
    tcb.fault = fault;
    Hart::executing->count(KernelCounter::Faults);
    if (!has_handler) {
        tcb.state = ThreadState::Inactive;
        report_unhandled_fault(tcb);
        return;
    }
    const PendingSend pending{.badge = handler.badge, .can_grant = false, .wants_reply = true};
    send(handler.as<Endpoint>(), tcb, pending, ThreadState::BlockedFault);
}

void resume_after_fault(Tcb& tcb, const Tcb& handler) {
    if (!resumes(handler.tag())) {
        tcb.state = ThreadState::Inactive;
        return;
    }
    apply_resume(tcb, handler);
    Hart::make_ready(tcb);
}

void apply_resume(Tcb& tcb, const Tcb& handler) {
    const Tag tag = handler.tag();
    Registers& registers = tcb.registers;
    const unsigned length = tag.length() < kRegisterWords ? tag.length() : kRegisterWords;
    if (tcb.fault.kind == FaultKind::UnknownSyscall) {
        for (unsigned i = 0; i < length; i++) registers.a(i) = handler.registers.a(2 + i);
        registers.pc += arch::kEcallLength;
    } else {
        if (length > 0) registers.pc = handler.registers.a(2);
        if (length > 1) registers.sp() = handler.registers.a(3);
    }
}

void report_unhandled_fault(const Tcb& tcb) {
    const char* what = "exception";
    if (tcb.fault.kind == FaultKind::Vm) what = "page fault";
    if (tcb.fault.kind == FaultKind::UnknownSyscall) what = "unknown system call";
    print("kernel: thread ", tcb.name[0] != 0 ? tcb.name : "without name", " stopped: ", what, " with no handler, pc ",
          Hex{tcb.registers.pc}, ", address ", Hex{tcb.fault.address}, ", cause ", tcb.fault.cause, "\n");
    register_report.begin(tcb.registers);
}

}  // namespace glenda
