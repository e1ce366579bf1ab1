// SPDX-License-Identifier: MIT
// A thread: how code executes. What it can reach lies in its CSpace and VSpace, which it refers to and can share.
//
// The registers come first: `sscratch` holds the address of the running thread, and trap.S saves into it. A Tcb holds
// capabilities of its own, in slots that are nodes of the derivation tree like any other: revoking a CSpace takes it
// from the threads that use it. Handout: reference/kernel-design.md, "Threads".
#pragma once

#include "abi/fault.h"
#include "abi/message.h"
#include "abi/method.h"
#include "arch/registers.h"
#include "cap/cnode.h"
#include "arch/page_table.h"

namespace glenda {

class Hart;
struct Tcb;
struct Endpoint;
struct Notification;
struct Reply;

/// Neighbours in the one queue a thread can stand in: a ready queue, or that of an endpoint or notification.
struct QueueLinks {
    Tcb* next = nullptr;
    Tcb* previous = nullptr;
};

/// What a sender brings to the rendezvous: the capability that it used may be gone by then.
struct PendingSend {
    Badge badge = 0;
    bool can_grant = false;
    bool wants_reply = false;
};

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
    VirtAddr utcb_address;   // where the thread sees it
    ThreadState state = ThreadState::Inactive;
    std::uint8_t priority = 0;
    std::uint8_t max_priority = 0;  // the highest that it may give to others
    bool is_queued = false;         // stands in a ready queue
    std::uint32_t slice = 0;        // how long a turn is, in ticks of the timebase
    std::uint64_t run_time = 0;     // how long it has run, in ticks of the timebase, up to when it last stopped running
    std::uint64_t turn_end = 0;     // what `run_time` will be when its turn is over
    QueueLinks links;
    Slot* slots = nullptr;         // of its CSpace, where CPtrs are just slot numbers: the fast path looks here first
    std::uint64_t slot_count = 0;  // how many; 0 where they are not

    // What it waits for.
    PendingSend pending;                   // BlockedSend, BlockedCall, BlockedFault: while in an endpoint's queue
    Fault fault;                           // BlockedFault
    Endpoint* endpoint = nullptr;          // in whose queue it stands
    Notification* notification = nullptr;  // in whose queue it stands
    Reply* reply = nullptr;                // a caller: what holds it; a receiver: what it brought for the next caller

    char name[16] = {};  // for people

    FpuRegisters fpu;

    // Its capabilities.
    Slot cspace, vspace, utcb_frame, fault_handler, bound_notification;

    /// Word `n` of the thread's message, which has as many: a long one was checked to have a UTCB when it came.
    std::uint64_t word(unsigned n) const { return n < kRegisterWords ? registers.a(2 + n) : utcb->words[n]; }
    /// Words past the registers are dropped where there is no UTCB.
    void set_word(unsigned n, std::uint64_t value) {
        if (n < kRegisterWords)
            registers.a(2 + n) = value;
        else if (utcb != nullptr)
            utcb->words[n] = value;
    }
    Tag tag() const { return Tag(registers.a(1)); }
    void set_tag(Tag tag) { registers.a(1) = tag.raw(); }
};
static_assert(sizeof(Tcb) == 1u << kTcbBits);
static_assert(offsetof(Tcb, registers) == 0 && offsetof(Tcb, hart) == 256);

/// The slot that `pointer` names in the thread's CSpace, or null; it may be empty.
inline Slot* find_slot(const Tcb& tcb, CPtr pointer) { return find_slot(tcb.cspace.cap, pointer); }

/// Call after a change of the thread's CSpace.
inline void note_cspace(Tcb& tcb) {
    tcb.slots = slots_of(tcb.cspace.cap);
    tcb.slot_count = plain_pointers(tcb.cspace.cap);
}

/// A number that no other living thread has, as the trace and Tcb::Info tell it; 0 for the idle one of a hart.
inline std::uint32_t number_of(const Tcb& tcb) {
    return tcb.state == ThreadState::Idle ? 0 : static_cast<std::uint32_t>(to_physical(&tcb).value >> kTcbBits);
}
static_assert(kDirectMapSize >> kTcbBits <= std::uint64_t{1} << 32);

/// The thread one of whose capabilities stands in `slot` (CapFlags::InTcb).
inline Tcb& tcb_around(Slot& slot) {
    return *reinterpret_cast<Tcb*>(reinterpret_cast<std::uintptr_t>(&slot) & ~mask(kTcbBits));
}

}  // namespace glenda
