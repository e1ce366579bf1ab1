// SPDX-License-Identifier: MIT
// What stands in for the rest of the kernel and for the machine, in the test of the two paths. See lab3_two_paths.cc.
//
// The way in and out is that of entry/entry.cc, without locks and without idle time. Kernel objects have no methods
// here: a Call on one is no business of either path.
#include "arch/arch.h"
#include "call/request.h"
#include "call/syscalls.h"
#include "debug/print.h"
#include "debug/trace.h"
#include "entry/entry.h"
#include "entry/unlock.h"
#include "ipc/fault.h"
#include "lab3_two_paths.h"
#include "lab3_world.h"
#include "sched/clock.h"
#include "sched/schedule.h"

namespace glenda {

namespace test {
unsigned slow_entries = 0;
}
using test::world;

// --- kernel/entry/entry.cc

Tcb& leave(Hart& hart) { return choose(hart); }
Tcb& slow_syscall(Tcb& tcb) {
    test::slow_entries++;
    set_executing(*tcb.hart);
    perform_syscall(tcb);
    return leave(*tcb.hart);
}
Tcb& slow_fault(Tcb& tcb) {
    test::slow_entries++;
    set_executing(*tcb.hart);
    raise_fault(tcb);
    return leave(*tcb.hart);
}

// --- kernel/entry/unlock.cc, kernel/sched: locks and interrupts

constinit BigLock big_lock;
Tcb& hand_over_lock(Tcb& next) { return next; }
constinit bool fast_path_is_on = true;
constinit TimerQueue timer_queue;
void set_next_interrupt(const Hart&) {}

// --- kernel/call/invoke_*.cc

#define NO_METHODS(function) \
    Outcome function(const Request&) { return Failure(Error::BadMethod); }
NO_METHODS(invoke_untyped)
NO_METHODS(invoke_cnode)
NO_METHODS(invoke_tcb)
NO_METHODS(invoke_frame)
NO_METHODS(invoke_page_table)
NO_METHODS(invoke_vspace)
NO_METHODS(invoke_timer)
NO_METHODS(invoke_irq_control)
NO_METHODS(invoke_irq_handler)
NO_METHODS(invoke_console)
NO_METHODS(invoke_machine)
#undef NO_METHODS

// --- kernel/debug: the trace is off, and nobody reads what is printed

constinit Trace trace;
void Trace::message(TraceKind, const Tcb&, const Tcb&, Tag) {}
void Trace::signal(const Tcb&, const Tcb*, std::uint64_t) {}
void Trace::switched(const Tcb&, const Tcb&) {}
void print_one(std::string_view) {}
void print_one(Hex) {}
void print_one(std::uint64_t) {}

// --- kernel/arch

namespace arch {

constinit std::uint64_t this_hart = 0;
std::uint64_t now() { return world.time; }
std::uint64_t cycles() { return world.time; }
void set_address_space(std::uint64_t satp) { world.satp = satp; }
void fpu_enable() {}
void fpu_disable() {}
bool interrupt_pending() { return false; }
void send_ipi(std::uint64_t) { world.ipis++; }

}  // namespace arch
}  // namespace glenda
