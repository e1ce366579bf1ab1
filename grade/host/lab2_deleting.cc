// SPDX-License-Identifier: MIT
// The order in which delete_slot() does its work, where a program cannot see it.
#include "lab2_rest.h"
#include "sched/hart.h"
#include "tree.h"

namespace glenda::host {

namespace {

constexpr unsigned kWaiters = 3;
unsigned waiters_left = 0;  // at the only endpoint that there is

}  // namespace

bool is_time_to_pause() { return true; }
bool wake_one(const TcbQueue&) { return waiters_left != 0 && waiters_left-- != 0; }

namespace {

/// A thread loses what is in one of its slots: what it cached of that goes too, and nothing else.
void in_threads() {
    static Tcb tcb;
    static Slot sources[5];
    static Utcb page;
    static Notification bell;
    std::destroy_at(&tcb);
    std::construct_at(&tcb);
    Slot* const held[] = {&tcb.cspace, &tcb.vspace, &tcb.utcb_frame, &tcb.fault_handler, &tcb.bound_notification};
    constexpr CapType kTypes[] = {CapType::CNode, CapType::VSpace, CapType::Frame, CapType::Endpoint,
                                  CapType::Notification};
    for (unsigned i = 0; i < 5; i++) {
        sources[i].fill_as_root(capability(kTypes[i], Rights::All, i == 4 ? static_cast<void*>(&bell) : sources + i));
        hold_in_tcb(*held[i], sources[i]);
    }
    tcb.slot_count = 8;
    tcb.satp = 77;
    tcb.utcb = &page;
    bell.bound = &tcb;
    for (const unsigned i : {3u, 1u, 4u, 0u, 2u}) {
        EXPECT(delete_slot(*held[i]) == Progress::Done);
        expect_empty(*held[i]);
        EXPECT(zombies == nullptr);  // there is another capability to the CNode
        EXPECT(!sources[i].is_empty() && !sources[i].has_children());
        EXPECT((tcb.slot_count == 0) == tcb.cspace.is_empty());
        EXPECT_EQ(tcb.satp, tcb.vspace.is_empty() ? kernel_satp : 77);
        EXPECT((tcb.utcb == nullptr) == tcb.utcb_frame.is_empty());
        EXPECT((bell.bound == nullptr) == tcb.bound_notification.is_empty());
    }
}

/// The last capability to an endpoint has no rights any more when the first waiter is woken, for that one could come
/// back. It goes when all have gone. As long as there is another one, nobody is woken.
void waiters_are_woken() {
    static Endpoint endpoint;
    Slot root, first, second;
    root.fill_as_root(capability(CapType::Untyped));
    first.fill_as_child(capability(CapType::Endpoint, Rights::All, &endpoint), root);
    second.fill_as_child(copy_of(first.cap, Rights::All), first);
    waiters_left = kWaiters;
    EXPECT(delete_slot(first) == Progress::Done);
    EXPECT(first.is_empty() && second.cap.rights == Rights::All);
    for (unsigned left = kWaiters; left != 0; left--) {
        EXPECT_EQ(waiters_left, left);
        EXPECT(delete_slot(second) == Progress::Preempted);
        EXPECT(second.cap.type == CapType::Endpoint && second.cap.rights == Rights::None);
        EXPECT(root.first_child == &second);
    }
    EXPECT(delete_slot(second) == Progress::Done);
    expect_empty(second);
    EXPECT(!root.has_children());
}

}  // namespace
}  // namespace glenda::host

int main(int argc, char** argv) {
    using namespace glenda::host;
    return run_cases(argc, argv, {{"in_threads", in_threads}, {"waiters_are_woken", waiters_are_woken}});
}
