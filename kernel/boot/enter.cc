// SPDX-License-Identifier: MIT
// The whole story of entering the kernel: lock, do what the trap is about, choose who runs, unlock, go back.
//
// trap.S has saved the thread's registers in its Tcb, and runs the thread whose Tcb these functions return.
// Handout: reference/kernel-design.md, "From ecall to return".
#include "boot/enter.h"

#include "arch/plic.h"
#include "arch/trap.h"
#include "call/destroy.h"
#include "call/fast_path.h"
#include "call/syscalls.h"
#include "debug/print.h"
#include "debug/trace.h"
#include "ipc/fault.h"
#include "ipc/notification.h"
#include "object/irq.h"
#include "sched/big_lock.h"
#include "sched/clock.h"
#include "sched/register_report.h"

namespace glenda {

namespace {

/// How many timers may expire in one entry; the interrupt comes again for the rest.
constexpr unsigned kTimersAtOnce = 16;

/// Signal the notification that a timer or an interrupt has in its slot, if there is one.
void signal_held(const Slot& slot) {
    if (slot.cap.type == CapType::Notification) signal(slot.cap.as<Notification>(), signal_bits(slot.cap));
}

void handle_timer(Hart& hart) {
    const std::uint64_t now = arch::now();
    if (hart.next_tick <= now) {
        hart.next_tick = now + tick_length;
        hart.tick();
    }
    for (unsigned i = 0; i < kTimersAtOnce && hart.index == kTimerHart; i++) {
        Timer* timer = timer_queue.first();
        if (timer == nullptr || timer->deadline > now) break;
        timer_queue.remove(*timer);
        signal_held(timer->notification);
    }
    set_next_interrupt(hart);
}

void handle_device() {
    const unsigned number = arch::plic_claim();
    if (number == 0) return;
    if (trace.is_on()) [[unlikely]]
        trace.device(number);
    arch::plic_mask(number);
    arch::plic_complete(number);
    if (number < kMaxIrqs) signal_held(irqs[number].notification);
}

void handle_interrupts(Hart& hart) {
    const arch::Interrupts pending = arch::pending_interrupts();
    hart.count(KernelCounter::Interrupts);
    if (pending.software) {  // another hart made a thread ready here, or changed the timers
        arch::clear_ipi();
        set_next_interrupt(hart);
    }
    if (pending.timer) handle_timer(hart);
    if (pending.external) handle_device();
    register_report.print_line();
}

/// Handle a trap that is not the thread's fault. False: it is.
bool try_handle(Hart& hart, arch::TrapKind kind) {
    switch (kind) {
        case arch::TrapKind::Interrupt: handle_interrupts(hart); return true;
        case arch::TrapKind::IllegalInstruction: return hart.take_fpu();  // perhaps only because the FPU is off
        case arch::TrapKind::Memory:
        case arch::TrapKind::Other: break;
    }
    return false;
}

/// Take the lock, however long it takes.
void acquire_lock(Hart& hart, WaitFrom from) {
    if (!big_lock.try_take()) hart.wait_for_lock(from);
    hart.take_over();
}

/// Who waited for long gets the lock. Apart from the usual way, so that this one saves no registers.
[[gnu::noinline, gnu::cold]] Tcb* hand_lock_over(Tcb* next) {
    big_lock.hand_over();
    return next;
}

/// Unlock, and return `next`.
[[gnu::always_inline]] inline Tcb* unlock(Tcb* next) {
    if (big_lock.has_next_owner()) [[unlikely]]
        return hand_lock_over(next);
    big_lock.release();
    return next;
}

/// Nobody can run: do what others have left to do, unlock, sleep until somebody can, unlock, return it. The lock is
/// held. Emptying the zombies may wake somebody.
[[gnu::noinline]] Tcb& leave_idle(Hart& hart) {
    for (;;) {
        const bool may_sleep = register_report.finish() && reap_zombies() && hart.ready.highest() < 0;
        unlock(&hart.idle);
        if (may_sleep) arch::wait_for_interrupt();
        acquire_lock(hart, WaitFrom::Elsewhere);
        if (trace.is_on()) trace.trapped(hart.idle, arch::kInterruptCause, 0);
        handle_interrupts(hart);
        Tcb& next = hart.choose();
        if (&next != &hart.idle) return *unlock(&next);
    }
}

/// The current thread may not go on: find another. Apart from leave_idle(), so that it saves no registers.
[[gnu::noinline]] Tcb& leave_after_choice(Hart& hart) {
    Tcb& next = hart.choose();
    if (&next == &hart.idle) return leave_idle(hart);
    return *unlock(&next);
}

/// The way out of a system call of the thread that is current, or was: unlock, return who runs next. Null: it goes on
/// itself, with the registers that its Tcb has had since it came in, but for a0 - a6.
[[gnu::always_inline]] inline Tcb* leave_syscall(Hart& hart) {
    if (!hart.current_goes_on()) return &leave_after_choice(hart);
    return unlock(nullptr);
}

// The ways that are not the fast one have functions of their own, so that it saves no registers.

[[gnu::noinline]] Tcb* enter_slow_path(Tcb& tcb) {
    Hart& hart = *tcb.hart;
    hart.take_over();
    hart.count(KernelCounter::Syscalls);
    perform_syscall(tcb);
    return leave_syscall(hart);
}
/// While the trace is on. The fast path is off then.
[[gnu::noinline]] Tcb* enter_traced(Tcb& tcb) {
    Hart& hart = *tcb.hart;
    hart.take_over();
    hart.count(KernelCounter::Syscalls);
    trace.begin_call(tcb);
    perform_syscall(tcb);
    if (trace.is_on()) trace.end_call(tcb);
    return leave_syscall(hart);
}
[[gnu::noinline]] Tcb* enter_invocation(Tcb& tcb, Slot& slot) {
    Hart& hart = *tcb.hart;
    hart.take_over();
    hart.count(KernelCounter::Syscalls);
    perform_invocation(tcb, slot);
    return leave_syscall(hart);
}
/// Another hart is in the kernel. While it was, it may have stopped this thread.
[[gnu::noinline]] Tcb* enter_after_waiting(Tcb& tcb) {
    Hart& hart = *tcb.hart;
    hart.wait_for_lock(WaitFrom::Syscall);
    hart.take_over();
    if (hart.current != &tcb) return &leave_after_choice(hart);
    return trace.is_on() ? enter_traced(tcb) : enter_slow_path(tcb);
}

[[gnu::always_inline]] inline Tcb* leave_fast_path(Hart& hart, Tcb* next) {
    hart.count(KernelCounter::FastPaths);
    return unlock(next);
}

/// `next` is who goes on after a fast path, perhaps `tcb` itself; null if it was not taken.
[[gnu::always_inline]] inline Tcb* leave_with(Tcb& tcb, Tcb* next) {
    if (next == nullptr) return enter_slow_path(tcb);
    return leave_fast_path(*tcb.hart, next == &tcb ? nullptr : next);
}
[[gnu::noinline]] Tcb* enter_yield(Tcb& tcb) { return leave_with(tcb, fast_yield(tcb)); }
[[gnu::noinline]] Tcb* enter_signal(Tcb& tcb, CPtr pointer) { return leave_with(tcb, fast_signal(tcb, pointer)); }
[[gnu::noinline]] Tcb* enter_wait(Tcb& tcb, CPtr pointer) { return leave_with(tcb, fast_wait(tcb, pointer)); }

/// ReplyRecv to a thread that does not wait for the answer to a Call.
[[gnu::noinline]] Tcb* enter_answer_to_fault(Tcb& tcb, CPtr pointer) {
    const Registers& r = tcb.registers;
    const FastMessage message{r.a(1), {r.a(2), r.a(3), r.a(4), r.a(5)}};
    return leave_with(tcb, fast_reply_recv<ThreadState::BlockedFault>(tcb, pointer, r.a(6), message));
}

/// All but Call, ReplyRecv and Yield.
[[gnu::noinline]] Tcb* enter_other(Tcb& tcb, CPtr pointer, Syscall number) {
    if (number == Syscall::Send || number == Syscall::NBSend) return enter_signal(tcb, pointer);
    if (number == Syscall::Recv) return enter_wait(tcb, pointer);
    return enter_slow_path(tcb);
}

}  // namespace

extern "C" {

Tcb* enter_syscall(CPtr pointer, std::uint64_t tag, std::uint64_t word0, std::uint64_t word1, std::uint64_t word2,
                   std::uint64_t word3, Tcb& tcb, std::int64_t number) {
    if (!big_lock.try_take()) [[unlikely]]
        return enter_after_waiting(tcb);
    if (!fast_path_is_on) return trace.is_on() ? enter_traced(tcb) : enter_slow_path(tcb);
    const FastMessage message{tag, {word0, word1, word2, word3}};
    Tcb* next = nullptr;
    if (const auto syscall = static_cast<Syscall>(number); syscall == Syscall::Call) {
        if (Slot* slot = find_slot_at_once(tcb, pointer)) {
            if (slot->cap.type != CapType::Endpoint && !slot->is_empty()) return enter_invocation(tcb, *slot);
            if (slot->cap.type == CapType::Endpoint) next = fast_call(tcb, slot->cap, message);
        }
    } else if (syscall == Syscall::ReplyRecv) {
        next = fast_reply_recv<ThreadState::BlockedCall>(tcb, pointer, tcb.registers.a(6), message);
        if (next == nullptr) return enter_answer_to_fault(tcb, pointer);
    } else {
        return syscall == Syscall::Yield ? enter_yield(tcb) : enter_other(tcb, pointer, syscall);
    }
    if (next != nullptr) return leave_fast_path(*tcb.hart, next);
    return enter_slow_path(tcb);
}

Tcb& enter_trap(Tcb& tcb, std::uint64_t cause, std::uint64_t value) {
    Hart& hart = *tcb.hart;
    acquire_lock(hart, WaitFrom::Elsewhere);
    if (hart.current != &tcb) return leave_after_choice(hart);
    if (trace.is_on()) [[unlikely]]
        trace.trapped(tcb, cause, value);
    const arch::TrapKind kind = arch::kind_of(cause);
    if (!try_handle(hart, kind)) {
        const Fault fault{kind == arch::TrapKind::Memory ? FaultKind::Vm : FaultKind::Exception, value, cause};
        if (fast_path_is_on) {
            if (Tcb* next = fast_fault(tcb, fault)) return *leave_fast_path(hart, next);
        }
        raise_fault(tcb, fault);
    }
    return leave_after_choice(hart);
}

Tcb& enter_first(Hart& hart) {
    acquire_lock(hart, WaitFrom::Elsewhere);
    return leave_after_choice(hart);
}

void kernel_trap(std::uint64_t cause, std::uint64_t value, std::uint64_t pc, std::uint64_t ra) {
    print("\nPANIC: trap in the kernel: cause ", cause, ", address ", Hex{value}, "\n  at pc ", Hex{pc},
          ", called from ", Hex{ra}, "\n");
    dump_trace(kTraceInPanic);
    arch::halt();
}

}  // extern "C"

}  // namespace glenda
