// SPDX-License-Identifier: MIT
// Records events, adds up times, and prints the last events after a panic; see trace.h.
//
// Invariant: `record` is the only function that writes to the ring, and it runs with the lock held. The hooks on the
// paths through the kernel are a test of `is_on` and a call, so that those paths stay short while the trace is off.
#include "debug/trace.h"

#include "arch/arch.h"
#include "cap/cnode.h"
#include "debug/print.h"

namespace glenda {

constinit Trace trace;

/// Event n is at index n modulo the size, so event n + kTraceEvents overwrites it. An index that was never written is
/// never read, so boot does not clear the ring.
[[gnu::section(".bss.not_cleared")]] TraceEvent trace_ring[kTraceEvents];
static_assert(is_power_of_two(kTraceEvents));

namespace {

TraceEvent& place_of(std::uint64_t number) { return trace_ring[number % kTraceEvents]; }

/// Returns the name of the thread with that number. The thread may be gone and its memory used for something else: so
/// this reads at most the size of the name, and stops at the first byte that is not printable.
std::string_view name_of_thread(std::uint32_t number) {
    if (number == 0) return "idle";
    const Tcb& tcb = *to_pointer<Tcb>({std::uint64_t{number} << kTcbBits});
    unsigned length = 0;
    while (length < sizeof(tcb.name) && tcb.name[length] > ' ' && tcb.name[length] < 0x7f) length++;
    return {tcb.name, length};
}

}  // namespace

void Trace::set_on(bool on) {
    is_on_ = on;
    // A call that began before the switch has no complete time.
    for (Begun& begun : begun_) begun = {};
}

void Trace::clear() {
    begin_ = next_;
    for (Times& times : times_) times = {};
}

const TraceEvent& Trace::event(std::uint64_t number) { return place_of(number); }

[[gnu::noinline]] void Trace::record(TraceKind kind, const Tcb& thread, std::uint64_t detail, std::uint64_t first,
                                     std::uint64_t second) {
    place_of(next_++) = {arch::cycles(),    kind,  hart_, static_cast<std::uint16_t>(detail),
                         number_of(thread), first, second};
}

void Trace::begin_call(const Tcb& caller) {
    const auto number = static_cast<std::int64_t>(caller.registers.a(7));
    if (number >= 0) {  // a fault at the ecall, and the pc is past it already
        constexpr auto kKind = static_cast<unsigned>(FaultKind::UnknownSyscall);
        return record(TraceKind::Fault, caller, kKind, caller.registers.ecall_address(), caller.registers.a(7));
    }
    const bool is_known = number >= kFirstSyscall;
    const unsigned ordinal = is_known ? static_cast<unsigned>(-number - 1) : kSyscalls;
    // kSyscalls stands for "no call": an unknown number is recorded as an event, but has no row of times.
    begun_[hart_] = {arch::cycles(), caller.registers.pc, ordinal};
    const Slot* slot = find_slot(caller, caller.registers.a(0));
    const auto type = static_cast<unsigned>(slot != nullptr ? slot->cap.type : CapType::Null);
    record(TraceKind::Syscall, caller, (is_known ? ordinal + 1 : 0) | type << kTraceTypeShift, caller.registers.a(0),
           caller.registers.a(1));
}

void Trace::end_call(const Tcb& caller) {
    // A preempted call has been moved back to its ecall and has no result yet; a blocked caller gets its result later.
    const bool is_preempted = caller.registers.pc != begun_[hart_].pc;
    if (caller.state == ThreadState::Ready && caller.tag().is_error() && !is_preempted)
        record(TraceKind::Refused, caller, caller.tag().label(), 0);
}

void Trace::end_entry() {
    Begun& begun = begun_[hart_];
    if (begun.ordinal == kSyscalls) return;
    const std::uint64_t cycles = arch::cycles() - begun.cycle;
    Times& times = times_[begun.ordinal];
    times.count++;
    times.sum += cycles;
    if (cycles > times.longest) times.longest = cycles;
    begun.ordinal = kSyscalls;
}

void Trace::message(TraceKind kind, const Tcb& from, const Tcb& to, Tag tag) {
    record(kind, from, 0, number_of(to), tag.raw());
}

void Trace::signal(const Tcb& current, const Tcb* receiver, std::uint64_t bits) {
    record(TraceKind::Signal, current, 0, receiver != nullptr ? number_of(*receiver) : 0, bits);
}

void Trace::fault(const Tcb& tcb) {
    const Fault& fault = tcb.fault;
    const std::uint64_t detail = static_cast<unsigned>(fault.kind) | fault.cause << kTraceCauseShift;
    record(TraceKind::Fault, tcb, detail, tcb.registers.pc, fault.address);
}

void Trace::interrupted(const Tcb& tcb, arch::Interrupts pending) {
    unsigned sources = 0;
    if (pending.software) sources |= static_cast<unsigned>(TraceInterrupt::Hart);
    if (pending.timer) sources |= static_cast<unsigned>(TraceInterrupt::Timer);
    if (pending.external) sources |= static_cast<unsigned>(TraceInterrupt::Device);
    if (sources != 0) record(TraceKind::Interrupt, tcb, sources, tcb.registers.pc);  // none: an idle hart woke early
}

void Trace::device(const Tcb& current, unsigned number) { record(TraceKind::Device, current, 0, number); }

void Trace::switched(const Tcb& current, const Tcb& next) {
    if (&current != &next) record(TraceKind::Switch, current, static_cast<unsigned>(current.state), number_of(next));
    end_entry();
}

void dump_trace(unsigned most) {
    const std::uint64_t end = trace.next();
    std::uint64_t at = trace.first();
    if (end - at > most) at = end - most;
    if (at != end) print("the last of the trace: number, cycle, hart, thread, name, kind, detail, words\n");
    for (; at != end; at++) {
        const TraceEvent& event = Trace::event(at);
        print(at, " ", event.cycle, " ", event.hart, " ", Hex{event.thread}, " ", name_of_thread(event.thread), " ",
              name_of(event.kind), " ", Hex{event.detail}, " ", Hex{event.first}, " ", Hex{event.second}, "\n");
    }
}

}  // namespace glenda
