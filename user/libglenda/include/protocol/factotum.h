// SPDX-License-Identifier: MIT
// The Factotum protocol: processes and memory. A client calls slot kSlotFactotum.
//
// The badge of the client's capability identifies the caller, so no method has it as an argument. Methods are numbered
// as in Factotum's design document, section 4. An unknown one returns ServerError::BadRequest. A reply's label is 0 or
// a ServerError.
#pragma once

#include <cstdint>

#include "protocol/processes.h"

namespace glenda {

constexpr std::uint64_t kFactotumProtocol = 0x0100;

/// Labels of requests. Each comment: words and capabilities of the request -> those of the reply.
enum class FactotumMethod : std::uint64_t {
    Spawn = kFactotumProtocol + 1,  // SpawnFlags, priority (0: the caller's), slot map, count of strings, the byte
                                    //   strings (file name, then arguments), with Environment their count and the
                                    //   variables ("NAME=value"), with Limits its words [, tid]; capabilities -> pid;
                                    //   with Wait also the ExitStatus
    Exit,                           // code [, tid] -> never
    Wait,    // pid or -1 for any child, WaitFlags [, tid] -> pid (0: none has ended, with NoHang), ExitStatus
    Kill,    // pid, signal ->
    Fork,    // [tid] -> pid of the child, 0 in the child: a copy of the process with its calling thread alone. Slots 1
             //   to 9 are its own; Console, what was passed, and slots from kSlotFirstFree on are copies, but for
             //   Untyped, PageTable, Reply and IrqHandler
    Sbrk,    // bytes, signed [, tid] -> the new program break
    Mmap,    // address, bytes, MapFlags (0: no access), MmapFlags [, tid] -> address: memory, all zero. With one more
             //   word, an offset in bytes, and a capability of ObjectCreate: that object's memory.
             //   With Frame capabilities of one size -> where they are now, one behind the other: at `address` with
             //   Fixed, else where `bytes` are free from there on. MapFlags 0: ReadWrite
    Munmap,  // address, bytes [, tid] -> : any part of any regions; holes are no error
    ThreadCreate,  // pc, sp, a0, tp -> tid: the thread begins with these registers, and the address of its UTCB in a1
    ThreadExit,    // status [, tid] -> never: the last thread ends the process with this as its exit code
    ThreadJoin,    // tid of another thread [, tid] -> its status, when it has ended: once
    FutexWait,     // address, value, timeout in microseconds or -1 [, tid] -> ; NotReady: the word has another value;
                   //   TimedOut
    FutexWake,     // address, count -> how many of the threads that wait at the word were woken, the first ones first
    Yield,         // -> : the Call itself lets other threads run
    Sleep,         // milliseconds [, tid] -> when they are over
    GetPid,        // -> pid
    GetPpid,       // -> pid of the parent
    Ps,            // -> address of an array of ProcessInfo, read-only, valid until the next Ps; its length. With a
                   //   word, a pid or 0 for all: the same of ThreadInfo
    RequestCap,    // protocol of a service (0x0900), RequestFlags [, tid] -> capability, with the caller's
                   //   client_badge() unless the service has chosen a badge. PermissionDenied: 9Ball has not granted it
                   //   the service; NotFound: it was never there; Broken: it has ended
    // Not in the design document:
    SetExitNotification,                // a Notification capability -> : signalled whenever a child ends
    MemoryInfo,                         // -> MemoryInfo, word for word
    CreateObject,                       // CapType: Endpoint, Notification, Reply or Timer -> its number; a capability
    Mprotect = kFactotumProtocol + 23,  // address, bytes, MapFlags (0: no access) [, tid] -> ; NotFound: a hole
    ObjectCreate,  // pages, ObjectKind -> number; a capability that stands for a memory object: pass it on, map it
    ObjectInfo,    // a capability of ObjectCreate -> ObjectKind, pages, pages that are there
    DeleteObject = kFactotumProtocol + 27,  // number of what CreateObject or ObjectCreate made -> : its capabilities
                                            //   vanish; memory stays as long as it is mapped
    SetAccount,   // pid, pages kept for it, pages that it and its descendants may have at most (0: no limit) -> : by an
                  //   ancestor, or with Grants::Power. NotFound: it has no account of its own (Limits). OutOfMemory:
                  //   less than what is in use, or more than there is
    SetSched,     // pid, SchedClass, nice, slice in microseconds (0: the class's) [, tid] ->
    Exec,         // as Spawn, with Environment alone, priority and slot map 0, no capabilities -> never: the caller's
                  //   process runs that program, with its pid, parent and slots. Its other threads and its memory have
                  //   gone. If it fails, nothing has changed
    EventTake,    // event_bit() of all kinds that are wanted [, tid] -> EventKind, pid, tid,
                  //   CrashKind, address, pc, sp: the next event of a descendant that no nearer
                  //   ancestor takes; with Grants::Power also of all whom no ancestor takes. The
                  //   thread is stopped until EventAnswer. 0 -> : wants no events any more
    EventAnswer,  // pid, tid, EventAction, pc, sp -> : by the taker, or an ancestor. NotFound: it is not stopped
    PagerTake,    // WaitFlags [, tid] -> number of one of the caller's objects with a pager (0: none is wanted, with
                  //   NoHang), page that somebody waits for, how many from there on are missing, at most
                  //   kMostSupplied: each page once
    PagerSupply,  // number, page, count (1 to kMostSupplied), page of the source [, tid]; the source, a capability of
                  //   ObjectCreate -> : copies of the source's pages are the object's from now on, and those that
                  //   waited go on. Exists: one of them is there already
    Offer,        // (9Ball) protocol of a service, Endpoint capability -> : who may have it and asks
                  //   for it gets it. Without one: the service has ended
    Inspect,      // (with Grants::Power) pid, slot -> CapType, Rights, size, badge of what is
                  //   in a slot of a process; NotFound past its last slot. Slot 0 is
                  //   never used: its badge is the process's Grants
    Audit,        // (with Grants::Power) -> 0, or the number of an invariant that is broken
    Household,    // pid -> the number of its household: a service, or a program that a service has started, with all
                  //   that this starts. NoSuchProcess: it has ended
};

/// A call in which a thread waits, or that may take long, has its number (tid) as the last word: a thread waits for one
/// thing at a time, and a second wait with its number ends the first one (Interrupted). Without it, the process's
/// oldest thread is meant. A thread finds its number in Utcb::user.
constexpr unsigned kUtcbTid = 0;

/// Flags of SPAWN.
enum class SpawnFlags : std::uint64_t {
    None = 0,
    Wait = 1,     // reply when the child has ended
    Debug = 2,    // it starts stopped (EventKind::Debug)
    NoMount = 4,  // RFNOMNT: it starts when it has a namespace of its own (EventKind::NoMount). NotSupported: nobody
                  //   gives it one
    Environment = 8,  // the request has variables
    // Bits 8 to 11: log2 of the number of slots of the child's CNode, 6 to 12; 0: 6. See cnode_radix().
    Limits = 16,  // the request ends with three words: pages that are kept for the child, pages that it may have at
                  //   most (0: as the parent), Grants
    Block = 32,   // capability 0 is a memory object with the argument block (glenda/argument_block.h), for texts that
                  //   fit in no message. Of strings there is the file alone, then the block's size in bytes; those for
                  //   the child follow that capability. If the caller has made the object, it is used up
};

constexpr unsigned kMaxTexts = 64;  // in a message: arguments and environment

/// Where the stack of a program ends, and with it the argument block.
constexpr std::uint64_t kProgramStackTop = 0x3f'ff8f'0000;
constexpr std::uint64_t kMaxBlockBytes = 128 * 1024;

constexpr SpawnFlags operator|(SpawnFlags a, SpawnFlags b) { return SpawnFlags(std::uint64_t(a) | std::uint64_t(b)); }
constexpr bool has(SpawnFlags all, SpawnFlags flag) { return (std::uint64_t(all) & std::uint64_t(flag)) != 0; }

constexpr SpawnFlags cnode_radix(unsigned radix) { return SpawnFlags(std::uint64_t{radix} << 8); }
constexpr unsigned cnode_radix_of(SpawnFlags flags) { return (std::uint64_t(flags) >> 8) & 0xf; }

/// What a memory object is made of.
enum class ObjectKind : std::uint64_t {
    Anonymous = 0,  // memory, all zero at first
    Pager = 1,      // its creator brings each page when somebody first touches it (PAGER_TAKE, PAGER_SUPPLY)
};
constexpr std::uint64_t kMostSupplied = 16;  // pages in one PAGER_SUPPLY

/// What a process is for: classes of urgency, for SET_SCHED.
enum class SchedClass : std::uint64_t {
    System,       // serves others: priority 101 to 239, as `nice` says
    Interactive,  // waits for people: 100
    Normal,       // 90 - nice
    Batch,        // works when nobody else does: 40, for 20 ms at a time
};

/// Flags of MMAP.
enum class MmapFlags : std::uint64_t {
    None = 0,
    Shared = 1,    // with the children of FORK, or all who map the object; otherwise what is written stays private
    Fixed = 2,     // exactly at this address, in place of what is there; otherwise Factotum chooses
    Populate = 4,  // with its pages at once, instead of on first access
};
constexpr MmapFlags operator|(MmapFlags a, MmapFlags b) { return MmapFlags(std::uint64_t(a) | std::uint64_t(b)); }
constexpr bool has(MmapFlags all, MmapFlags flag) { return (std::uint64_t(all) & std::uint64_t(flag)) != 0; }

/// What a process may do beyond what everybody may. Nobody can grant more than it has. The other bits are the services
/// that it may request: what its parent may, unless SPAWN said less.
enum class Grants : std::uint64_t {
    None = 0,
    Dma = std::uint64_t{1} << 62,    // give devices to its children, which end when it ends
    Power = std::uint64_t{1} << 63,  // kill any process
    Special = Dma | Power,
    Services = ~std::uint64_t(Special),
    All = ~std::uint64_t{0},
};
constexpr Grants operator|(Grants a, Grants b) { return Grants(std::uint64_t(a) | std::uint64_t(b)); }
/// The right to request the service with this number: its protocol, in hundreds.
constexpr Grants service_grant(unsigned number) { return Grants(std::uint64_t{1} << number); }
constexpr Grants operator&(Grants a, Grants b) { return Grants(std::uint64_t(a) & std::uint64_t(b)); }
constexpr bool has(Grants held, Grants wanted) { return (held & wanted) == wanted; }

/// The badge of a service's client: who it is, and which of the services 9 to 16 it may have. Those are the classes of
/// devices (protocol/unicorn.h), so that Unicorn, which hands them all out, knows whom it may give which.
///   63     40 39      32 31    0
///  +---------+----------+-------+
///  |    0    | classes  |  pid  |
///  +---------+----------+-------+
constexpr std::uint64_t client_badge(std::uint32_t pid, Grants grants) {
    return pid | (std::uint64_t(grants) >> 9 & 0xff) << 32;
}
constexpr std::uint32_t pid_of_client(std::uint64_t badge) { return std::uint32_t(badge); }
constexpr Grants classes_of_client(std::uint64_t badge) { return Grants((badge >> 32 & 0xff) << 9); }

/// The slot map of SPAWN: byte i is the child's slot for capability i; 0 means kSlotPassed + i. Allowed are slots 6
/// (9Ball), 7 (stdio), 10 (Console) and 16-19 (glenda/slots.h). If slot 6 is not in the map, it gets 9Ball's endpoint
/// with the child's pid as badge. Slot 7 is then inherited from the parent. Other slots stay empty.
constexpr std::uint64_t slot_map(unsigned first, unsigned second = 0, unsigned third = 0, unsigned fourth = 0) {
    return first | std::uint64_t{second} << 8 | std::uint64_t{third} << 16 | std::uint64_t{fourth} << 24;
}

enum class RequestFlags : std::uint64_t { None = 0, Wait = 1 };  // Wait: until it is offered

/// As the timeout of FUTEX_WAIT.
constexpr std::int64_t kNoTimeout = -1;
/// FUTEX_WAKE wakes at most so many at once, so that nobody else waits long. Who wants more asks again.
constexpr std::uint64_t kMostWoken = 32;

enum class WaitFlags : std::uint64_t { None = 0, NoHang = 1 };

constexpr std::int64_t kAnyChild = -1;
constexpr std::uint32_t kNineballPid = 1;  // the root of the process tree; adopts orphans
constexpr std::uint32_t kFactotumPid = 2;

}  // namespace glenda
