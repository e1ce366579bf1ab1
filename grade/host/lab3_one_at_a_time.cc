// SPDX-License-Identifier: MIT
// Lab 3, exercise 3.4: those who wait at a dying object wake one at a time, the first in line first. A program sees
// only the end of it; but between two of them the deletion can be preempted. This test stands in for the rest of the
// kernel.
#include <vector>

#include "check.h"
#include "debug/trace.h"
#include "ipc/endpoint.h"
#include "ipc/fault.h"
#include "ipc/transfer.h"
#include "sched/schedule.h"

namespace glenda {

namespace {

std::vector<const Tcb*> woken;

}  // namespace

constinit Trace trace;
void Trace::message(TraceKind, const Tcb&, const Tcb&, Tag) {}
void transfer_message(Tcb&, Tcb&, bool) {}
void transfer_fault(const Tcb&, Tcb&) {}
void resume_after_fault(Tcb&, const Tcb&) {}
void stop_unhandled(Tcb&) {}
void make_ready(Tcb& tcb) {
    EXPECT(tcb.endpoint == nullptr && tcb.notification == nullptr);  // it has one pair of links
    tcb.state = ThreadState::Ready;
    woken.push_back(&tcb);
}

namespace test {

namespace {

constexpr unsigned kThreads = 3;

/// Empties `waiters`, which has all of `threads` in this order.
void wake_all(TcbQueue& waiters, const Tcb (&threads)[kThreads]) {
    woken.clear();
    for (unsigned i = 0; i < kThreads; i++) {
        EXPECT(waiters.front() == &threads[i]);
        EXPECT(cancel_one(waiters));
        EXPECT_EQ(woken.size(), std::size_t{i + 1});
        EXPECT(woken.back() == &threads[i]);
        EXPECT_EQ(threads[i].tag().raw(), Tag::error(Error::Deleted).raw());
    }
    EXPECT(waiters.is_empty());
    EXPECT(!cancel_one(waiters));
    EXPECT_EQ(woken.size(), std::size_t{kThreads});
}

void at_an_endpoint() {
    Tcb threads[kThreads];
    Endpoint endpoint;
    for (Tcb& tcb : threads) {
        tcb.state = ThreadState::BlockedSend;
        enqueue(endpoint, tcb, Endpoint::Waiting::Senders);
    }
    wake_all(endpoint.queue, threads);
    EXPECT_EQ(endpoint.waiting, Endpoint::Waiting::Nobody);
}

void at_a_notification() {
    Tcb threads[kThreads];
    Notification notification;
    for (Tcb& tcb : threads) {
        tcb.state = ThreadState::BlockedRecv;
        enqueue(notification, tcb);
    }
    wake_all(notification.waiters, threads);
}

}  // namespace
}  // namespace test
}  // namespace glenda

int main(int argc, char** argv) {
    using namespace glenda::test;
    return glenda::host::run_cases(argc, argv,
                                   {{"at_an_endpoint", at_an_endpoint}, {"at_a_notification", at_a_notification}});
}
