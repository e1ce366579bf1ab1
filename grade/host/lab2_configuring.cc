// SPDX-License-Identifier: MIT
// What Configure and Resume do to a Tcb: what a thread caches must follow from its slots, whoever is running.
//
// A thread that runs well enough may still use a shortcut that is missing, or a space that no hart flushes. So here the
// calls come from a caller whose CSpace is one CNode, and everything that they change is looked at.
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

std::uint64_t satp_in(const Slot& vspace) {
    return vspace.is_empty() ? kKernelSatp : satp_of(to_physical(vspace.cap.object), asid_of(vspace.cap.space));
}

#define EXPECT_HOLDS(held, pointer) EXPECT(!(held).is_empty() && (held).cap.same_object(slots[pointer].cap))

/// What the Tcb caches is what its slots say.
#define EXPECT_CACHES()                                                                                 \
    do {                                                                                                \
        EXPECT_EQ(thread.satp, satp_in(thread.vspace));                                                 \
        EXPECT(thread.utcb == (thread.utcb_frame.is_empty() ? nullptr : thread.utcb_frame.cap.object)); \
        EXPECT_EQ(thread.slot_count, plain_pointers(thread.cspace.cap));                                \
        EXPECT(thread.cspace.is_empty() || thread.slots == slots_of(thread.cspace.cap));                \
    } while (false)

/// All parts at once. The thread is not running, so no hart changes its address space.
void all_parts() {
    begin();
    EXPECT(is_done(configure(kCNode, kVSpace, kPage, 0x7000, kHandler)));
    EXPECT_HOLDS(thread.cspace, kCNode);
    EXPECT_HOLDS(thread.vspace, kVSpace);
    EXPECT_HOLDS(thread.utcb_frame, kPage);
    EXPECT_HOLDS(thread.fault_handler, kHandler);
    EXPECT_CACHES();
    EXPECT_EQ(thread.utcb_address.value, std::uint64_t{0x7000});
    EXPECT(loaded.empty());
    EXPECT_EQ(thread.state, ThreadState::Inactive);
    EXPECT(slots[kCNode].first_child == &thread.cspace);  // so who revokes that one reaches the thread
}

/// What is not named stays as it is.
void one_by_one() {
    begin();
    EXPECT(is_done(configure(0, 0)));
    EXPECT(deleted.empty());
    EXPECT_CACHES();
    EXPECT(is_done(configure(0, kVSpace)));
    EXPECT_CACHES();
    EXPECT(is_done(configure(kCNode, 0)));
    EXPECT_CACHES();
    EXPECT(is_done(configure(0, 0, kPage, 0x7000)));
    EXPECT_CACHES();
    EXPECT(thread.fault_handler.is_empty());
    EXPECT(is_done(configure(0, 0, 0, 0x9000, kHandler)));
    EXPECT_CACHES();
    EXPECT_EQ(thread.utcb_address.value, std::uint64_t{0x7000});
    EXPECT_HOLDS(thread.cspace, kCNode);
    EXPECT_HOLDS(thread.vspace, kVSpace);
    EXPECT_HOLDS(thread.utcb_frame, kPage);
    EXPECT_HOLDS(thread.fault_handler, kHandler);
}

/// A second time: what was there goes first, and the caches follow.
void once_more() {
    begin();
    EXPECT(is_done(configure(kCNode, kVSpace, kPage, 0x7000, kHandler)));
    deleted.clear();
    EXPECT(is_done(configure(kOther, kOther + 1, kOther + 2, 0x8000, kOther + 3)));
    EXPECT_CACHES();
    EXPECT_EQ(thread.utcb_address.value, std::uint64_t{0x8000});
    EXPECT_HOLDS(thread.cspace, kOther);
    EXPECT_HOLDS(thread.vspace, kOther + 1);
    EXPECT_HOLDS(thread.utcb_frame, kOther + 2);
    EXPECT_HOLDS(thread.fault_handler, kOther + 3);
    for (const Slot* slot : {&thread.cspace, &thread.vspace, &thread.utcb_frame, &thread.fault_handler})
        EXPECT(std::find(deleted.begin(), deleted.end(), slot) != deleted.end());
}

/// The space knows which hart will use it before the thread runs there: else that hart is left out of each flush.
void users_are_noted() {
    begin();
    const std::uint64_t space = slots[kVSpace].cap.space;
    EXPECT_EQ(address_spaces.users(space), arch::HartSet{0});
    EXPECT(is_done(configure(kCNode, kVSpace)));
    EXPECT_EQ(address_spaces.users(space), arch::HartSet{bit(there.hardware)});
    EXPECT_EQ(address_spaces.users(slots[kOther + 1].cap.space), arch::HartSet{0});
    thread.hart = &here;
    EXPECT(is_done(configure(0, kVSpace)));
    EXPECT_EQ(address_spaces.users(space), arch::HartSet{bit(here.hardware) | bit(there.hardware)});
}

/// A thread that is running changes its space at once, on whichever hart it is.
void while_it_runs() {
    for (Hart* const hart : {&here, &there}) {
        begin();
        EXPECT(is_done(configure(kCNode, kVSpace)));
        thread.hart = hart;
        thread.state = ThreadState::Ready;
        hart->current = &thread;
        hart->satp = thread.satp;
        EXPECT(is_done(configure(0, kOther + 1)));
        EXPECT_CACHES();
        EXPECT_EQ(hart->satp, thread.satp);
        EXPECT(!loaded.empty() && loaded.back() == thread.satp);
    }
}

/// Preempted at any of its slots: the Tcb is in order, and its CSpace has not changed, since the call will be made
/// again. Then it is completed.
void preempted() {
    for (const Slot* const slot : {&thread.cspace, &thread.vspace, &thread.utcb_frame, &thread.fault_handler}) {
        begin();
        EXPECT(is_done(configure(kCNode, kVSpace, kPage, 0x7000, kHandler)));
        preempted_at = slot;
        EXPECT(configure(kOther, kOther + 1, kOther + 2, 0x8000, kOther + 3).kind() == Outcome::Kind::Preempted);
        EXPECT_HOLDS(thread.cspace, kCNode);
        EXPECT_CACHES();
        preempted_at = nullptr;
        EXPECT(is_done(configure(kOther, kOther + 1, kOther + 2, 0x8000, kOther + 3)));
        EXPECT_CACHES();
        EXPECT_HOLDS(thread.cspace, kOther);
        EXPECT_HOLDS(thread.vspace, kOther + 1);
        EXPECT_HOLDS(thread.utcb_frame, kOther + 2);
        EXPECT_HOLDS(thread.fault_handler, kOther + 3);
    }
}

/// Only an Inactive thread is made ready: one that waits would leave what it waits for, and still be in its queue.
void resuming() {
    using enum ThreadState;
    const auto resume = [] { return invoke(TcbMethod::Resume, {}); };
    begin();
    EXPECT(resume().kind() == Outcome::Kind::Refused && resume().error() == Error::NotConfigured);
    EXPECT(is_done(configure(0, kVSpace)));
    EXPECT(resume().kind() == Outcome::Kind::Refused && resume().error() == Error::NotConfigured);
    renew(thread.vspace);
    EXPECT(is_done(configure(kCNode, 0)));
    EXPECT(resume().kind() == Outcome::Kind::Refused && resume().error() == Error::NotConfigured);
    EXPECT(thread.state == Inactive && !thread.is_queued);
    EXPECT(is_done(configure(0, kVSpace)));
    for (const ThreadState state : {BlockedSend, BlockedRecv, BlockedCall, BlockedFault}) {
        thread.state = state;
        EXPECT(is_done(resume()));
        EXPECT(thread.state == state && !thread.is_queued);
    }
    thread.state = Inactive;
    EXPECT(is_done(resume()));
    EXPECT(thread.state == Ready && thread.is_queued);
    EXPECT(is_done(resume()));
    EXPECT(there.ready.pop() == &thread && there.ready.highest() < 0);  // it is in the queue once
}

}  // namespace
}  // namespace host
}  // namespace glenda

int main(int argc, char** argv) {
    using namespace glenda::host;
    return run_cases(argc, argv,
                     {{"all_parts", all_parts},
                      {"one_by_one", one_by_one},
                      {"once_more", once_more},
                      {"users_are_noted", users_are_noted},
                      {"while_it_runs", while_it_runs},
                      {"preempted", preempted},
                      {"resuming", resuming}});
}
