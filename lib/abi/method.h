// SPDX-License-Identifier: MIT
// The methods of kernel objects: the labels of a Call on the object's capability.
//
// Each line lists the words of the request and, after "->", those of the reply. A `cptr` is looked up in the caller's
// CSpace. If the call fails, the reply's tag has the error flag and an Error as its label; otherwise its label is 0.
// "CNode, index" names a slot by its index in that CNode.
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
///   63                16 15       8 7      0
///  +--------------------+----------+--------+
///  |        count       |size_bits |  type  |   size_bits: Untyped, Frame: log2 bytes; CNode: log2 slots; else 0
///  +--------------------+----------+--------+
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
    Delete,    // index -> : succeeds for an empty slot too
    Revoke,    // index -> : delete everything derived from the capability, but not the capability
    Info,      // index -> type, rights, size_bits, badge (Endpoint, Notification) or address mapped at (Frame)
    Same,      // index, other CNode cptr, other index -> 1 if both capabilities lead to one object, else 0
};

enum class TcbMethod : std::uint64_t {
    Configure = 1,       // CSpace cptr, VSpace cptr, UTCB frame cptr, UTCB address, fault handler cptr; 0 leaves as is
    SetPriority,         // (and Grant) priority, maximum controlled priority; both <= the caller's maximum
    WriteRegisters,      // first register, values... -> ; 0 is pc, n is xn; the thread must be Inactive
    ReadRegisters,       // -> 32 words: pc, x1 ... x31
    Resume,              // -> : start or resume a suspended thread
    Suspend,             // -> : stop the thread and cancel its wait
    BindNotification,    // Notification cptr -> : the thread's Recv from an endpoint also receives its signals
    UnbindNotification,  // ->
    SetAffinity,         // (and Grant) hart number ->
    SetTimeSlice,        // (and Grant) microseconds, 1,000 to 1,000,000 -> : whole ticks, rounded down
    SetName,             // up to 15 characters in two words ->
    Info,  // -> ThreadState, priority, maximum controlled priority, hart, ticks (1 ms) run, number in the trace
    CopyRegisters,  // source Tcb cptr -> : all of them, with floating point; the thread must be Inactive
};

enum class FrameMethod : std::uint64_t {
    Map = 1,  // VSpace cptr, address, MapFlags, [count] -> : with a count (<= kMaxRunLength) the frames that so many
              // consecutive pointers lead to, one behind the other, all or none
    Unmap,    // ->
    Protect,  // MapFlags -> : change the rights of the mapping
    Info,     // -> physical address, size_bits, address mapped at or 0
};

/// How a frame is mapped. Write needs the Write right of the capability; Write and Execute together are refused.
/// Replace: the mapping that the capability has, and a page of 4 KiB at the address, end first.
enum class MapFlags : std::uint64_t { Read = 1, Write = 2, Execute = 4, Replace = 8, ReadWrite = 3, ReadExecute = 5 };
constexpr MapFlags operator|(MapFlags a, MapFlags b) { return MapFlags(std::uint64_t(a) | std::uint64_t(b)); }

enum class PageTableMethod : std::uint64_t {
    Map = 1,  // VSpace cptr, address -> : becomes the highest missing table on the path to the address
    Unmap,    // ->
};

enum class VSpaceMethod : std::uint64_t {
    Info = 1,  // address -> physical address, MapFlags, size_bits of the mapping; NotMapped if none
    Unmap,     // address, pages (bits 32 and up: already done) -> : whoever mapped them; holes are no error
    Protect,   // address, pages (as above), MapFlags -> : the mappings keep at most these rights
};

enum class TimerMethod : std::uint64_t {
    Bind = 1,  // Notification cptr -> : signalled, with that capability's badge, at the deadline
    Arm,       // deadline, in ticks of the `time` CSR ->
    Cancel,    // ->
};

enum class IrqControlMethod : std::uint64_t {
    Claim = 1,  // interrupt number, CNode cptr, index -> : makes an IrqHandler; Busy if already claimed
};

enum class IrqHandlerMethod : std::uint64_t {
    Bind = 1,  // Notification cptr -> : unmask; signalled with that capability's badge
    Ack,       // -> : unmask after an interrupt has been handled
    Unbind,    // -> : mask
};

enum class ConsoleMethod : std::uint64_t {
    Write = 1,  // length in bytes (0 to 952; bits 32 and up: already written), bytes... ->
};

enum class MachineMethod : std::uint64_t {
    Shutdown = 1,  // does not return
    Reboot,        // does not return
    DumpThread,    // Tcb cptr, [first line] -> : state and registers, in 10 lines on the console
    Counter,       // KernelCounter -> its value since boot, over all harts
    FastPath,      // 0 off, 1 on -> the previous setting
    Check,         // -> 0 if all kernel invariants hold, else 1; the console says which does not
    TraceControl,  // TraceCommand -> number of the next event, whether the trace was on
    TraceRead,     // event number -> number of the first event returned, number to read next, events...
    SyscallTimes,  // Syscall -> calls while the trace was on, cycles in total, cycles of the longest
};

/// What the kernel counts.
enum class KernelCounter : std::uint64_t {
    Syscalls,     // that did not take the fast path
    Faults,       // raised, handled or not
    Interrupts,   // entries because of an interrupt
    Switches,     // to another thread, except on the fast path
    Preemptions,  // long operations that stopped at a preemption point
    Count,
};

/// What a thread is doing.
enum class ThreadState : std::uint8_t {
    Inactive = 0,  // never started, suspended, or stopped by an unhandled fault
    Ready,         // running, or waiting for its turn
    BlockedSend,   // waiting on an endpoint to send
    BlockedRecv,   // waiting on an endpoint or notification to receive
    BlockedCall,   // waiting to send a Call, or for the reply
    BlockedFault,  // waiting for its fault handler, to receive or to reply
    Idle,          // kernel only
};

}  // namespace glenda
