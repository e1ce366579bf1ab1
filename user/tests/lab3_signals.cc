// SPDX-License-Identifier: MIT
// Lab 3, exercise 3.5: signals accumulate in a word until somebody takes it, at the notification or, for a bound
// thread, at an endpoint.
//
// Partner threads have a higher priority than the main thread, so they run as soon as they are ready.
#include "common/hand.h"
#include "common/recorder.h"

namespace glenda::ktest {

namespace {

void expect_invariants() { EXPECT(need(environment().machine.check())); }

/// Nobody waits: the bits stay in the word. Who asks takes all of them.
void accumulating() {
    const Notification all = need(pool().notification());
    const Notification one = badged(all, 1), two = badged(all, 2), high = badged(all, bit(63));
    EXPECT_ERROR(WouldBlock, all.poll());
    for (const Notification bell : {one, two, two, high}) EXPECT_OK(bell.signal());
    const Message taken = sys::nb_recv(all.cptr(), 0);
    EXPECT_EQ(taken.badge, bit(63) | 3);
    EXPECT_EQ(taken.tag.raw(), Tag::notification().raw());
    EXPECT_ERROR(WouldBlock, all.poll());
    EXPECT_OK(all.signal());  // without a badge: bit 0
    Hand hand;
    EXPECT_EQ(hand.enter(Syscall::Recv, all.cptr(), {}).badge, 1);
    EXPECT_ERROR(WouldBlock, all.poll());
}

/// A signal goes to the first that waits, and to no other.
void waiting() {
    const Notification all = need(pool().notification());
    const Notification four = badged(all, 4);
    Message got[2] = {};
    auto first = [&] { got[0] = sys::recv(all.cptr(), 0); };
    auto second = [&] { got[1] = sys::recv(all.cptr(), 0); };
    Thread threads[2] = {Thread(first), Thread(second)};
    for (Thread& thread : threads) {
        thread.start();
        EXPECT_EQ(thread.state(), ThreadState::BlockedRecv);
    }
    expect_invariants();
    EXPECT_EQ(sys::send(four.cptr(), {}).tag.raw(), 0);  // Send on a notification is a signal, too
    EXPECT(threads[0].has_finished());
    EXPECT_EQ(got[0].badge, 4);
    EXPECT(got[0].tag.is_notification());
    EXPECT_EQ(threads[1].state(), ThreadState::BlockedRecv);
    EXPECT_OK(all.signal());
    EXPECT(threads[1].has_finished());
    EXPECT_EQ(got[1].badge, 1);
    EXPECT_ERROR(WouldBlock, all.poll());
}

/// The thread that signals runs on if the one that it wakes has a lower priority. More signals are kept meanwhile.
void signaller_runs_on() {
    const Notification all = need(pool().notification());
    const Notification one = badged(all, 1), two = badged(all, 2);
    Badge got[2] = {};
    auto body = [&] {
        for (Badge& badge : got) badge = need(all.wait());
    };
    Thread thread(body, {.priority = kPriority - 1});
    thread.start();
    let_others_run();
    EXPECT_OK(one.signal());
    EXPECT_EQ(thread.state(), ThreadState::Ready);
    EXPECT_OK(two.signal());
    let_others_run();
    EXPECT(thread.has_finished());
    EXPECT_EQ(got[0], 1);
    EXPECT_EQ(got[1], 2);
}

/// A thread with a bound notification waits at an endpoint for messages and signals alike. Signals come first.
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
    thread.start();  // takes both signals at once
    EXPECT_EQ(count, 1);
    EXPECT_EQ(got[0].tag.raw(), Tag::notification().raw());
    EXPECT_EQ(got[0].badge, 3);
    Hand hand;
    EXPECT_EQ(hand.call(endpoint, {.tag = Tag(0, 1), .words = {21}}).words[0], 42);
    EXPECT_OK(two.signal());  // wakes the thread that waits at the endpoint
    EXPECT_EQ(count, 3);
    EXPECT_EQ(got[2].badge, 2);
    expect_invariants();
    EXPECT_EQ(hand.call(endpoint, {.tag = Tag(0, 1), .words = {4}}).words[0], 8);
    EXPECT_OK(thread.tcb.unbind());
    EXPECT_OK(one.signal());
    EXPECT_EQ(count, 4);  // it is not woken any more
    EXPECT_EQ(need(bell.poll()), 1);
}

/// Who waits at the notification itself comes before the thread that it is bound to.
void waiters_before_the_bound_thread() {
    const Endpoint endpoint = need(pool().endpoint());
    const Notification bell = need(pool().notification());
    Message got{};
    Badge taken = 0;
    auto server = [&] { got = endpoint.recv(0); };
    auto waiter = [&] { taken = need(bell.wait()); };
    Thread serving(server), waiting(waiter);
    EXPECT_OK(serving.tcb.bind(bell));
    serving.start();
    waiting.start();
    EXPECT_OK(bell.signal());
    EXPECT_EQ(taken, 1);
    EXPECT_EQ(serving.state(), ThreadState::BlockedRecv);
    EXPECT_OK(bell.signal());
    EXPECT(serving.has_finished());
    EXPECT_EQ(got.badge, 1);
}

/// The bound thread is blocked, but not in a Recv at an endpoint: signals do not end that.
void bound_elsewhere() {
    const Endpoint endpoint = need(pool().endpoint());
    const Notification bell = need(pool().notification()), other = need(pool().notification());
    const Reply reply = need(pool().reply());
    enum class Wait { OtherBell, Send, Call, InReply };
    for (const Wait wait : {Wait::OtherBell, Wait::Send, Wait::Call, Wait::InReply}) {
        auto body = [&] {
            if (wait == Wait::OtherBell) (void)sys::recv(other.cptr(), 0);
            if (wait == Wait::Send) (void)sys::send(endpoint.cptr(), {});
            if (wait == Wait::Call || wait == Wait::InReply) (void)endpoint.call({});
        };
        Thread thread(body);
        EXPECT_OK(thread.tcb.bind(bell));
        thread.start();
        if (wait == Wait::InReply) EXPECT_OK(endpoint.nb_recv(reply.cptr()));
        const ThreadState before = thread.state();
        EXPECT_OK(bell.signal());
        EXPECT_EQ(thread.state(), before);
        EXPECT_EQ(need(bell.poll()), 1);
        EXPECT_OK(thread.tcb.suspend());
        EXPECT_OK(thread.tcb.unbind());
    }
}

/// A signal ends the Recv of a server that brought a Reply: the Reply is free again, for no call came.
void bound_with_a_reply() {
    const Endpoint endpoint = need(pool().endpoint());
    const Notification bell = need(pool().notification());
    const Reply reply = need(pool().reply());
    Message got{};
    auto server = [&] { got = endpoint.recv(reply.cptr()); };
    Thread thread(server);
    EXPECT_OK(thread.tcb.bind(bell));
    thread.start();
    EXPECT_OK(bell.signal());
    EXPECT(thread.has_finished());
    EXPECT(got.tag.is_notification());
    expect_invariants();
    EXPECT_ERROR(WouldBlock, endpoint.nb_recv(reply.cptr()));
    EXPECT_ERROR(WouldBlock, endpoint.nb_send({}));
}

/// ReplyRecv on a notification: the reply goes out, then the server takes the signals or waits for them.
void reply_and_wait() {
    const Endpoint endpoint = need(pool().endpoint());
    const Notification bell = need(pool().notification());
    const Reply reply = need(pool().reply());
    auto client = [&] { (void)endpoint.call({}); };
    Thread thread(client);
    thread.start();
    EXPECT_OK(endpoint.nb_recv(reply.cptr()));
    EXPECT_OK(bell.signal());
    Hand hand;
    const Message signal = hand.enter(Syscall::ReplyRecv, bell.cptr(), {.words = {11, 12, 13, 14}}, reply.cptr());
    EXPECT(thread.has_finished());
    EXPECT_EQ(signal.tag.raw(), Tag::notification().raw());
    EXPECT_EQ(signal.badge, 1);
    for (unsigned i = 0; i < kRegisterWords; i++) EXPECT_EQ(signal.words[i], 11 + i);  // a signal has no words
}

/// The notification goes: who waits for it learns that.
void deleted_notification() {
    const Notification bell = need(pool().notification());
    Message got{};
    auto body = [&] { got = sys::recv(bell.cptr(), 0); };
    Thread thread(body);
    thread.start();
    EXPECT_OK(node().remove(bell.cptr()));
    EXPECT(thread.has_finished());
    EXPECT_ERROR(Deleted, got);
    expect_invariants();
}

/// The trace names the thread that a signal has woken, or nobody.
void traced() {
    const Notification all = need(pool().notification());
    auto body = [&] { (void)all.wait(); };
    Thread thread(body);
    thread.start();
    Recorder recorder;
    recorder.start();
    EXPECT_OK(all.signal());
    EXPECT_OK(all.signal());
    recorder.stop();
    std::uint64_t woken[2] = {~std::uint64_t{0}, ~std::uint64_t{0}};
    for (unsigned i = 0, count = 0; i < recorder.count() && count < 2; i++)
        if (recorder[i].kind == TraceKind::Signal) woken[count++] = recorder[i].first;
    EXPECT_EQ(woken[0], number_of(thread.tcb));
    EXPECT_EQ(woken[1], 0);
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"accumulating", accumulating},
                                      {"waiting", waiting},
                                      {"signaller_runs_on", signaller_runs_on},
                                      {"bound", bound},
                                      {"waiters_before_the_bound_thread", waiters_before_the_bound_thread},
                                      {"bound_elsewhere", bound_elsewhere},
                                      {"bound_with_a_reply", bound_with_a_reply},
                                      {"reply_and_wait", reply_and_wait},
                                      {"deleted_notification", deleted_notification},
                                      {"traced", traced}};
    return run_cases(kCases);
}
