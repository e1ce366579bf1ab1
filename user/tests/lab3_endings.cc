// SPDX-License-Identifier: MIT
// Lab 3, exercise 3.4: one side goes, by Suspend, Delete or Revoke, while the other waits for it.
//
// Partner threads have a higher priority than the main thread, so they run as soon as they are ready.
#include "common/hand.h"

namespace glenda::ktest {

namespace {

void expect_invariants() { EXPECT(need(environment().machine.check())); }

/// A thread body that makes one system call and keeps what it returns.
struct Waiter {
    Syscall number;
    CPtr pointer;
    CPtr reply = 0;
    Message got{};
    void operator()() { got = sys::enter(number, pointer, {.tag = Tag(9, 0)}, reply); }
};

/// A thread that is suspended while it waits leaves the queue, and its call fails with Cancelled when it runs again.
void suspended() {
    const Endpoint endpoint = need(pool().endpoint());
    for (const Syscall number : {Syscall::Call, Syscall::Send, Syscall::Recv}) {
        Waiter waiter{number, endpoint.cptr()};
        Thread thread(waiter);
        thread.start();
        EXPECT(!thread.has_finished());
        EXPECT_OK(thread.tcb.suspend());
        EXPECT_EQ(thread.state(), ThreadState::Inactive);
        EXPECT_ERROR(WouldBlock, endpoint.nb_send({}));
        EXPECT_ERROR(WouldBlock, endpoint.nb_recv(0));
        expect_invariants();
        EXPECT_OK(thread.tcb.resume());
        EXPECT(thread.has_finished());
        EXPECT_ERROR(Cancelled, waiter.got);
    }
}

/// The others in the queue keep their order, whichever leaves.
void others_stay_in_line() {
    const Endpoint endpoint = need(pool().endpoint());
    for (unsigned leaving = 0; leaving < 3; leaving++) {
        const Endpoint to[3] = {badged(endpoint, 1), badged(endpoint, 2), badged(endpoint, 3)};
        Waiter waiters[3] = {
            {Syscall::Send, to[0].cptr()}, {Syscall::Send, to[1].cptr()}, {Syscall::Send, to[2].cptr()}};
        alignas(64) static std::byte stacks[3][16 * 1024];
        Thread threads[3] = {Thread(waiters[0], {.stack = stacks[0]}), Thread(waiters[1], {.stack = stacks[1]}),
                             Thread(waiters[2], {.stack = stacks[2]})};
        for (Thread& thread : threads) thread.start();
        EXPECT_OK(threads[leaving].tcb.suspend());
        for (unsigned i = 0; i < 3; i++)
            if (i != leaving) EXPECT_EQ(endpoint.nb_recv(0).badge, i + 1);
        EXPECT_ERROR(WouldBlock, endpoint.nb_recv(0));
    }
}

/// A receiver that is suspended takes its Reply along: it is free, and another can bring it.
void suspended_with_a_reply() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    Waiter server{Syscall::Recv, endpoint.cptr(), reply.cptr()};
    Thread thread(server);
    thread.start();
    EXPECT_ERROR(Busy, endpoint.nb_recv(reply.cptr()));
    EXPECT_OK(thread.tcb.suspend());
    expect_invariants();
    EXPECT_ERROR(WouldBlock, endpoint.nb_recv(reply.cptr()));
}

/// A caller that has been received goes: nobody is left to reply to.
void lost_callers() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    Waiter client{Syscall::Call, endpoint.cptr()};
    {
        Thread thread(client);
        thread.start();
        EXPECT_OK(endpoint.nb_recv(reply.cptr()));
        EXPECT_OK(thread.tcb.suspend());
        expect_invariants();
        EXPECT_ERROR(NoCaller, reply.send({}));
        EXPECT_OK(thread.tcb.resume());
        EXPECT_ERROR(Cancelled, client.got);
    }
    Thread thread(client);
    thread.start();
    EXPECT_OK(endpoint.nb_recv(reply.cptr()));
    EXPECT_OK(node().remove(thread.tcb.cptr()));
    expect_invariants();
    Hand hand;
    EXPECT_ERROR(NoCaller, hand.reply_recv(endpoint, reply, {}));
    EXPECT_ERROR(WouldBlock, endpoint.nb_recv(reply.cptr()));  // and the Reply is free
}

/// The endpoint goes: all that wait at it learn that, in order, and nobody waits for ever.
void deleted_endpoint() {
    for (const Syscall number : {Syscall::Call, Syscall::Send, Syscall::Recv}) {
        const Endpoint endpoint = need(pool().endpoint());
        Waiter waiters[2] = {{number, endpoint.cptr()}, {number, endpoint.cptr()}};
        Thread threads[2] = {Thread(waiters[0]), Thread(waiters[1])};
        for (Thread& thread : threads) thread.start();
        EXPECT_OK(node().remove(endpoint.cptr()));
        for (unsigned i = 0; i < 2; i++) {
            EXPECT(threads[i].has_finished());
            EXPECT_ERROR(Deleted, waiters[i].got);
        }
        expect_invariants();
    }
}

/// The endpoint goes at which a server waits: the Reply that it has brought is free again, and it brings it elsewhere.
void deleted_endpoint_of_a_server() {
    const Endpoint endpoint = need(pool().endpoint()), other = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    Message got[2] = {};
    auto server = [&] {
        got[0] = endpoint.recv(reply.cptr());
        got[1] = other.nb_recv(reply.cptr());
    };
    Thread thread(server);
    thread.start();
    EXPECT_OK(node().remove(endpoint.cptr()));
    EXPECT(thread.has_finished());
    EXPECT_ERROR(Deleted, got[0]);
    EXPECT_ERROR(WouldBlock, got[1]);
    expect_invariants();
}

/// The endpoint goes while a caller waits in a Reply. That is not the caller's concern: it gets its reply.
void deleted_endpoint_after_the_call() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    Waiter client{Syscall::Call, endpoint.cptr()};
    Thread thread(client);
    thread.start();
    EXPECT_OK(endpoint.nb_recv(reply.cptr()));
    EXPECT_OK(node().remove(endpoint.cptr()));
    EXPECT_EQ(thread.state(), ThreadState::BlockedCall);
    EXPECT_OK(reply.send({.tag = Tag(5, 0)}));
    EXPECT_EQ(client.got.tag.raw(), Tag(5, 0).raw());
}

/// The Reply goes, and with it the right to reply: the caller's call fails.
void deleted_reply() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    Waiter client{Syscall::Call, endpoint.cptr()};
    Thread thread(client);
    thread.start();
    EXPECT_OK(endpoint.nb_recv(reply.cptr()));
    EXPECT_OK(node().remove(reply.cptr()));
    EXPECT(thread.has_finished());
    EXPECT_ERROR(Deleted, client.got);
    expect_invariants();
}

/// The Reply of a waiting receiver goes. The receiver waits on without it, so the next call to it fails.
void deleted_reply_of_a_receiver() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    Waiter server{Syscall::Recv, endpoint.cptr(), reply.cptr()};
    Thread thread(server);
    thread.start();
    EXPECT_OK(node().remove(reply.cptr()));
    EXPECT_EQ(thread.state(), ThreadState::BlockedRecv);
    expect_invariants();
    Hand hand;
    EXPECT_ERROR(NoReply, hand.call(endpoint, {.tag = Tag(6, 0)}));
    EXPECT(thread.has_finished());
    EXPECT_EQ(server.got.tag.label(), 6);
}

/// A whole server goes, with the memory that holds its Reply.
void revoked_server() {
    const Endpoint endpoint = need(pool().endpoint());
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 12));
    const CPtr reply = need(pool().slot()), never = need(pool().endpoint()).cptr();
    EXPECT_OK(memory.retype(CapType::Reply, 0, node(), reply));
    auto server = [&] {
        (void)endpoint.recv(reply);
        (void)sys::recv(never, 0);
    };
    Thread serving(server);
    serving.start();
    Waiter client{Syscall::Call, endpoint.cptr()};
    Thread thread(client);
    thread.start();
    EXPECT_OK(node().remove(serving.tcb.cptr()));
    EXPECT(!thread.has_finished());
    EXPECT_OK(node().revoke(memory.cptr()));
    EXPECT(thread.has_finished());
    EXPECT_ERROR(Deleted, client.got);
    expect_invariants();
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"suspended", suspended},
                                      {"others_stay_in_line", others_stay_in_line},
                                      {"suspended_with_a_reply", suspended_with_a_reply},
                                      {"lost_callers", lost_callers},
                                      {"deleted_endpoint", deleted_endpoint},
                                      {"deleted_endpoint_of_a_server", deleted_endpoint_of_a_server},
                                      {"deleted_endpoint_after_the_call", deleted_endpoint_after_the_call},
                                      {"deleted_reply", deleted_reply},
                                      {"deleted_reply_of_a_receiver", deleted_reply_of_a_receiver},
                                      {"revoked_server", revoked_server}};
    return run_cases(kCases);
}
