// SPDX-License-Identifier: MIT
// Faults. Most are first accesses to a page, which is then allocated. Any other fault ends the process with a report.
#include "abi/fault.h"
#include "demangle.h"
#include "factotum.h"
#include "glenda/print.h"

namespace glenda::factotum {

namespace {

/// Values of scause other than page faults. Privileged specification, table 4.2.
enum Cause : std::uint64_t {
    kFetchMisaligned = 0,
    kFetchAccess = 1,
    kIllegalInstruction = 2,
    kBreakpoint = 3,
    kLoadMisaligned = 4,
    kLoadAccess = 5,
    kStoreMisaligned = 6,
    kStoreAccess = 7,
};

CrashKind kind_of(std::uint64_t scause) {
    switch (scause) {
        case kFetchMisaligned:
        case kLoadMisaligned:
        case kStoreMisaligned: return CrashKind::Misaligned;
        case kFetchAccess:
        case kLoadAccess:
        case kStoreAccess: return CrashKind::AccessFault;
        case kIllegalInstruction: return CrashKind::IllegalInstruction;
        case kBreakpoint: return CrashKind::Breakpoint;
        default: return CrashKind::OtherException;
    }
}

/// The kernel made the message, so its words are there (abi/fault.h).
bool is_page_fault(const Request& request) {
    return FaultKind(request.label()) == FaultKind::Vm && request.words[3] > kStoreAccess;
}

/// What became of a thread that did what is no page fault.
CrashKind kind_of(const Request& request) {
    switch (FaultKind(request.label())) {
        case FaultKind::Vm: return kind_of(request.words[3]);
        case FaultKind::Exception: return kind_of(request.words[2]);
        case FaultKind::UnknownSyscall: return CrashKind::UnknownSyscall;
    }
    return CrashKind::OtherException;
}

/// The words between the kind of crash and its number.
const char* link_word(CrashKind kind) {
    const bool is_address = kind != CrashKind::IllegalInstruction && kind != CrashKind::UnknownSyscall;
    return is_address ? " at address" : "";
}

using Place = FixedText<128>;

/// For example " in main+0x34". Empty if `pc` is in no function.
Place place_of(const ElfFile& program, std::uint64_t pc, std::string_view word) {
    Place place;
    char buffer[96];
    if (const auto symbol = program.symbol_at(pc); symbol)
        place.add(" {} {}+{:#x}", word, demangle(symbol->name, buffer), symbol->offset);
    return place;
}

/// Whether a thread has run off the end of its stack: the page below a region is free, which is what its stack pointer
/// says, too. (A program's first stack has more free pages below, see AddressSpace::resolve.)
bool is_below_stack(RegionList& regions, std::uint64_t address, std::uint64_t sp) {
    const unsigned next = regions.first_above(address);
    if (next == regions.count()) return false;
    const std::uint64_t stack = regions.at(next).start;
    return address < stack && stack - address <= kPageSize && sp <= address && address - sp < kStackGuard;
}

void print_registers(const Registers& r) {
    print("  ra {:#018x}  sp {:#018x}  gp {:#018x}  tp {:#018x}\n", r.ra, r.sp, r.gp, r.tp);
    print("  a0 {:#018x}  a1 {:#018x}  a2 {:#018x}  a3 {:#018x}\n", r.a0, r.a1, r.a2, r.a3);
    print("  a4 {:#018x}  a5 {:#018x}  a6 {:#018x}  a7 {:#018x}\n", r.a4, r.a5, r.a6, r.a7);
    print("  s0 {:#018x}  s1 {:#018x}  t0 {:#018x}  t1 {:#018x}\n", r.s0, r.s1, r.t0, r.t1);
}

}  // namespace

/// What only a crash needs is in a function of its own, so that all other faults save few registers.
Reaction Factotum::fault(Request& request) {
    Thread* const thread = threads_.find_badge(request.badge);
    if (thread == nullptr) return Reaction::later();  // it has ended meanwhile
    if (!is_page_fault(request)) return crash(*thread, kind_of(request), request);
    Process& process = processes_.at(thread->process);
    if (process.is_at_work()) [[unlikely]]
        return process.has_ended ? Reaction::later() : short_message(kFaultResume);
    const CrashKind kind = process.space.resolve(memory_, request.words[1], Access(request.words[2]));
    if (kind == CrashKind::None) [[likely]]
        return short_message(kFaultResume);
    if (kind == CrashKind::PagerEnded && wait_for_page(*thread, request)) return Reaction::later();
    return crash(*thread, kind, request);
}

/// The thread can't go on, unless somebody takes the event and knows better. The message's second word is the address,
/// the instruction, or the number of the system call.
[[gnu::noinline]] Reaction Factotum::crash(Thread& thread, CrashKind kind, Request& request) {
    Process& process = processes_.at(thread.process);
    if (process.has_ended) return Reaction::later();
    const std::uint64_t address = request.words[1];
    Registers registers;
    if (is_page_fault(request) && thread.tcb.read_registers(registers) &&
        is_below_stack(process.space.regions(), address, registers.sp))
        kind = CrashKind::StackOverflow;
    if (stop_for(thread, {.event = EventKind::Exception, .crash = kind, .address = address})) {
        block(thread, WaitKind::Stopped, request);
        return Reaction::later();
    }
    report(process, thread, kind, address);
    return end_at_request(process, ExitStatus::crashed(kind), request);
}

/// Prints, for example, `crash (pid 7) stopped: store page fault at address 0x0, pc 0x10234 in main+0x34`. If the
/// process has several threads, it says `(pid 7, thread 9)`.
void Factotum::report(const Process& process, const Thread& thread, CrashKind kind, std::uint64_t address) {
    Registers registers;
    const auto read = thread.tcb.read_registers(registers);
    Place where = place_of(process.image->elf, registers.pc, "in");
    if (where.view().empty()) where = place_of(process.image->elf, registers.ra, "called from");
    FixedText<24> which;
    if (process.threads.count > 1) which.add(", thread {}", thread.tid);
    print("{} (pid {}{}) stopped: {}{} {:#x}, pc {:#x}{}\n", process.name_view(), process.pid, which.view(), kind,
          link_word(kind), address, registers.pc, where.view());
    if (read) print_registers(registers);
}

}  // namespace glenda::factotum
