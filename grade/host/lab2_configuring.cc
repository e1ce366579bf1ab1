// SPDX-License-Identifier: MIT
// What Configure and Resume do to a Tcb: what a thread caches must follow from its slots, whoever is running.
//
// A thread that runs well enough may still use a shortcut that is missing, or a space that no hart flushes. So here the
// calls come from a caller whose CSpace is one CNode, and everything that they change is looked at.
#include "lab2_configuring.h"

#include <vector>

namespace glenda {

namespace host {

namespace {

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
