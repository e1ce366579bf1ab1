// SPDX-License-Identifier: MIT
// The methods of kernel objects: labels of a Call on the object's capability.
//
// Each line lists the words of the request, in order, then those of the answer. `cptr` words are looked up in the
// CSpace of the caller. The answer's tag has the error flag and an Error as its label when the kernel refuses;
// else its label is 0. "CNode, index" names a slot: the index counts the slots of that one CNode.
// Handout: reference/kernel-abi.md, "Methods".
#pragma once

#include <cstdint>

#include "abi/object.h"

namespace glenda {

enum class UntypedMethod : std::uint64_t {
    Retype = 1,  // RetypeKind, CNode cptr, first index, offset -> : make objects in consecutive empty slots.
                 // offset: device memory only; bytes into the Untyped where the first object lies, 0: the next free
    Info,        // -> physical address, size_bits, bytes used (watermark), 1 if device
};

/// The first word of Retype: what to make, how large, how many.
///   63                 16 15       8 7      0
///  +-----------+---------+----------+--------+
///  |         count       |size_bits |  type  |   size_bits: Untyped, Frame: log2 bytes; CNode: log2 slots; else 0
///  +-----------+---------+----------+--------+
struct RetypeKind {
    CapType type;
    std::uint8_t size_bits;
    std::uint64_t count;

    constexpr std::uint64_t encode() const {
        return count << kCountShift | std::uint64_t{size_bits} << kSizeShift | std::uint64_t(type);
    }
    static constexpr RetypeKind decode(std::uint64_t word) {
        return {CapType(word & 0xff), std::uint8_t(word >> kSizeShift), word >> kCountShift};
    }
    constexpr bool operator==(const RetypeKind&) const = default;

    static constexpr unsigned kSizeShift = 8;
    static constexpr unsigned kCountShift = 16;
};
static_assert(RetypeKind::decode(RetypeKind{CapType::Frame, 21, 64}.encode()) == RetypeKind{CapType::Frame, 21, 64});

enum class CNodeMethod : std::uint64_t {  // the invoked CNode is the destination
    Copy = 1,  // index, source CNode cptr, source index, rights, [count] -> : a child of the source, with the rights
               // that both have; with a count (<= kMaxRunLength) so many consecutive slots, all or none
    Mint,      // index, source CNode cptr, source index, rights, badge -> ; of a CNode: guard and guard bits instead
    Move,      // index, source CNode cptr, source index ->
    Delete,    // index -> : empty already is success
    Revoke,    // index -> : delete everything derived from the capability; it stays
    Info,      // index -> type, rights, size_bits, badge (Endpoint, Notification) or address mapped at (Frame)
    Same,      // index, other CNode cptr, other index -> 1 if both capabilities lead to one object, else 0
};

enum class TcbMethod : std::uint64_t {
    Configure = 1,       // CSpace cptr, VSpace cptr, UTCB frame cptr, UTCB address, fault handler cptr; 0 leaves as is
    SetPriority,         // priority, maximum controlled priority; both <= the caller's maximum
    WriteRegisters,      // first register, values... -> ; 0 is pc, n is xn; the thread must be Inactive
    ReadRegisters,       // -> 32 words: pc, x1 ... x31
    Resume,              // -> : make a suspended thread run (again)
    Suspend,             // -> : stop it where it is; a wait is cancelled
    BindNotification,    // Notification cptr -> : the thread's Recv from endpoints also takes its signals
    UnbindNotification,  // ->
    SetAffinity,         // hart number ->
    SetTimeSlice,        // microseconds, 1,000 to 1,000,000 -> : whole ticks, rounded down
    SetName,             // up to 15 characters in two words ->
    Info,  // -> ThreadState, priority, maximum controlled priority, hart, ticks (1 ms) run, number in the trace
};

enum class FrameMethod : std::uint64_t {
    Map = 1,  // VSpace cptr, address, MapFlags ->
    Unmap,    // ->
    Protect,  // MapFlags -> : change the rights of the mapping
    Info,     // -> physical address, size_bits, address mapped at or 0
};

/// How a frame is mapped. Write needs the Write right of the capability; Write and Execute together are refused.
enum class MapFlags : std::uint64_t { Read = 1, Write = 2, Execute = 4, ReadWrite = 3, ReadExecute = 5 };

enum class PageTableMethod : std::uint64_t {
    Map = 1,  // VSpace cptr, address -> : becomes the highest table that is missing there
    Unmap,    // ->
};

enum class VSpaceMethod : std::uint64_t {
    Info = 1,  // address -> physical address, MapFlags, size_bits of the mapping; NotMapped if none
};

enum class TimerMethod : std::uint64_t {
    Bind = 1,  // Notification cptr -> : signalled, with that capability's badge, at the deadline
    Arm,       // deadline in ticks of the `time` CSR ->
    Cancel,    // ->
};

enum class IrqControlMethod : std::uint64_t {
    Claim = 1,  // interrupt number, CNode cptr, index -> : an IrqHandler; Busy if it has been claimed
};

enum class IrqHandlerMethod : std::uint64_t {
    Bind = 1,  // Notification cptr -> : unmask; signalled with that capability's badge
    Ack,       // -> : done with the last one, unmask
    Unbind,    // -> : mask
};

enum class ConsoleMethod : std::uint64_t {
    Write = 1,  // length in bytes (0 to 952; bits 32 and up: already written), bytes... ->
};

enum class MachineMethod : std::uint64_t {
    Shutdown = 1,  // does not return
    Reboot,        // does not return
    DumpThread,    // Tcb cptr -> : state and registers on the console
    Counter,       // KernelCounter -> how often since boot, on all harts
    FastPath,      // 0 off, 1 on -> the old setting: for tests of the slow path
    Check,         // -> 0 if all invariants of the kernel hold, else 1, and the console says which does not
    TraceControl,  // TraceCommand -> number of the next event, 1 if the trace was on
    TraceRead,     // number of an event -> number of the first that is kept from there on, the next to read, events...
    SyscallTimes,  // Syscall -> how often while the trace was on, cycles altogether, cycles of the longest
};

/// What the kernel counts.
enum class KernelCounter : std::uint64_t {
    Syscalls,     // that did not take the fast path
    Faults,       // raised, handled or not
    Interrupts,   // entries for an interrupt
    Switches,     // to another thread, not on the fast path
    Preemptions,  // long operations that stopped at a preemption point
    Count,
};

/// What a thread is doing.
enum class ThreadState : std::uint8_t {
    Inactive = 0,  // never started, suspended, or stopped by an unhandled fault
    Ready,         // running, or waiting for its turn
    BlockedSend,   // on an endpoint, with a message
    BlockedRecv,   // on an endpoint or notification, for a message
    BlockedCall,   // sent or about to send; waits for the reply
    BlockedFault,  // its fault handler has been told, or is about to be
    Idle,          // kernel only
};

}  // namespace glenda
