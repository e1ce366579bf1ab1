// SPDX-License-Identifier: MIT
// What ends a wait and what does not: signals of bound notifications, deletions, fault replies with capabilities, and
// ReplyRecv that is refused.
#include "common/ktest.h"
#include "glenda/message.h"

namespace glenda::ktest {

namespace {

void expect_invariants() { EXPECT(need(environment().machine.check())); }

/// A bound notification wakes its thread only from a receive at an endpoint.
void bound_elsewhere() {
    const Endpoint endpoint = need(pool().endpoint());
    const Notification bell = need(pool().notification()), other = need(pool().notification());
    const Reply reply = need(pool().reply());
    Message got{};
    unsigned kind = 0;
    auto body = [&] {
        if (kind == 0) got = sys::recv(other.cptr(), 0);
        if (kind == 1) got = endpoint.call({});
        if (kind == 2) got = sys::send(endpoint.cptr(), {});
        if (kind == 3) got = sys::recv(bell.cptr(), 0);
        if (kind == 4) got = endpoint.recv(reply.cptr());
    };
    for (kind = 0; kind < 5; kind++) {
        Thread thread(body);
        need(thread.tcb.bind(bell));
        thread.start();
        const ThreadState before = thread.state();
        EXPECT_OK(bell.signal());
        const bool wakes = kind == 3 || kind == 4;
        EXPECT_EQ(thread.has_finished(), wakes);
        if (!wakes) EXPECT_EQ(thread.state(), before);
        if (wakes) EXPECT_EQ(got.badge, 1);
        if (!wakes) EXPECT_EQ(need(bell.poll()), 1);
        if (kind == 0) EXPECT_OK(other.signal());
        if (kind == 1) EXPECT_OK(endpoint.nb_recv(reply.cptr()));
        if (kind == 1) EXPECT_OK(reply.send({}));
        if (kind == 2) EXPECT_OK(endpoint.nb_recv(0));
        EXPECT(thread.has_finished());
        if (kind == 4) EXPECT_ERROR(WouldBlock, endpoint.nb_recv(reply.cptr()));  // not Busy: the Reply is free again
        EXPECT_OK(thread.tcb.unbind());
    }
    expect_invariants();
}

/// The last capability to a bound notification is deleted while the thread waits, and then the thread itself.
void bound_and_deleted() {
    const Endpoint endpoint = need(pool().endpoint());
    Message got{};
    auto body = [&] { got = endpoint.recv(0); };
    {
        const Notification bell = need(pool().notification());
        Thread thread(body);
        need(thread.tcb.bind(bell));
        thread.start();
        EXPECT_OK(node().remove(bell.cptr()));
        expect_invariants();
        EXPECT_EQ(thread.state(), ThreadState::BlockedRecv);
        const Notification next = need(pool().notification());
        EXPECT_OK(thread.tcb.unbind());  // the binding holds a capability of its own
        EXPECT_OK(thread.tcb.bind(next));
        EXPECT_OK(node().remove(thread.tcb.cptr()));
        expect_invariants();
        EXPECT_OK(next.signal());
        EXPECT_EQ(need(next.poll()), 1);
        Thread successor(body);
        EXPECT_OK(successor.tcb.bind(next));
        successor.start();
        EXPECT_OK(next.signal());
        EXPECT_EQ(got.badge, 1);
    }
    const Notification bell = need(pool().notification());
    Thread thread(body), second(body);
    const Notification reader = with_rights(bell, Rights::Read), writer = with_rights(bell, Rights::Write);
    EXPECT_ERROR(NoRights, thread.tcb.bind(writer));
    EXPECT_OK(thread.tcb.bind(reader));
    EXPECT_ERROR(Busy, second.tcb.bind(bell));
    EXPECT_ERROR(Busy, thread.tcb.bind(bell));
    EXPECT_ERROR(Busy, thread.tcb.bind(need(pool().notification())));
    EXPECT_ERROR(NotBound, second.tcb.unbind());
    EXPECT_OK(node().revoke(bell.cptr()));  // deletes `reader` and the binding's capability, which derives from it
    EXPECT_ERROR(NotBound, thread.tcb.unbind());
    expect_invariants();
}

/// A fault reply that carries a capability and has words in its UTCB. Neither reaches the faulting thread.
void fault_reply_with_capabilities() {
    const Endpoint endpoint = need(pool().endpoint());
    const Endpoint no_grant = with_rights(endpoint, Rights::Read | Rights::Write);
    const Reply reply = need(pool().reply());
    const CPtr gift = need(pool().notification()).cptr();
    const CPtr slot = need(pool().slots(2));
    const Frame page = need(pool().frame());
    need(pool().map(page, space(), kArea, MapFlags::Read));
    need(page.unmap());
    std::uint64_t seen = 1;
    auto body = [&] {
        set_receive_slots({node(), slot, 2});
        for (unsigned i = 0; i < kMaxWords; i++) utcb()->words[i] = 0x55;
        seen = read_at(kArea);
    };
    for (const bool may : {true, false}) {
        Thread thread(body, {.fault_handler = endpoint});
        thread.start();
        EXPECT_OK((may ? endpoint : no_grant).nb_recv(reply.cptr()));
        need(page.map(space(), kArea, MapFlags::Read));
        utcb()->send_caps[0] = gift;
        for (unsigned i = 4; i < kMaxWords; i++) utcb()->words[i] = 0x66;
        const Result<void> replied = reply.send({.tag = Tag(kFaultResume, 0, 1)});
        if (may) EXPECT_OK(replied);
        if (!may) EXPECT_ERROR(NoRights, replied);
        EXPECT_EQ(need(node().info(slot)).type, CapType::Null);
        if (!may) EXPECT_OK(reply.send({.tag = Tag(kFaultResume, 0)}));
        EXPECT(thread.has_finished());
        EXPECT_EQ(seen, 0);
        for (unsigned i = 0; i < kMaxWords; i++) EXPECT_EQ(thread.utcb_page->words[i], 0x55);
        need(page.unmap());
    }
}

/// Recv and NBRecv on a notification ignore a6; ReplyRecv on a notification needs a Reply to send its reply.
void receiving_from_notifications() {
    const Notification bell = need(pool().notification());
    const Reply reply = need(pool().reply());
    const Endpoint endpoint = need(pool().endpoint());
    for (const CPtr ignored : {reply.cptr(), CPtr{kRootTcb}, CPtr{4095}}) {
        EXPECT_OK(bell.signal());
        EXPECT_EQ(sys::nb_recv(bell.cptr(), ignored).badge, 1);
        EXPECT_OK(bell.signal());
        EXPECT_EQ(sys::recv(bell.cptr(), ignored).badge, 1);
    }
    auto caller = [&] { (void)endpoint.call({}); };
    Thread thread(caller);
    thread.start();
    EXPECT_OK(endpoint.nb_recv(reply.cptr()));
    EXPECT_OK(bell.signal());
    const Message signal =
        sys::reply_recv(bell.cptr(), reply.cptr(), {.words = {1, 2, 3, 4}});  // replies, then takes the signal
    EXPECT(signal.tag.is_notification());
    EXPECT_EQ(signal.badge, 1);
    for (unsigned i = 0; i < 4; i++) EXPECT_EQ(signal.words[i], i + 1);
    EXPECT(thread.has_finished());
    EXPECT_ERROR(NoCaller, sys::reply_recv(bell.cptr(), reply.cptr(), {}));
    EXPECT_ERROR(InvalidCapability, sys::reply_recv(bell.cptr(), 0, {}));
}

/// A ReplyRecv that is refused has not replied.
void refused_reply_recv() {
    const Endpoint endpoint = need(pool().endpoint()), writer = with_rights(endpoint, Rights::Write);
    const Endpoint no_grant = with_rights(endpoint, Rights::Read | Rights::Write);
    const Reply reply = need(pool().reply());
    auto caller = [&] { (void)endpoint.call({}); };
    Thread thread(caller);
    thread.start();
    EXPECT_OK(no_grant.nb_recv(reply.cptr()));
    EXPECT_ERROR(NoRights, writer.reply_recv(reply.cptr(), {}));
    EXPECT_ERROR(NoRights, endpoint.reply_recv(reply.cptr(), {.tag = Tag(0, 0, 1)}));
    EXPECT_ERROR(MessageTooLong, endpoint.reply_recv(reply.cptr(), {.tag = Tag(0, 121, 0)}));
    EXPECT_ERROR(MessageTooLong, endpoint.reply_recv(reply.cptr(), {.tag = Tag(0, 0, 5)}));
    EXPECT_ERROR(InvalidCapability, sys::reply_recv(4095, reply.cptr(), {}));
    EXPECT_ERROR(BadMethod, sys::reply_recv(kRootTcb, reply.cptr(), {}));
    EXPECT_ERROR(BadMethod, sys::reply_recv(reply.cptr(), reply.cptr(), {}));
    EXPECT_ERROR(WrongType, endpoint.reply_recv(endpoint.cptr(), {}));
    EXPECT_EQ(thread.state(), ThreadState::BlockedCall);
    EXPECT_OK(reply.send({}));
    EXPECT(thread.has_finished());
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"waits_bound_elsewhere", bound_elsewhere},
                                      {"waits_bound_and_deleted", bound_and_deleted},
                                      {"waits_fault_reply_with_capabilities", fault_reply_with_capabilities},
                                      {"waits_receiving_from_notifications", receiving_from_notifications},
                                      {"waits_refused_reply_recv", refused_reply_recv}};
    return run_cases(kCases);
}
