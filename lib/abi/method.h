// SPDX-License-Identifier: MIT
// The methods of kernel objects: the labels of a Call on the object's capability.
//
// Each line lists the words of the request and, after "->", those of the reply. A `cptr` is looked up in the caller's
// CSpace. If the call fails, the reply's tag has the error flag and an Error as its label; otherwise its label is 0.
// "CNode, index" names a slot by its index in that CNode.
// Handout: reference/kernel-abi.md, "Methods".
#pragma once

#include <cstdint>

namespace glenda {

enum class UntypedMethod : std::uint64_t {
    Retype = 1,  // RetypeKind word, CNode cptr, first index, offset -> : make objects in consecutive empty slots.
                 // offset, for device memory only: where in the Untyped the first object starts; 0: next free
    Info,        // -> physical address, size_bits, bytes used (watermark), 1 if device
};

/// The first word of Retype: what to make, how large, how many.
///   63       32 31     16 15       8 7      0
///  +-----------+---------+----------+--------+
///  |     0     |  count  |size_bits |  type  |   size_bits: Untyped, Frame: log2 bytes; CNode: log2 slots; else 0
///  +-----------+---------+----------+--------+
constexpr std::uint64_t retype_kind(unsigned type, unsigned size_bits, unsigned count) {
    return std::uint64_t{count} << 16 | size_bits << 8 | type;
}

enum class CNodeMethod : std::uint64_t {  // the invoked CNode is the destination
    Copy = 1,  // index, source CNode cptr, source index, rights -> : a child of the source; its rights are masked
    Mint,      // index, source CNode cptr, source index, rights, badge -> ; for a CNode guard and guard bits instead
    Move,      // index, source CNode cptr, source index ->
    Delete,    // index -> : succeeds for an empty slot too
    Revoke,    // index -> : delete everything derived from the capability, but not the capability
    Info,      // index -> type, rights, size_bits, badge (Endpoint, Notification) or address mapped at (Frame)
};

enum class TcbMethod : std::uint64_t {
    Configure = 1,       // CSpace cptr, VSpace cptr, UTCB frame cptr, UTCB address, fault handler cptr; 0: unchanged
    SetPriority,         // priority, maximum controlled priority; both <= the caller's maximum
    WriteRegisters,      // first register, values... -> ; 0 is pc, n is xn; the thread must be Inactive
    ReadRegisters,       // -> 32 words: pc, x1 ... x31
    Resume,              // -> : start or resume a suspended thread
    Suspend,             // -> : stop the thread and cancel its wait
    BindNotification,    // Notification cptr -> : the thread's Recv from an endpoint also receives its signals
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

/// How a frame is mapped. Write requires the capability's Write right. Write and Execute together are an error.
enum class MapFlags : std::uint64_t { Read = 1, Write = 2, Execute = 4, ReadWrite = 3, ReadExecute = 5 };

enum class PageTableMethod : std::uint64_t {
    Map = 1,  // VSpace cptr, address -> : becomes the highest missing table on the path to the address
    Unmap,    // ->
};

enum class VSpaceMethod : std::uint64_t {
    Info = 1,  // address -> physical address, MapFlags, size_bits of the mapping; NotMapped if none
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
    DumpThread,    // Tcb cptr -> : state and registers on the console
    Counter,       // KernelCounter -> its value since boot, over all harts
    FastPath,      // 0 off, 1 on -> the previous setting
    Check,         // -> 0 if all kernel invariants hold, else 1; the console says which does not
    TraceControl,  // TraceCommand -> number of the next event, whether the trace was on
    TraceRead,     // event number -> number of the first event returned, number to read next, events...
    SyscallTimes,  // Syscall -> calls while the trace was on, cycles in total, cycles of the longest
};

/// What the kernel counts.
enum class KernelCounter : std::uint64_t {
    FastPaths,    // system calls and faults that took the fast path
    Syscalls,     // other system calls
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
