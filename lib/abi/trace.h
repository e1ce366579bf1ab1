// SPDX-License-Identifier: MIT
// The kernel's trace: the most recent events, 32 bytes each, and how long system calls took.
//
// Events are numbered from 0 in the order in which they happened, over all harts. The kernel keeps the newest
// kTraceEvents. Numbers are never reused, so a gap tells a reader how many events were lost.
// Handout: reference/kernel-abi.md, "The trace".
#pragma once

#include <cstddef>
#include <cstdint>

namespace glenda {

constexpr unsigned kTraceEvents = 2048;   // that the kernel keeps
constexpr unsigned kMaxTraceRead = 29;    // that one TraceRead returns
constexpr unsigned kTraceTypeShift = 8;   // Syscall: where the CapType is in `detail`
constexpr unsigned kTraceCauseShift = 8;  // Fault: where `scause` is

/// The kind of an event. The comments explain its `thread`, `detail`, `first` and `second`.
enum class TraceKind : std::uint8_t {
    Syscall =
        1,      // thread made a system call. detail: -Syscall, 0 if it is none | CapType of a0's; first a0, second tag
    Refused,    // thread's call was refused at once. detail: Error
    Message,    // thread's message, or fault, was received. first: by which thread; second: the tag that it gets
    Reply,      // thread replied. first: to whom, a caller or a faulting thread; second: the tag of the reply
    Signal,     // a notification was signalled while thread was current. first: who got it, 0 nobody; second: bits
    Fault,      // thread did what it cannot. detail: FaultKind | `scause`; first: pc; second: address, or a7
    Interrupt,  // thread was interrupted. detail: TraceInterrupt, ORed; first: pc
    Device,     // a device interrupted. first: its interrupt's number
    Switch,     // thread ran no more. detail: its ThreadState; first: who runs now
};

/// The source of an interrupt.
enum class TraceInterrupt : std::uint16_t { Hart = 1, Timer = 2, Device = 4 };

/// The argument of TraceControl.
enum class TraceCommand : std::uint64_t { Stop, Start, Clear };

struct TraceEvent {
    std::uint64_t cycle;  // the `cycle` CSR of the hart
    TraceKind kind;
    std::uint8_t hart;  // index
    std::uint16_t detail;
    std::uint32_t thread;  // its number, as in Tcb::Info; 0: the hart was idle
    std::uint64_t first;
    std::uint64_t second;
};
static_assert(sizeof(TraceEvent) == 32 && offsetof(TraceEvent, thread) == 12);

/// The enumerator's name; "?" for a number that is not a kind.
const char* name_of(TraceKind kind);

}  // namespace glenda
