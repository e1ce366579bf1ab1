// SPDX-License-Identifier: MIT
// The whole story of entering the kernel: lock, do what the trap is about, choose who runs next, unlock.
//
// trap.S has saved the thread's registers in its Tcb, and runs the thread that these functions return. Nothing stays on
// the hart's stack: the next entry begins with an empty one. Invariant: nothing else takes the lock, and every way out
// ends with unlock(). Handout: reference/kernel-design.md, "From ecall to return".
#include "entry/entry.h"

#include "arch/trap.h"
#include "call/destroy.h"
#include "call/syscalls.h"
#include "debug/print.h"
#include "debug/trace.h"
#include "entry/fast_path.h"
#include "entry/interrupts.h"
#include "entry/unlock.h"
#include "ipc/fault.h"
#include "sched/fpu.h"
#include "sched/lock_wait.h"
#include "sched/schedule.h"

namespace glenda {

namespace {

/// Takes the lock, however long that takes, for a hart that is not in a system call.
void lock(Hart& hart) {
    if (!big_lock.try_take()) wait_for_lock(hart, WaitFrom::Elsewhere);
    set_executing(hart);
}

/// No thread can run on `hart`. Does what other threads have left to do, unlocks, sleeps until an interrupt comes,
/// locks again and handles it. An interrupt that arrives before the sleep is not lost: wfi returns if one is pending.
void idle(Hart& hart) {
    const bool is_done = reap_zombies() == Progress::Done;
    // Reaping may have made a thread ready. If it stopped because another hart wants the lock, this one does not come
    // back for the rest: idle harts that take the lock from each other after every step would hold up the ones that
    // work.
    const bool may_sleep = hart.ready.highest() < 0 && (is_done || big_lock.is_wanted());
    unlock(hart.idle);
    if (may_sleep) arch::wait_for_interrupt();
    lock(hart);
    handle_interrupts(hart);
}

// The rarer ways of leave(). Not inlined, so that it needs no stack frame on its usual way.

/// Leaves with the thread that runs instead of the current one. Waits, unlocked, for as long as there is none.
[[gnu::noinline]] Tcb& choose_other(Hart& hart) {
    Tcb* next = &choose(hart);
    while (next == &hart.idle) {
        idle(hart);
        next = &choose(hart);
    }
    return unlock(*next);
}

[[gnu::noinline]] Tcb& continue_traced(Hart& hart) {
    trace.end_entry();
    return unlock(*hart.current);
}

Tcb& handle_fault(Tcb& tcb, const Fault& fault) {
    tcb.fault = fault;
    return fast_fault(tcb);
}

/// Perhaps the thread only lacks the FPU. Then it gets it and repeats the instruction; else this is a fault.
[[gnu::noinline]] Tcb& handle_illegal_instruction(Tcb& tcb, const Fault& fault) {
    Hart& hart = *tcb.hart;
    set_executing(hart);
    return take_fpu(hart) ? leave(hart) : handle_fault(tcb, fault);
}

/// Interrupts may have made a thread ready that outranks the current one, so the way out chooses.
[[gnu::noinline]] Tcb& leave_after_interrupts(Hart& hart) {
    set_executing(hart);
    handle_interrupts(hart);
    return leave(hart);
}

/// Handles a trap that is no system call. Precondition: the lock is held.
Tcb& handle_trap(Tcb& tcb, std::uint64_t scause, std::uint64_t stval) {
    switch (arch::cause_of(scause).kind) {
        case arch::TrapKind::Interrupt: return leave_after_interrupts(*tcb.hart);
        case arch::TrapKind::IllegalInstruction:
            return handle_illegal_instruction(tcb, {FaultKind::Exception, stval, scause});
        case arch::TrapKind::Memory: return handle_fault(tcb, {FaultKind::Vm, stval, scause});
        case arch::TrapKind::Other: break;
    }
    return handle_fault(tcb, {FaultKind::Exception, stval, scause});
}

// The ways of a hart that has to wait for the lock. Meanwhile another hart may stop the thread that came in, or even
// move it. So `hart` is read from the Tcb before the wait, and what the thread came for is dropped if it is no longer
// current.

Tcb& leave_without(Hart& hart) {
    set_executing(hart);
    return leave(hart);
}

[[gnu::noinline]] Tcb& wait_and_call(Tcb& tcb) {
    Hart& hart = *tcb.hart;
    wait_for_lock(hart, WaitFrom::Syscall);
    return hart.current == &tcb ? slow_syscall(tcb) : leave_without(hart);
}

[[gnu::noinline]] Tcb& wait_and_trap(Tcb& tcb, std::uint64_t scause, std::uint64_t stval) {
    Hart& hart = *tcb.hart;
    wait_for_lock(hart, WaitFrom::Elsewhere);
    return hart.current == &tcb ? handle_trap(tcb, scause, stval) : leave_without(hart);
}

}  // namespace

Tcb& leave(Hart& hart) {
    // Most entries end with the thread with which they began.
    if (!can_continue(hart)) return choose_other(hart);
    if (trace.is_on()) [[unlikely]]
        return continue_traced(hart);
    return unlock(*hart.current);
}

Tcb& slow_syscall(Tcb& tcb) {
    Hart& hart = *tcb.hart;
    set_executing(hart);
    hart.count(KernelCounter::Syscalls);
    const bool is_traced = trace.is_on();
    if (is_traced) trace.begin_call(tcb);
    perform_syscall(tcb);
    if (is_traced) trace.end_call(tcb);
    return leave(hart);
}

Tcb& slow_fault(Tcb& tcb) {
    Hart& hart = *tcb.hart;
    set_executing(hart);
    if (trace.is_on()) trace.fault(tcb);
    raise_fault(tcb);
    return leave(hart);
}

Tcb& enter_syscall(Tcb& tcb, std::uint64_t tag, std::uint64_t word0, std::uint64_t word1, std::uint64_t word2,
                   std::uint64_t word3, CPtr pointer, std::int64_t number) {
    if (!big_lock.try_take()) [[unlikely]]
        return wait_and_call(tcb);
    return fast_syscall(tcb, tag, word0, word1, word2, word3, pointer, number);
}

Tcb& enter_trap(Tcb& tcb, std::uint64_t scause, std::uint64_t stval) {
    if (!big_lock.try_take()) [[unlikely]]
        return wait_and_trap(tcb, scause, stval);
    return handle_trap(tcb, scause, stval);
}

Tcb& enter_first(Hart& hart) {
    lock(hart);
    return leave(hart);
}

// It may hold the lock and never returns: the other harts stop when they next enter.
void kernel_trap(std::uint64_t scause, std::uint64_t stval, std::uint64_t pc, std::uint64_t ra) {
    print("\nPANIC: trap in the kernel: cause ", scause, ", address ", Hex{stval}, "\n  at pc ", Hex{pc},
          ", called from ", Hex{ra}, "\n");
    end_panic();
}

}  // namespace glenda
