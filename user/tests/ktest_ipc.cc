// SPDX-License-Identifier: MIT
// Messages: every length, calls and deferred replies, and what happens when one side is deleted.
#include "common/ktest.h"

namespace glenda::ktest {

namespace {

std::uint64_t mix(std::uint64_t seed) { return (seed ^ seed >> 31) * 0x9e37'79b9'7f4a'7c15; }

/// Word `i` of a message that carries `seed`.
std::uint64_t word_of(std::uint64_t seed, unsigned i) { return mix(seed * 131 + i); }

Message filled(std::uint64_t seed, unsigned length) {
    Message message{.tag = Tag(seed, length)};
    for (unsigned i = 0; i < length; i++) (i < kRegisterWords ? message.words[i] : utcb()->words[i]) = word_of(seed, i);
    return message;
}

unsigned wrong_words(const Message& message, std::uint64_t seed) {
    unsigned wrong = 0;
    for (unsigned i = 0; i < message.tag.length(); i++)
        wrong += (i < kRegisterWords ? message.words[i] : utcb()->words[i]) != word_of(seed, i) ? 1 : 0;
    return wrong;
}

/// K20: requests and replies of each length arrive unchanged, and nothing is written past their ends.
void every_length() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    unsigned wrong = 0, wrong_length = 0;
    constexpr std::uint64_t kCanary = 0xca'ca'ca'ca;
    auto server = [&] {
        Message request = endpoint.recv(reply.cptr());
        for (unsigned length = 0;; length++) {
            wrong_length += request.tag.length() != length ? 1 : 0;
            wrong += wrong_words(request, length + 1000);
            if (length == kMaxWords) break;
            request = endpoint.reply_recv(reply.cptr(), filled(length + 2000, kMaxWords - length));
        }
        need(reply.send(filled(kMaxWords + 2000, 0)));
    };
    Thread thread(server);
    thread.start();
    for (unsigned length = 0; length <= kMaxWords; length++) {
        const Message request = filled(length + 1000, length);
        const unsigned reply_length = kMaxWords - length;
        for (unsigned i = reply_length; i < kMaxWords; i++)
            if (i >= length && i >= kRegisterWords) utcb()->words[i] = kCanary;
        const Message received = endpoint.call(request);
        EXPECT_EQ(received.tag.raw(), Tag(length + 2000, reply_length).raw());
        EXPECT_EQ(wrong_words(received, length + 2000), 0);
        for (unsigned i = reply_length; i < kMaxWords; i++)
            if (i >= length && i >= kRegisterWords) EXPECT_EQ(utcb()->words[i], kCanary);
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(wrong_length, 0);
    EXPECT(thread.has_finished());
}

/// The same with Send, both when the sender waits first and when the receiver does.
void sending() {
    const Endpoint endpoint = need(pool().endpoint());
    auto sender = [&] {
        for (unsigned length = 0; length <= kMaxWords; length += 7) need(endpoint.send(filled(length, length)));
    };
    Thread thread(sender);
    thread.start();
    EXPECT_EQ(thread.state(), ThreadState::BlockedSend);
    for (unsigned length = 0; length <= kMaxWords; length += 7) {
        const Message message = endpoint.recv(0);
        EXPECT_EQ(message.tag.raw(), Tag(length, length).raw());
        EXPECT_EQ(wrong_words(message, length), 0);
    }
    Message got{};
    unsigned wrong = 1;
    auto receiver = [&] {
        got = endpoint.recv(0);
        wrong = wrong_words(got, 77);
    };
    Thread waiting(receiver);
    EXPECT_ERROR(WouldBlock, endpoint.nb_send(filled(77, 60)));
    waiting.start();
    EXPECT_EQ(waiting.state(), ThreadState::BlockedRecv);
    EXPECT_OK(endpoint.nb_send(filled(77, 60)));
    EXPECT_EQ(got.tag.length(), 60);
    EXPECT_EQ(wrong, 0);
    EXPECT_ERROR(WouldBlock, endpoint.nb_recv(0));
}

/// K12: the receiver gets the badge of the capability that the sender invoked.
void badges_arrive() {
    const Endpoint endpoint = need(pool().endpoint());
    const Endpoint one = badged(endpoint, 1), large = badged(endpoint, ~Badge{0}, Rights::Write);
    Badge got[3] = {9, 9, 9};
    auto receiver = [&] {
        for (Badge& badge : got) badge = endpoint.recv(0).badge;
    };
    Thread thread(receiver);
    thread.start();
    EXPECT_OK(one.send({}));
    EXPECT_OK(large.send({}));
    EXPECT_OK(endpoint.send({}));
    EXPECT_EQ(got[0], 1);
    EXPECT_EQ(got[1], ~Badge{0});
    EXPECT_EQ(got[2], 0);
}

/// A client that calls once and keeps the reply.
struct Client {
    Endpoint endpoint;
    std::uint64_t number;
    Message reply{};
    void operator()() { reply = endpoint.call({.tag = Tag(number, 1), .words = {number}}); }
};

/// K18: a server receives five calls and replies to each exactly once, in another order.
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
        EXPECT_EQ(endpoint.recv(replies[i].cptr()).tag.label(), 100 + i);
    for (unsigned i = 0; i < kClients; i++) {
        const unsigned next = kOrder[i];
        EXPECT_EQ(threads[next].state(), ThreadState::BlockedCall);
        EXPECT_OK(replies[next].send({.tag = Tag(0, 1), .words = {next * 11}}));
        EXPECT(threads[next].has_finished());
        EXPECT_EQ(clients[next].reply.words[0], next * 11);
        EXPECT_ERROR(NoCaller, replies[next].send({}));
    }
}

/// One side of a call is deleted while the other waits for it.
void broken_conversations() {
    const Endpoint endpoint = need(pool().endpoint());
    {  // the caller is deleted or suspended: the reply has no caller
        const Reply reply = need(pool().reply());
        Client client{endpoint, 1};
        Thread thread(client);
        thread.start();
        EXPECT_OK(endpoint.recv(reply.cptr()));
        EXPECT_OK(node().remove(thread.tcb.cptr()));
        EXPECT_ERROR(NoCaller, reply.send({}));
        Thread second(client);
        second.start();
        EXPECT_OK(endpoint.recv(reply.cptr()));
        EXPECT_OK(second.tcb.suspend());
        EXPECT_ERROR(NoCaller, sys::reply_recv(endpoint.cptr(), reply.cptr(), {}));
    }
    {  // the Reply is deleted
        const Reply reply = need(pool().reply());
        Client client{endpoint, 2};
        Thread thread(client);
        thread.start();
        EXPECT_OK(endpoint.recv(reply.cptr()));
        EXPECT_OK(node().remove(reply.cptr()));
        EXPECT_ERROR(Deleted, client.reply);
    }
    {  // the Reply of a waiting receiver is deleted: the next caller gets NoReply
        const Reply reply = need(pool().reply());
        auto server = [&] { (void)endpoint.recv(reply.cptr()); };
        Thread thread(server);
        thread.start();
        EXPECT_OK(node().remove(reply.cptr()));
        EXPECT_ERROR(NoReply, endpoint.call({}));
        EXPECT(thread.has_finished());
    }
    {  // the whole server is deleted, and its memory with the Reply is revoked
        const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 12));
        const CPtr slot = need(pool().slot());
        EXPECT_OK(memory.retype(CapType::Reply, 0, node(), slot));
        auto server = [&] {
            (void)endpoint.recv(slot);
            (void)need(pool().endpoint()).recv(0);  // never replies
        };
        Thread serving(server);
        serving.start();
        Client client{endpoint, 3};
        Thread thread(client);
        thread.start();
        EXPECT(!thread.has_finished());
        EXPECT_OK(node().remove(serving.tcb.cptr()));
        EXPECT_OK(node().revoke(memory.cptr()));
        EXPECT_ERROR(Deleted, client.reply);
    }
}

/// A server cannot forge an error from the kernel: the flags of its tag are not delivered.
void forged_errors() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    auto server = [&] {
        (void)endpoint.recv(reply.cptr());
        (void)reply.send({.tag = Tag::error(Error::NoRights)});
    };
    Thread thread(server);
    thread.start();
    const Message received = endpoint.call({.tag = Tag(Tag(5, 0).raw() | Tag::kNotificationFlag)});
    EXPECT(!received.tag.is_error() && !received.tag.is_notification());
    EXPECT_EQ(received.tag.label(), Error::NoRights);
}

/// Waiting senders are served in order of arrival, also after one of them has left the queue.
void queue_order() {
    const Endpoint endpoint = need(pool().endpoint());
    Client clients[4] = {{endpoint, 0}, {endpoint, 1}, {endpoint, 2}, {endpoint, 3}};
    Thread threads[4] = {Thread(clients[0]), Thread(clients[1]), Thread(clients[2]), Thread(clients[3])};
    for (Thread& thread : threads) thread.start();
    EXPECT_OK(threads[1].tcb.suspend());
    EXPECT_OK(threads[3].tcb.suspend());
    EXPECT_EQ(endpoint.nb_recv(0).tag.label(), 0);
    EXPECT_EQ(endpoint.nb_recv(0).tag.label(), 2);
    EXPECT_ERROR(WouldBlock, endpoint.nb_recv(0));
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"ipc_every_length", every_length},
                                      {"ipc_sending", sending},
                                      {"ipc_badges_arrive", badges_arrive},
                                      {"ipc_deferred_replies", deferred_replies},
                                      {"ipc_broken_conversations", broken_conversations},
                                      {"ipc_forged_errors", forged_errors},
                                      {"ipc_queue_order", queue_order}};
    return run_cases(kCases);
}
