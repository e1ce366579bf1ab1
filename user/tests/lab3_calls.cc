// SPDX-License-Identifier: MIT
// Lab 3, exercise 3.2: Call, Reply and ReplyRecv. A caller waits until somebody replies, in a Reply that the receiver
// brought.
//
// Partner threads have a higher priority than the main thread, so they run as soon as they are ready.
#include "common/ktest.h"

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
        for (; request.tag.label() != 0; served++)
            request = endpoint.reply_recv(reply.cptr(), {.tag = Tag(8, 1), .words = {request.words[0] + 1}});
        (void)reply.send({.tag = Tag(9, 0)});
    };
    Thread thread(server);
    thread.start();
    for (unsigned i = 0; i < 10; i++) {
        const Message received = endpoint.call({.tag = Tag(1, 1), .words = {i}});
        EXPECT_EQ(received.tag.raw(), Tag(8, 1).raw());
        EXPECT_EQ(received.words[0], i + 1);
        EXPECT_EQ(thread.state(), ThreadState::BlockedRecv);
    }
    EXPECT_EQ(endpoint.call({}).tag.label(), 9);
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
    const Message next = endpoint.reply_recv(reply.cptr(), {.tag = Tag(11, 0)});
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

/// A reply that is refused changes nothing.
void refused_replies() {
    const Endpoint endpoint = need(pool().endpoint()), writer = with_rights(endpoint, Rights::Write);
    const Reply reply = need(pool().reply());
    EXPECT_ERROR(NoCaller, reply.send({}));
    EXPECT_ERROR(NoCaller, endpoint.reply_recv(reply.cptr(), {}));
    Client client{endpoint, 4};
    Thread thread(client);
    thread.start();
    EXPECT_OK(endpoint.nb_recv(reply.cptr()));
    EXPECT_ERROR(NoRights, writer.reply_recv(reply.cptr(), {}));
    EXPECT_ERROR(BadMethod, sys::reply_recv(kRootTcb, reply.cptr(), {}));
    EXPECT_ERROR(InvalidCapability, sys::reply_recv(0, reply.cptr(), {}));
    EXPECT_ERROR(InvalidCapability, endpoint.reply_recv(0, {}));
    EXPECT_ERROR(WrongType, endpoint.reply_recv(endpoint.cptr(), {}));
    EXPECT_ERROR(MessageTooLong, endpoint.reply_recv(reply.cptr(), {.tag = Tag(0, kMaxWords + 1)}));
    EXPECT_ERROR(MessageTooLong, endpoint.reply_recv(reply.cptr(), {.tag = Tag(0, 0, kMaxMessageCaps + 1)}));
    EXPECT_EQ(thread.state(), ThreadState::BlockedCall);
    EXPECT_OK(reply.send({.tag = Tag(6, 0)}));
    EXPECT_EQ(client.reply.tag.label(), 6);
    EXPECT(thread.has_finished());
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"one_call", one_call},
                                      {"reply_brought", reply_brought},
                                      {"deferred", deferred_replies},
                                      {"reply_recv", reply_recv},
                                      {"next_in_line", next_in_line},
                                      {"no_reply", no_reply},
                                      {"refused_replies", refused_replies}};
    return run_cases(kCases);
}
