// SPDX-License-Identifier: MIT
// A thread: the registers of running code, and what it takes to schedule it. What it can reach lies in its CSpace and
// VSpace, to which it refers and which it can share.
//
// The registers come first: `sscratch` holds the address of the running thread, and trap.S saves into it. A Tcb holds
// capabilities of its own, in slots that are nodes of the derivation tree like any other. So revoking a CSpace takes it
// away from the threads that use it. Invariant: `slots`, `slot_count`, `utcb` and `satp` follow from those slots, and
// change together with them. Handout: reference/kernel-design.md, "Threads".
#pragma once

#include "abi/fault.h"
#include "abi/message.h"
#include "abi/method.h"
#include "arch/page_table.h"
#include "arch/registers.h"
#include "cap/cnode.h"

namespace glenda {

struct Hart;
struct Tcb;
struct Endpoint;
struct Notification;
struct Reply;

/// Neighbours in the one queue that the thread can be in: a ready queue, or that of an endpoint or a notification.
struct QueueLinks {
    Tcb* next = nullptr;
    Tcb* previous = nullptr;
};

/// What a blocked sender's capability said. It is copied when the send begins, because the capability may have been
/// deleted when a receiver comes.
struct PendingSend {
    Badge badge = 0;
    bool can_grant = false;
    bool wants_reply = false;
};

/// What the thread did that it must not. `address` is `stval`; both numbers are 0 for a fault that the kernel detects.
struct Fault {
    FaultKind kind{};
    std::uint64_t address = 0;
    std::uint64_t cause = 0;  // `scause`
};

struct alignas(1u << kTcbBits) Tcb {
    Registers registers;

    // What a switch to this thread needs.
    Hart* hart = nullptr;    // where it runs; trap.S finds the kernel stack below it
    std::uint64_t satp = 0;  // its address space, or the kernel's own
    Utcb* utcb = nullptr;    // in the direct map, null if none
    VirtAddr utcb_address;   // the address at which the thread sees it
    ThreadState state = ThreadState::Inactive;
    std::uint8_t priority = 0;
    std::uint8_t max_priority = 0;  // the highest priority that it may give to a thread
    bool is_queued = false;         // is in a ready queue
    std::uint32_t slice = 0;        // how long a turn is, in ticks of the timebase
    std::uint64_t run_time = 0;     // how long it has run, in ticks of the timebase, up to when it last stopped running
    std::uint64_t turn_end = 0;     // what `run_time` will be when its turn is over
    QueueLinks links;
    Slot* slots = nullptr;         // of its CSpace: a shortcut for the fast path, if `slot_count` allows it
    std::uint64_t slot_count = 0;  // pointers below it are slot numbers; 0 if they are anything else

    // What it waits for.
    PendingSend pending;                   // BlockedSend, BlockedCall, BlockedFault: while in an endpoint's queue
    Fault fault;                           // BlockedFault
    Endpoint* endpoint = nullptr;          // the one in whose queue it is
    Notification* notification = nullptr;  // the one in whose queue it is
    Reply* reply = nullptr;                // a caller: the one that it waits in; a receiver: the one that it brought

    char name[16] = {};  // for people to read; the kernel does not use it

    FpuRegisters fpu;

    // Its capabilities.
    Slot cspace, vspace, utcb_frame, fault_handler, bound_notification;

    /// Returns word `n` of the thread's message. Precondition: `n` is below the message's length, which check_message()
    /// has compared with what the thread has: a message longer than the registers implies a UTCB.
    std::uint64_t word(unsigned n) const { return n < kRegisterWords ? registers.a(2 + n) : utcb->words[n]; }
    /// Sets word `n` of the thread's message. A word past the registers is dropped if the thread has no UTCB.
    void set_word(unsigned n, std::uint64_t value) {
        if (n < kRegisterWords)
            registers.a(2 + n) = value;
        else if (utcb != nullptr)
            utcb->words[n] = value;
    }
    /// The tag of the thread's message, in a1.
    Tag tag() const { return Tag(registers.a(1)); }
    void set_tag(Tag tag) { registers.a(1) = tag.raw(); }
};
static_assert(sizeof(Tcb) == 1u << kTcbBits);
static_assert(offsetof(Tcb, registers) == 0 && offsetof(Tcb, hart) == 256);

/// Returns the slot that `pointer` names in the thread's CSpace, or null. It may be empty.
inline Slot* find_slot(const Tcb& tcb, CPtr pointer) { return find_slot(tcb.cspace.cap, pointer); }

/// Updates what the Tcb caches of its CSpace. Call it whenever `tcb.cspace` has been filled.
inline void note_cspace(Tcb& tcb) {
    tcb.slots = slots_of(tcb.cspace.cap);
    tcb.slot_count = plain_pointers(tcb.cspace.cap);
}

/// Returns the thread's number, as the trace and Tcb::Info report it: its physical address in units of a Tcb, so no
/// other living thread has it. A later thread in the same memory gets the same number. The idle thread of every hart
/// has 0.
inline std::uint32_t number_of(const Tcb& tcb) {
    return tcb.state == ThreadState::Idle ? 0 : static_cast<std::uint32_t>(to_physical(&tcb).value >> kTcbBits);
}
static_assert(kDirectMapSize >> kTcbBits <= std::uint64_t{1} << 32);

/// Returns the thread of which `slot` is a part. Precondition: its capability has CapFlags::InTcb. A Tcb is aligned to
/// its size, so clearing the lower bits of the address leads to its beginning.
inline Tcb& tcb_around(Slot& slot) {
    return *reinterpret_cast<Tcb*>(reinterpret_cast<std::uintptr_t>(&slot) & ~mask(kTcbBits));
}

}  // namespace glenda
