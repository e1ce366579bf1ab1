// SPDX-License-Identifier: MIT
// Lab 3, exercise 3.2: Call, Reply and ReplyRecv. A caller waits until somebody replies, in a Reply that the receiver
// brought.
//
// Partner threads have a higher priority than the main thread, so they run as soon as they are ready. Where a wrong
// kernel could block the main thread, a Hand makes the system call in its place.
#include "common/hand.h"

namespace glenda::ktest {

namespace {

/// A client that calls once and keeps the reply.
struct Client {
    Endpoint endpoint;
    std::uint64_t number = 0;
    Message reply{};
    void operator()() { reply = endpoint.call({.tag = Tag(number, 1), .words = {number}}); }
};

/// One call, seen from all sides.
void one_call() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    Client client{badged(endpoint, 5), 70};
    Thread thread(client);
    thread.start();
    EXPECT_EQ(thread.state(), ThreadState::BlockedCall);  // in the queue
    const Message request = endpoint.nb_recv(reply.cptr());
    EXPECT_EQ(request.badge, 5);
    EXPECT_EQ(request.tag.label(), 70);
    EXPECT_EQ(request.words[0], 70);
    EXPECT_EQ(thread.state(), ThreadState::BlockedCall);  // in the Reply
    EXPECT_ERROR(WouldBlock, endpoint.nb_recv(0));
    EXPECT_EQ(sys::reply(reply.cptr(), {.tag = Tag(71, 2), .words = {72, 73}}).tag.raw(), 0);
    EXPECT(thread.has_finished());
    EXPECT_EQ(client.reply.tag.raw(), Tag(71, 2).raw());
    EXPECT_EQ(client.reply.words[0], 72);
    EXPECT_EQ(client.reply.words[1], 73);
    EXPECT(need(environment().machine.check()));
}

/// The receiver comes first. A call takes the Reply that it brought; a mere message gives it back.
void reply_brought() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    unsigned received = 0;
    auto server = [&] {
        for (; received < 2; received++) (void)endpoint.recv(reply.cptr());
    };
    Thread serving(server);
    serving.start();
    EXPECT_ERROR(Busy, endpoint.nb_recv(reply.cptr()));  // the server waits with it
    EXPECT_OK(endpoint.nb_send({}));
    EXPECT_EQ(received, 1);
    Client client{endpoint, 1};
    Thread thread(client);
    thread.start();
    EXPECT_EQ(received, 2);
    EXPECT_ERROR(Busy, endpoint.nb_recv(reply.cptr()));  // the client waits in it
    EXPECT_OK(reply.send({}));
    EXPECT(thread.has_finished());
    EXPECT_ERROR(WouldBlock, endpoint.nb_recv(reply.cptr()));  // it is free again
}

/// A Reply is good for one reply. The caller has gone on and waits elsewhere; a second reply must not find it there.
void one_reply_each() {
    const Endpoint endpoint = need(pool().endpoint()), other = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    Message got[2] = {};
    auto client = [&] {
        got[0] = endpoint.call({});
        got[1] = other.call({});
    };
    Thread thread(client);
    thread.start();
    EXPECT_OK(endpoint.nb_recv(reply.cptr()));
    EXPECT_OK(reply.send({.tag = Tag(1, 0)}));
    EXPECT_EQ(got[0].tag.label(), 1);
    EXPECT_EQ(thread.state(), ThreadState::BlockedCall);
    EXPECT(need(environment().machine.check()));
    EXPECT_ERROR(NoCaller, reply.send({.tag = Tag(2, 0)}));
    EXPECT_EQ(thread.state(), ThreadState::BlockedCall);
    EXPECT_OK(other.nb_recv(reply.cptr()));  // the same Reply for the next call
    EXPECT_OK(reply.send({.tag = Tag(3, 0)}));
    EXPECT_EQ(got[1].tag.label(), 3);
    EXPECT(thread.has_finished());
}

/// A server receives five calls and replies to each exactly once, in another order.
void deferred_replies() {
    constexpr unsigned kClients = 5;
    constexpr unsigned kOrder[kClients] = {3, 0, 4, 2, 1};
    const Endpoint endpoint = need(pool().endpoint());
    Client clients[kClients] = {{endpoint, 100}, {endpoint, 101}, {endpoint, 102}, {endpoint, 103}, {endpoint, 104}};
    Thread threads[kClients] = {Thread(clients[0]), Thread(clients[1]), Thread(clients[2]), Thread(clients[3]),
                                Thread(clients[4])};
    Reply replies[kClients];
    for (unsigned i = 0; i < kClients; i++) {
        threads[i].start();
        replies[i] = need(pool().reply());
    }
    for (unsigned i = 0; i < kClients; i++)  // first come, first served
        EXPECT_EQ(endpoint.nb_recv(replies[i].cptr()).tag.label(), 100 + i);
    for (const unsigned next : kOrder) {
        EXPECT_EQ(threads[next].state(), ThreadState::BlockedCall);
        EXPECT_OK(replies[next].send({.tag = Tag(0, 1), .words = {next * 11}}));
        EXPECT(threads[next].has_finished());
        EXPECT_EQ(clients[next].reply.words[0], next * 11);
        EXPECT_ERROR(NoCaller, replies[next].send({}));
    }
}

/// A server that replies and receives in one system call. The label 0 ends it.
void reply_recv() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    unsigned served = 0;
    auto server = [&] {
        Message request = endpoint.recv(reply.cptr());
        for (; request.tag.label() != 0 && !request.tag.is_error(); served++)
            request = endpoint.reply_recv(reply.cptr(), {.tag = Tag(8, 1), .words = {request.words[0] + 1}});
        (void)reply.send({.tag = Tag(9, 0)});
    };
    Thread thread(server);
    thread.start();
    Hand hand;
    for (unsigned i = 0; i < 10; i++) {
        const Message received = hand.call(endpoint, {.tag = Tag(1, 1), .words = {i}});
        EXPECT_EQ(received.tag.raw(), Tag(8, 1).raw());
        EXPECT_EQ(received.words[0], i + 1);
        EXPECT_EQ(thread.state(), ThreadState::BlockedRecv);
    }
    EXPECT_EQ(hand.call(endpoint, {}).tag.label(), 9);
    EXPECT_EQ(served, 10);
    EXPECT(thread.has_finished());
}

/// A caller is in line already when the server replies: ReplyRecv returns at once with the next request.
void next_in_line() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    Client clients[2] = {{endpoint, 1}, {endpoint, 2}};
    Thread threads[2] = {Thread(clients[0]), Thread(clients[1])};
    for (Thread& thread : threads) thread.start();
    EXPECT_EQ(endpoint.nb_recv(reply.cptr()).tag.label(), 1);
    Hand hand;
    const Message next = hand.reply_recv(endpoint, reply, {.tag = Tag(11, 0)});
    EXPECT_EQ(next.tag.label(), 2);
    EXPECT(threads[0].has_finished());
    EXPECT_EQ(clients[0].reply.tag.label(), 11);
    EXPECT(!threads[1].has_finished());
    EXPECT_OK(reply.send({.tag = Tag(12, 0)}));
    EXPECT_EQ(clients[1].reply.tag.label(), 12);
}

/// Without a Reply no reply could ever come: the message arrives, but the call fails.
void no_reply() {
    const Endpoint endpoint = need(pool().endpoint());
    Client client{endpoint, 3};
    Thread thread(client);
    thread.start();
    EXPECT_EQ(endpoint.nb_recv(0).tag.label(), 3);
    EXPECT(thread.has_finished());
    EXPECT_ERROR(NoReply, client.reply);
}

/// A reply that is refused changes nothing. If several things are wrong, the first of them is what the server learns.
void refused_replies() {
    const Endpoint endpoint = need(pool().endpoint()), writer = with_rights(endpoint, Rights::Write);
    const Reply reply = need(pool().reply());
    const Message too_long{.tag = Tag(0, kMaxWords + 1)};
    Hand hand;
    EXPECT_ERROR(NoCaller, reply.send({}));
    EXPECT_ERROR(NoCaller, hand.reply_recv(endpoint, reply, {}));
    EXPECT_ERROR(NoCaller, hand.reply_recv(endpoint, reply, too_long));
    EXPECT_ERROR(NoRights, hand.reply_recv(writer, reply, {}));
    EXPECT_ERROR(NoRights, hand.reply_recv(writer, Reply(0), {}));
    Client client{endpoint, 4};
    Thread thread(client);
    thread.start();
    EXPECT_OK(endpoint.nb_recv(reply.cptr()));
    EXPECT_ERROR(NoRights, hand.reply_recv(writer, reply, {}));
    EXPECT_ERROR(NoRights, hand.reply_recv(writer, reply, too_long));
    EXPECT_ERROR(BadMethod, hand.reply_recv(Endpoint(kRootTcb), reply, {}));
    EXPECT_ERROR(InvalidCapability, hand.reply_recv(Endpoint(0), reply, {}));
    EXPECT_ERROR(InvalidCapability, hand.reply_recv(endpoint, Reply(0), {}));
    EXPECT_ERROR(WrongType, hand.reply_recv(endpoint, Reply(endpoint.cptr()), {}));
    EXPECT_ERROR(MessageTooLong, hand.reply_recv(endpoint, reply, too_long));
    EXPECT_ERROR(MessageTooLong, hand.reply_recv(endpoint, reply, {.tag = Tag(0, 0, kMaxMessageCaps + 1)}));
    EXPECT_EQ(thread.state(), ThreadState::BlockedCall);
    EXPECT_OK(reply.send({.tag = Tag(6, 0)}));
    EXPECT_EQ(client.reply.tag.label(), 6);
    EXPECT(thread.has_finished());
}

/// A reply may carry capabilities if the server *received* through a capability with the Grant right. With which it
/// receives next does not matter.
void capabilities_refused() {
    const Endpoint endpoint = need(pool().endpoint());
    const Endpoint no_grant = with_rights(endpoint, Rights::Read | Rights::Write);
    const Reply reply = need(pool().reply());
    Client client{endpoint, 5};
    Thread thread(client);
    thread.start();
    EXPECT_OK(no_grant.nb_recv(reply.cptr()));
    Hand hand;
    EXPECT_ERROR(NoRights, hand.reply_recv(endpoint, reply, {.tag = Tag(0, 0, 1)}));
    EXPECT_EQ(thread.state(), ThreadState::BlockedCall);
    EXPECT_OK(reply.send({.tag = Tag(7, 0)}));
    EXPECT_EQ(client.reply.tag.label(), 7);
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"one_call", one_call},
                                      {"reply_brought", reply_brought},
                                      {"used_once", one_reply_each},
                                      {"deferred", deferred_replies},
                                      {"reply_recv", reply_recv},
                                      {"in_line", next_in_line},
                                      {"no_reply", no_reply},
                                      {"refused_replies", refused_replies},
                                      {"capabilities_refused", capabilities_refused}};
    return run_cases(kCases);
}
