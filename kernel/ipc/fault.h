// SPDX-License-Identifier: MIT
// Faults as messages: abi/fault.h says what they look like.
//
// A fault is a Call that the kernel makes in the name of the thread, on the endpoint that its Tcb names. So it needs no
// mechanism of its own: the thread waits in the same queues and the same Replies as a caller.
//
//   thread  -- page fault --> kernel -- message: pc, address, access, cause --> handler maps a page
//   thread  <-- runs again -- kernel <-- reply: label kFaultResume ------------ handler
//
// Invariant: `tcb.fault` says what happened for as long as the thread is BlockedFault.
// Handout: reference/kernel-design.md, "A page fault".
#pragma once

#include <algorithm>

#include "abi/fault.h"
#include "object/tcb.h"

namespace glenda {

/// Returns the capability to the endpoint that learns of the faults of `tcb`, or null if there is none to which the
/// thread may send. Checked at each fault: the capability may have been revoked since the thread got it.
inline const Capability* fault_handler_of(const Tcb& tcb) {
    const Capability& handler = tcb.fault_handler.cap;
    return handler.permits(CapType::Endpoint, Rights::Write) ? &handler : nullptr;
}

/// Raises the fault in `tcb.fault`, which the current thread `tcb` caused. Sends it to the fault handler, or stops the
/// thread if there is none.
void raise_fault(Tcb& tcb);

/// Stops `tcb`, whose fault nobody handles, and prints one line. The line names the thread, the pc and the return
/// address, so that a reader on the host can look up symbols; Machine::DumpThread shows all registers.
void stop_unhandled(Tcb& tcb);

/// Returns true if a reply with this tag resumes the thread. Any other leaves it Inactive.
inline bool is_resume(Tag reply) { return reply.label() == kFaultResume; }

/// Changes the registers of `tcb` as the message of `handler` asks: after an unknown system call a0 and on, and the pc
/// moves past the ecall; after any other fault the pc, then the stack pointer. Registers without a word stay.
inline void apply_resume(Tcb& tcb, const Tcb& handler) {
    // lab 3.6c {
    // The handler's words 0 to 3 are in its registers a2 to a5. As many as it sent are used.
    const unsigned length = std::min(handler.tag().length(), kRegisterWords);
    Registers& registers = tcb.registers;
    if (tcb.fault.kind == FaultKind::UnknownSyscall) {
        // The handler did the system call in the kernel's place: its words are the results, and the call is over.
        for (unsigned i = 0; i < length; i++) registers.a(i) = handler.registers.a(2 + i);
        registers.skip_ecall();
    } else {
        // Without words the thread repeats the instruction: right for a page that is there now.
        if (length > 0) registers.pc = handler.registers.a(2);
        if (length > 1) registers.sp() = handler.registers.a(3);
    }
    // lab 3.6c }
}

/// Ends the fault of `tcb` with the message in the registers of `handler`: resumes the thread or leaves it Inactive.
/// Precondition: it has left its Reply.
void resume_after_fault(Tcb& tcb, const Tcb& handler);

}  // namespace glenda
