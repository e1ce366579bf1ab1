// SPDX-License-Identifier: MIT
// The whole story of entering the kernel: do what the trap is about, and choose who runs next.
//
// trap.S has saved the registers in the Process (its contract calls that a Tcb), and runs the process that these
// functions return. Nothing stays on the kernel's stack: the next entry begins with an empty one.
#include "abi.h"
#include "arch/trap.h"
#include "debug/print.h"
#include "faults.h"
#include "interrupts.h"
#include "schedule.h"
#include "syscalls.h"

namespace glenda {

extern "C" {
/// `process`, the current one, made a system call. Its pc is past the ecall. Returns the process that runs next.
Process& enter_syscall(Process& process);
/// `process`, the current one, was interrupted or did what it must not: `scause` and `stval` say what (privileged
/// specification, 4.1.8 and 4.1.9). Returns the process that runs next.
Process& enter_trap(Process& process, std::uint64_t scause, std::uint64_t stval);
/// The kernel itself trapped, which is a bug. Reports it and stops.
[[noreturn]] void kernel_trap(std::uint64_t scause, std::uint64_t stval, std::uint64_t pc, std::uint64_t ra);
}

namespace {

/// A process that breaks a rule ends, and nobody else notices.
void stop(Process& process, std::uint64_t scause, std::uint64_t stval) {
    print(process.name, " (pid ", process.pid, ") stopped: ");
    print_fault(scause, stval, process.registers.pc);
    exit(process, kStatusStopped);
}

}  // namespace

Process& enter_syscall(Process& process) {
    perform_call(process);
    return choose(process);
}

Process& enter_trap(Process& process, std::uint64_t scause, std::uint64_t stval) {
    if (arch::cause_of(scause).kind == arch::TrapKind::Interrupt)
        handle_interrupts(*process.hart);
    else
        stop(process, scause, stval);
    return choose(process);
}

void kernel_trap(std::uint64_t scause, std::uint64_t stval, std::uint64_t pc, std::uint64_t ra) {
    print("\nPANIC: trap in the kernel: cause ", scause, ", address ", Hex{stval}, "\n  at pc ", Hex{pc},
          ", called from ", Hex{ra}, "\n");
    end_panic();
}

}  // namespace glenda
