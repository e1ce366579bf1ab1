// SPDX-License-Identifier: MIT
// Capability transfer in messages, and notifications.
#include "common/ktest.h"
#include "glenda/message.h"

namespace glenda::ktest {

namespace {

/// A thread body that receives one message with these receive slots.
struct Receiver {
    Endpoint endpoint;
    ReceiveSlots slots;
    Reply reply{};
    Message got{};
    void operator()() {
        set_receive_slots(slots);
        got = endpoint.recv(reply.cptr());
    }
};

CNode::Info look(CPtr slot) { return need(node().info(slot)); }

/// Sends the capabilities in `caps`. Returns how many of them the receiver got.
unsigned pass(Endpoint endpoint, ReceiveSlots slots, std::initializer_list<CPtr> caps) {
    Receiver receiver{endpoint, slots};
    Thread thread(receiver);
    thread.start();
    unsigned count = 0;
    for (const CPtr cap : caps) utcb()->send_caps[count++] = cap;
    EXPECT_OK(endpoint.send({.tag = Tag(3, 2, count), .words = {8, 9}}));
    EXPECT_EQ(receiver.got.tag.label(), 3);
    EXPECT_EQ(receiver.got.words[1], 9);
    return receiver.got.tag.caps();
}

/// K19: up to four capabilities are transferred, only into empty slots and only with Grant.
void passing() {
    const Endpoint endpoint = need(pool().endpoint());
    const CPtr slot = need(pool().slots(6));
    const CPtr one = need(pool().notification()).cptr(), two = badged(Endpoint(endpoint), 2, Rights::Write).cptr();
    EXPECT_EQ(pass(endpoint, {node(), slot, 4}, {one, two, one, kRootTcb}), 4);
    EXPECT_EQ(look(slot).type, CapType::Notification);
    EXPECT_EQ(look(slot + 1).badge, 2);
    EXPECT_EQ(look(slot + 1).rights, Rights::Write);
    EXPECT_EQ(look(slot + 3).type, CapType::Tcb);
    EXPECT_EQ(look(slot + 4).type, CapType::Null);
    EXPECT_EQ(look(one).type, CapType::Notification);  // the receiver got a copy
    EXPECT_EQ(pass(endpoint, {node(), slot, 4}, {two}), 0);
    EXPECT_EQ(look(slot).type, CapType::Notification);
    EXPECT_OK(node().remove(slot + 1));
    EXPECT_EQ(pass(endpoint, {node(), slot + 1, 4}, {two, one}), 1);  // stops at the occupied slot
    for (unsigned i = 0; i < 4; i++) EXPECT_OK(node().remove(slot + i));
    EXPECT_EQ(pass(endpoint, {node(), slot, 2}, {one, one, one}), 2);
    EXPECT_OK(node().revoke(one));  // the received capability derives from the one sent
    EXPECT_EQ(look(slot).type, CapType::Null);
    EXPECT_EQ(look(slot + 1).type, CapType::Null);
}

void refused_passing() {
    const Endpoint endpoint = need(pool().endpoint());
    const Endpoint no_grant = with_rights(endpoint, Rights::Read | Rights::Write);
    const CPtr slot = need(pool().slots(4));
    const CPtr one = need(pool().notification()).cptr();
    utcb()->send_caps[0] = one;
    EXPECT_ERROR(NoRights, no_grant.call({.tag = Tag(0, 0, 1)}));
    EXPECT_ERROR(NoRights, no_grant.send({.tag = Tag(0, 0, 1)}));
    EXPECT_EQ(pass(endpoint, {node(), slot, 0}, {one}), 0);
    EXPECT_EQ(pass(endpoint, {CNode(0), slot, 4}, {one}), 0);
    EXPECT_EQ(pass(endpoint, {CNode(kRootTcb), slot, 4}, {one}), 0);
    EXPECT_EQ(pass(endpoint, {with_rights(node(), Rights::Read), slot, 4}, {one}), 0);
    EXPECT_EQ(pass(endpoint, {node(), 0, 4}, {one}), 0);
    EXPECT_EQ(pass(endpoint, {node(), 4096, 4}, {one}), 0);
    EXPECT_EQ(pass(endpoint, {node(), ~std::uint64_t{0}, 4}, {one, one}), 0);
    EXPECT_EQ(pass(endpoint, {node(), slot, 4}, {4095}), 0);
    EXPECT_EQ(pass(endpoint, {node(), slot, 4}, {one, 4095, one}), 1);
    EXPECT_EQ(look(slot + 1).type, CapType::Null);
    // A reply may carry capabilities if the server received through an endpoint capability with Grant.
    for (const bool may : {false, true}) {
        const CPtr target = slot + 1 + (may ? 1 : 0);
        const Reply reply = need(pool().reply());
        Error replied = Error::Count;
        auto server = [&] {
            (void)(may ? endpoint : no_grant).recv(reply.cptr());
            utcb()->send_caps[0] = one;
            replied = error_of(reply.send({.tag = Tag(0, 0, 1)}));
            if (!may) (void)reply.send({});
        };
        Thread thread(server);
        thread.start();
        const ReceiveSlots before = set_receive_slots({node(), target, 1});
        EXPECT_EQ(endpoint.call({}).tag.caps(), may ? 1 : 0);
        set_receive_slots(before);
        if (may) EXPECT_OK(replied);
        if (!may) EXPECT_ERROR(NoRights, replied);
        EXPECT_EQ(look(target).type, may ? CapType::Notification : CapType::Null);
    }
}

/// An Untyped is moved, because only one capability to it can exist. A Frame capability arrives unmapped and can be
/// mapped.
void passing_memory() {
    const Endpoint endpoint = need(pool().endpoint());
    const CPtr slot = need(pool().slots(2));
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 14));
    const Frame frame = need(pool().frame());
    need(pool().map(frame, space(), kArea, MapFlags::ReadWrite));
    word_at(kArea) = 0x1234;
    EXPECT_EQ(pass(endpoint, {node(), slot, 2}, {memory.cptr(), frame.cptr()}), 2);
    EXPECT_EQ(look(memory.cptr()).type, CapType::Null);
    EXPECT_EQ(need(Untyped(slot).info()).size_bits, 14);
    EXPECT_EQ(need(Frame(slot + 1).info()).mapped_at, 0);
    need(pool().map(Frame(slot + 1), space(), kArea + kPageSize, MapFlags::Read));
    EXPECT_EQ(word_at(kArea + kPageSize), 0x1234);
    EXPECT_OK(Untyped(slot).retype(CapType::Endpoint, 0, node(), memory.cptr()));
}

/// K19: the receiver has its own CSpace. It maps the frame that it gets and writes to it, and the sender reads the
/// word. Without Grant nothing arrives, not even the message.
void passing_to_another_space() {
    constexpr CPtr kEndpoint = 1, kSpace = 2, kSelf = 3, kBox = 4, kTaken = 5;
    const CNode box = need(pool().cnode(3));
    const Endpoint endpoint = need(pool().endpoint());
    const Frame frame = mapped_frame(kArea);
    Error mapped = Error::Count, outside = Error::Ok;
    auto body = [&] {
        set_receive_slots({CNode(kBox), kTaken, 1});
        (void)Endpoint(kEndpoint).recv(0);
        outside = error_of(Frame(frame.cptr()).info());
        mapped = error_of(Frame(kTaken).map(VSpace(kSpace), kArea + kPageSize, MapFlags::ReadWrite));
        word_at(kArea + kPageSize) = 0xf00d;
        (void)Tcb(kSelf).suspend();
    };
    Thread thread(body);
    EXPECT_OK(box.copy(kEndpoint, node(), endpoint.cptr(), Rights::Read));
    EXPECT_OK(box.copy(kSpace, node(), kRootVSpace));
    EXPECT_OK(box.copy(kSelf, node(), thread.tcb.cptr()));
    EXPECT_OK(box.copy(kBox, node(), box.cptr()));
    need(thread.tcb.configure({.cspace = box}));
    thread.start();
    utcb()->send_caps[0] = frame.cptr();
    EXPECT_ERROR(NoRights, with_rights(endpoint, Rights::Read | Rights::Write).send({.tag = Tag(0, 0, 1)}));
    EXPECT_EQ(thread.state(), ThreadState::BlockedRecv);
    EXPECT_EQ(need(box.info(kTaken)).type, CapType::Null);
    EXPECT_OK(endpoint.send({.tag = Tag(0, 0, 1)}));
    EXPECT_EQ(thread.state(), ThreadState::Inactive);
    EXPECT_ERROR(InvalidCapability, outside);
    EXPECT_OK(mapped);
    EXPECT_EQ(word_at(kArea), 0xf00d);
    EXPECT_EQ(need(box.info(kTaken)).type, CapType::Frame);
    EXPECT_OK(node().revoke(frame.cptr()));  // the sender revokes its capability
    EXPECT_EQ(need(box.info(kTaken)).type, CapType::Null);
    EXPECT_ERROR(NotMapped, space().info(kArea + kPageSize));
}

/// K21: signals accumulate, and a wait takes them all. A signal wakes one waiter.
void signals() {
    const Notification all = need(pool().notification());
    const Notification one = badged(all, 1), two = badged(all, 2), high = badged(all, bit(63));
    EXPECT_OK(one.signal());
    EXPECT_OK(two.signal());
    EXPECT_OK(two.signal());
    EXPECT_OK(high.signal());
    EXPECT_EQ(need(all.wait()), bit(63) | 3);
    EXPECT_ERROR(WouldBlock, all.poll());
    Badge got[2] = {};
    auto first = [&] { got[0] = need(all.wait()); };
    auto second = [&] { got[1] = need(all.wait()); };
    Thread threads[2] = {Thread(first), Thread(second)};
    for (Thread& thread : threads) thread.start();
    EXPECT_OK(two.signal());
    EXPECT_EQ(got[0], 2);
    EXPECT(!threads[1].has_finished());
    EXPECT_OK(sys::send(one.cptr(), {}));
    EXPECT_EQ(got[1], 1);
    EXPECT_ERROR(WouldBlock, all.poll());
}

/// A thread with a bound notification waits at an endpoint for messages and signals alike.
void bound() {
    const Endpoint endpoint = need(pool().endpoint());
    const Notification bell = need(pool().notification());
    const Notification one = badged(bell, 1), two = badged(bell, 2);
    const Reply reply = need(pool().reply());
    Message got[5] = {};
    unsigned count = 0;
    auto server = [&] {
        while (count < 5) {
            const Message message = endpoint.recv(reply.cptr());
            got[count++] = message;
            if (!message.tag.is_notification()) (void)reply.send({.tag = Tag(0, 1), .words = {message.words[0] * 2}});
        }
    };
    Thread thread(server);
    EXPECT_OK(thread.tcb.bind(bell));
    EXPECT_OK(one.signal());
    EXPECT_OK(two.signal());
    thread.start();  // gets both signals at once
    EXPECT_EQ(count, 1);
    EXPECT(got[0].tag.is_notification());
    EXPECT_EQ(got[0].badge, 3);
    EXPECT_EQ(endpoint.call({.tag = Tag(0, 1), .words = {21}}).words[0], 42);
    EXPECT_OK(two.signal());  // wakes the thread that waits at the endpoint
    EXPECT_EQ(got[2].badge, 2);
    EXPECT_EQ(endpoint.call({.tag = Tag(0, 1), .words = {4}}).words[0], 8);
    EXPECT_OK(thread.tcb.unbind());
    EXPECT_OK(one.signal());
    EXPECT_EQ(count, 4);  // it is not woken any more
    EXPECT_EQ(need(bell.poll()), 1);
    EXPECT_EQ(endpoint.call({.tag = Tag(0, 1), .words = {5}}).words[0], 10);
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"transfer_passing", passing},
                                      {"transfer_refused_passing", refused_passing},
                                      {"transfer_passing_memory", passing_memory},
                                      {"transfer_passing_to_another_space", passing_to_another_space},
                                      {"notification_signals", signals},
                                      {"notification_bound", bound}};
    return run_cases(kCases);
}
