// SPDX-License-Identifier: MIT
// The methods of timers, interrupts, the debug console and the machine itself.
//
// A timer and an interrupt do the same thing: they signal a notification that they hold in a slot of their own. So
// drivers wait for devices as they wait for each other, and the kernel never calls into user space. Invariant: a method
// checks its whole request before it changes anything; what takes long can be preempted and keeps its progress in the
// message.
// Handout: reference/kernel-design.md, "Time", "Interrupts" and "Printing".
#include "arch/plic.h"
#include "call/destroy.h"
#include "call/request.h"
#include "call/switches.h"
#include "debug/dump.h"
#include "debug/print.h"
#include "object/irq.h"
#include "sched/clock.h"
#include "sched/schedule.h"

namespace glenda {

namespace {

/// Puts a copy of the Notification capability to which word 0 points into `held`, in place of the one that is there. It
/// is derived from the original, so revoking that also takes it from here.
Outcome hold_notification(const Request& request, Slot& held) {
    TRY_VOID(request.needs(1));
    TRY(source, request.find(0, CapType::Notification, Rights::Write));
    FINISH(delete_slot(held));
    held.fill_as_child(copy_of(source->cap, Rights::All), *source);
    return done();
}

/// Disarms the timer if it is armed.
void disarm(Timer& timer) {
    if (!timer.is_armed) return;
    timer_queue.remove(timer);
    timers_changed();
}

/// IrqControl::Claim. Words: interrupt number, CNode, index. Makes an IrqHandler in an empty slot, as a child of the
/// invoked capability. Each interrupt can be claimed once at a time: two drivers could not share one Ack.
Outcome claim(const Request& request) {
    TRY_VOID(request.needs(3));
    const std::uint64_t number = request.word(0);
    CHECK(number != 0 && number <= arch::plic_sources() && number < kMaxIrqs, Error::OutOfRange);
    TRY(cnode, request.find(1, CapType::CNode, Rights::Write));
    TRY(target, slot_at(cnode->cap, request.word(2)));
    Irq& irq = irqs[number];
    if (irq.is_claimed) FINISH(reap_zombies());  // its handler may be in one of them
    CHECK(request.caller_lives(), Error::InvalidCapability);
    CHECK(!irq.is_claimed, Error::Busy);
    CHECK(target->is_empty(), Error::SlotOccupied);

    irq.is_claimed = true;
    Capability cap;
    cap.type = CapType::IrqHandler;
    cap.rights = Rights::All;
    cap.object = &irq;
    target->fill_as_child(cap, request.slot);
    return done();
}

/// After how many bytes of a line an interrupt may break it. A shorter line in one call always comes out whole.
constexpr unsigned kUnbrokenLine = 128;

/// Console::Write. Word 0: the length in bytes, and above bit 32 how many of them have been written. The bytes follow,
/// eight a word. A preempted call remembers in word 0 where it stopped, behind a line or within a very long one, and
/// goes on from there when the thread makes it again.
Outcome write(const Request& request) {
    TRY_VOID(request.needs(1));
    const std::uint64_t length = request.word(0) & mask(32);
    std::uint64_t written = request.word(0) >> 32;
    CHECK(length <= (kMaxWords - 1) * 8 && written <= length, Error::BadArgument);
    TRY_VOID(request.needs(1 + (length + 7) / 8));
    for (unsigned column = 0; written < length;) {
        const char c = static_cast<char>(request.word(1 + written / 8) >> written % 8 * 8);
        arch::console_put(c);
        written++;
        column = c == '\n' ? kUnbrokenLine : column + 1;
        if (column < kUnbrokenLine) continue;
        column = 0;
        if (written == length || !should_pause()) continue;
        request.set_reply(0, written << 32 | length);
        return Progress::Preempted;
    }
    return done();
}

/// Machine::DumpThread. Word 0: the thread; word 1, if there is one: how many lines have been printed. A preempted call
/// adds that word to the caller's message, and goes on from there when the thread makes it again.
Outcome dump(const Request& request) {
    TRY_VOID(request.needs(1));
    TRY(slot, request.find(0, CapType::Tcb));
    const Tcb& tcb = slot->cap.as<Tcb>();
    std::uint64_t line = request.tag.length() > 1 ? request.word(1) : 0;
    while (line < kDumpLines) {
        dump_line(tcb, static_cast<unsigned>(line++));
        if (line == kDumpLines || !should_pause()) continue;
        request.caller.set_tag(Tag(request.tag.label(), 2));
        request.set_reply(1, line);
        return Progress::Preempted;
    }
    return done();
}

}  // namespace

Outcome invoke_timer(const Request& request) {
    TRY_VOID(request.needs_right(Rights::Write));
    Timer& timer = request.cap().as<Timer>();
    switch (static_cast<TimerMethod>(request.tag.label())) {
        case TimerMethod::Bind: return hold_notification(request, timer.notification);
        case TimerMethod::Arm:
            TRY_VOID(request.needs(1));
            CHECK(!timer.notification.is_empty(), Error::NotBound);
            // The deadline is what the heap is sorted by, so it changes only while the timer is not in it.
            if (timer.is_armed) timer_queue.remove(timer);
            timer.deadline = request.word(0);
            timer_queue.add(timer);
            timers_changed();
            return done();
        case TimerMethod::Cancel: disarm(timer); return done();
    }
    return Failure(Error::BadMethod);
}

Outcome invoke_irq_control(const Request& request) {
    TRY_VOID(request.needs_right(Rights::Write));
    switch (static_cast<IrqControlMethod>(request.tag.label())) {
        case IrqControlMethod::Claim: return claim(request);
    }
    return Failure(Error::BadMethod);
}

Outcome invoke_irq_handler(const Request& request) {
    TRY_VOID(request.needs_right(Rights::Write));
    Irq& irq = request.cap().as<Irq>();
    switch (static_cast<IrqHandlerMethod>(request.tag.label())) {
        case IrqHandlerMethod::Bind: {
            const Outcome outcome = hold_notification(request, irq.notification);
            // Unmasked only now that there is something to signal.
            if (outcome.kind() == Outcome::Kind::Done) arch::plic_unmask(number_of(irq));
            return outcome;
        }
        case IrqHandlerMethod::Ack:
            CHECK(!irq.notification.is_empty(), Error::NotBound);
            arch::plic_unmask(number_of(irq));
            return done();
        case IrqHandlerMethod::Unbind:
            arch::plic_mask(number_of(irq));
            FINISH(delete_slot(irq.notification));
            return done();
    }
    return Failure(Error::BadMethod);
}

Outcome invoke_console(const Request& request) {
    TRY_VOID(request.needs_right(Rights::Write));
    switch (static_cast<ConsoleMethod>(request.tag.label())) {
        case ConsoleMethod::Write: return write(request);
    }
    return Failure(Error::BadMethod);
}

Outcome invoke_machine(const Request& request) {
    TRY_VOID(request.needs_right(Rights::Write));
    switch (static_cast<MachineMethod>(request.tag.label())) {
        case MachineMethod::Shutdown: arch::shutdown();
        case MachineMethod::Reboot: arch::reboot();
        case MachineMethod::DumpThread: return dump(request);
        case MachineMethod::FastPath:
            TRY_VOID(request.needs(1));
            CHECK(request.word(0) <= 1, Error::BadArgument);
            request.set_reply(0, set_fast_path(request.word(0) != 0));
            return done(1);
        case MachineMethod::Check: return check_kernel(request);
        case MachineMethod::Counter: {
            TRY_VOID(request.needs(1));
            CHECK(request.word(0) < static_cast<unsigned>(KernelCounter::Count), Error::OutOfRange);
            std::uint64_t sum = 0;
            for (unsigned i = 0; i < hart_count; i++) sum += harts[i]->counters[request.word(0)];
            request.set_reply(0, sum);
            return done(1);
        }
        case MachineMethod::TraceControl: return control_trace(request);
        case MachineMethod::TraceRead: return read_trace(request);
        case MachineMethod::SyscallTimes: return report_times(request);
    }
    return Failure(Error::BadMethod);
}

}  // namespace glenda
