// SPDX-License-Identifier: MIT
// What lab2_configuring.cc calls Configure and Resume in: two harts, a caller on one and a thread on the other, and the
// rest of the kernel, which notes what it is asked for. To be included once.
#pragma once

#include <algorithm>
#include <vector>

#include "call/destroy.h"
#include "call/request.h"
#include "ipc/endpoint.h"
#include "ipc/notification.h"
#include "mem/address_spaces.h"
#include "sched/big_lock.h"
#include "sched/clock.h"
#include "sched/fpu.h"
#include "sched/requests.h"
#include "sched/schedule.h"
#include "tree.h"

namespace glenda {

namespace host {

namespace {

constexpr std::uint64_t kKernelSatp = 0x8000'0000'0000'0001;
constexpr unsigned kRadix = 5;

Hart here{.index = 0, .hardware = 4}, there{.index = 1, .hardware = 9};  // the firmware's numbers are others
Tcb caller, thread;
std::vector<std::uint64_t> loaded;   // values that a hart has got in satp
std::vector<const Slot*> deleted;    // slots that were emptied
const Slot* preempted_at = nullptr;  // deleting it comes to no end

/// The pointers by which the caller names what is in its CSpace.
enum : CPtr { kSelf = 1, kThread, kCNode, kVSpace, kPage, kHandler, kOther };  // kOther: and 3 to 6 once more

alignas(64) Slot slots[1 << kRadix], cnodes[2][1 << kRadix];
alignas(kPageSize) PageTable roots[2];
alignas(kPageSize) std::byte pages[2][kPageSize];
Endpoint endpoints[2];

}  // namespace
}  // namespace host

// What invoke_tcb.cc needs from the rest of the kernel. Nobody waits for anything here.
constinit Hart* executing_hart = nullptr;
constinit Hart* harts[kMaxHarts] = {};
constinit unsigned hart_count = 2;
constinit std::uint64_t kernel_satp = host::kKernelSatp;
constinit BigLock big_lock;
constinit Trace trace;
void Trace::switched(const Tcb&, const Tcb&) {}
void set_next_interrupt(const Hart&) {}
void cancel_wait(Tcb&) {}
void signal(Notification&, std::uint64_t) {}
void release_fpu(Tcb&) {}
void save_fpu(Hart&) {}
Progress revoke_slot(Slot&) { return Progress::Done; }
Progress reap_zombies() { return Progress::Done; }

/// As in destroy.cc: a Tcb forgets what it cached. The tree is no matter here.
Progress delete_slot(Slot& slot) {
    host::deleted.push_back(&slot);
    if (&slot == host::preempted_at) return Progress::Preempted;
    Tcb& tcb = host::thread;
    if (slot.is_empty()) return Progress::Done;
    if (&slot == &tcb.cspace) tcb.slot_count = 0;
    if (&slot == &tcb.utcb_frame) tcb.utcb = nullptr;
    if (&slot == &tcb.vspace) change_address_space(tcb, kernel_satp);
    std::destroy_at(&slot);
    std::construct_at(&slot);
    return Progress::Done;
}

namespace arch {

constinit std::uint64_t this_hart = 0;
std::uint64_t now() { return 0; }
void set_address_space(std::uint64_t satp) { host::loaded.push_back(satp); }
void fpu_enable() {}
void fpu_disable() {}
bool interrupt_pending() { return false; }
/// The other hart does at once what it is asked for.
void send_ipi(std::uint64_t) { serve_request(host::there); }
void flush_page(VirtAddr, unsigned, HartSet) {}
void flush_space(unsigned, HartSet) {}
void flush_instructions(HartSet) {}

}  // namespace arch

namespace host {

namespace {

void give(CPtr slot, CapType type, void* object, unsigned size_bits = 0, std::uint64_t space = 0) {
    Capability cap = capability(type, Rights::All, object);
    cap.size_bits = static_cast<std::uint8_t>(size_bits);
    if (type == CapType::CNode) cap.guard_bits = default_guard_bits(size_bits);
    if (type == CapType::VSpace) cap.space = space;
    slots[slot].fill_as_root(cap);
}

template <typename T>
void renew(T& object) {
    std::destroy_at(&object);
    std::construct_at(&object);
}

/// The caller runs on `here`. The thread belongs to `there` and has been given nothing yet.
void begin() {
    for (Slot& slot : slots) renew(slot);
    renew(caller);
    renew(thread);
    renew(address_spaces);
    harts[0] = executing_hart = &here;
    harts[1] = &there;
    for (Hart* hart : harts) {
        if (hart == nullptr) continue;
        hart->current = &hart->idle;
        hart->satp = hart->idle.satp = kKernelSatp;
        hart->idle.state = ThreadState::Idle;
        renew(hart->ready);
    }
    for (Tcb* tcb : {&caller, &thread}) tcb->satp = kKernelSatp;
    caller.hart = &here;
    caller.state = ThreadState::Ready;
    here.current = &caller;
    thread.hart = &there;
    give(kSelf, CapType::CNode, slots, kRadix);
    caller.cspace.cap = slots[kSelf].cap;
    give(kThread, CapType::Tcb, &thread);
    for (unsigned i = 0; i < 2; i++) {
        const CPtr first = i == 0 ? kCNode : kOther;
        give(first, CapType::CNode, cnodes[i], kRadix);
        give(first + 1, CapType::VSpace, &roots[i], 0, *address_spaces.add(&roots[i]));
        give(first + 2, CapType::Frame, pages[i], kFrameBits);
        give(first + 3, CapType::Endpoint, &endpoints[i]);
    }
    loaded.clear();
    deleted.clear();
    preempted_at = nullptr;
}

Outcome invoke(TcbMethod method, std::initializer_list<std::uint64_t> words) {
    static Utcb utcb;
    caller.utcb = &utcb;
    unsigned n = 0;
    for (const std::uint64_t word : words) caller.set_word(n++, word);
    return invoke_tcb(Request{caller, slots[kThread], Tag(std::uint64_t(method), n)});
}
Outcome configure(CPtr cspace, CPtr vspace, CPtr utcb = 0, std::uint64_t address = 0, CPtr handler = 0) {
    return invoke(TcbMethod::Configure, {cspace, vspace, utcb, address, handler});
}
bool is_done(const Outcome& outcome) { return outcome.kind() == Outcome::Kind::Done; }

}  // namespace
}  // namespace host
}  // namespace glenda
