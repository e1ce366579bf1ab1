// SPDX-License-Identifier: MIT
// Lab 3, exercise 3.1: Send and Recv. Whoever comes first waits, and then the two meet. All messages are short.
//
// Partner threads have a higher priority than the main thread, so they run as soon as they are ready. The main thread
// only looks on; what a case needs of sending and receiving, a Hand does for it.
#include "common/hand.h"

namespace glenda::ktest {

namespace {

/// A message with this label, and four words that follow from it.
Message numbered(std::uint64_t label) {
    return {.tag = Tag(label, 4), .words = {label * 3, label * 5, label * 7, label * 11}};
}
bool is_numbered(const Message& message, std::uint64_t label) {
    const Message wanted = numbered(label);
    bool is_equal = message.tag.raw() == wanted.tag.raw();
    for (unsigned i = 0; i < kRegisterWords; i++) is_equal = is_equal && message.words[i] == wanted.words[i];
    return is_equal;
}

/// A thread body that sends `count` messages, labelled `first` and on, and notes what the system calls return.
struct Sender {
    Endpoint endpoint;
    std::uint64_t first;
    unsigned count = 1;
    unsigned sent = 0;
    std::uint64_t returned = 0;  // all tags ORed together: a Send that worked returns an empty one
    void operator()() {
        for (; sent < count; sent++) returned |= sys::send(endpoint.cptr(), numbered(first + sent)).tag.raw();
    }
};

/// A thread body that receives `count` messages.
struct Receiver {
    static constexpr unsigned kMost = 4;
    Endpoint endpoint;
    unsigned count = 1;
    Reply reply{};
    Message got[kMost] = {};
    unsigned received = 0;
    void operator()() {
        for (; received < count; received++) got[received] = endpoint.recv(reply.cptr());
    }
};

/// The sender comes first: it waits, and each Recv lets it send one message more.
void sender_waits() {
    const Endpoint endpoint = need(pool().endpoint());
    Sender sender{.endpoint = endpoint, .first = 1, .count = 3};
    Thread thread(sender);
    Hand hand;
    thread.start();
    for (unsigned i = 0; i < 3; i++) {
        EXPECT_EQ(thread.state(), ThreadState::BlockedSend);
        EXPECT_EQ(sender.sent, i);
        EXPECT(is_numbered(hand.nb_recv(endpoint), 1 + i));
    }
    EXPECT(thread.has_finished());
    EXPECT_EQ(sender.returned, 0);
    EXPECT_ERROR(WouldBlock, hand.nb_recv(endpoint));
}

/// The receiver comes first: it waits, and each Send wakes it.
void receiver_waits() {
    const Endpoint endpoint = need(pool().endpoint());
    Receiver receiver{.endpoint = endpoint, .count = 3};
    Thread thread(receiver);
    Hand hand;
    thread.start();
    for (unsigned i = 0; i < 3; i++) {
        EXPECT_EQ(thread.state(), ThreadState::BlockedRecv);
        EXPECT_EQ(receiver.received, i);
        EXPECT_EQ(hand.nb_send(endpoint, numbered(20 + i)).tag.raw(), 0);
    }
    EXPECT(thread.has_finished());
    for (unsigned i = 0; i < 3; i++) EXPECT(is_numbered(receiver.got[i], 20 + i));
    EXPECT_ERROR(WouldBlock, hand.nb_send(endpoint, numbered(9)));
}

/// The receiver has a lower priority: it is ready, but the sender runs on.
void sender_runs_on() {
    const Endpoint endpoint = need(pool().endpoint());
    Receiver receiver{.endpoint = endpoint, .count = 1};
    Thread thread(receiver, {.priority = kPriority - 1});
    Hand hand;
    thread.start();
    let_others_run();
    EXPECT_EQ(thread.state(), ThreadState::BlockedRecv);
    EXPECT_OK(hand.send(endpoint, numbered(5)));
    EXPECT_EQ(thread.state(), ThreadState::Ready);
    EXPECT_EQ(receiver.received, 0);
    let_others_run();
    EXPECT(thread.has_finished());
    EXPECT(is_numbered(receiver.got[0], 5));
}

/// The receiver learns the badge of the capability that the sender used.
void badges_arrive() {
    const Endpoint endpoint = need(pool().endpoint());
    const Endpoint one = badged(endpoint, 1), large = badged(endpoint, ~Badge{0}, Rights::Write);
    Receiver receiver{.endpoint = endpoint, .count = 3};
    Thread thread(receiver);
    Hand hand;
    thread.start();
    for (const Endpoint to : {one, large, endpoint}) EXPECT_OK(hand.nb_send(to, {}));
    EXPECT_EQ(receiver.got[0].badge, 1);
    EXPECT_EQ(receiver.got[1].badge, ~Badge{0});
    EXPECT_EQ(receiver.got[2].badge, 0);
}

/// The badge counts that the capability had when the Send began. Meanwhile it may have been deleted.
void badges_are_remembered() {
    const Endpoint endpoint = need(pool().endpoint());
    const Endpoint seven = badged(endpoint, 7);
    Sender sender{.endpoint = seven, .first = 1};
    Thread thread(sender);
    Hand hand;
    thread.start();
    EXPECT_OK(node().remove(seven.cptr()));
    EXPECT_EQ(hand.nb_recv(endpoint).badge, 7);
    EXPECT(thread.has_finished());
    EXPECT_EQ(sender.returned, 0);
}

/// First come, first served: among senders, and among receivers.
void queue_order() {
    const Endpoint endpoint = need(pool().endpoint());
    Hand hand;
    Sender senders[3] = {{endpoint, 30}, {endpoint, 31}, {endpoint, 32}};
    Thread sending[3] = {Thread(senders[0]), Thread(senders[1]), Thread(senders[2])};
    for (Thread& thread : sending) thread.start();
    for (unsigned i = 0; i < 3; i++) EXPECT(is_numbered(hand.nb_recv(endpoint), 30 + i));
    EXPECT_ERROR(WouldBlock, hand.nb_recv(endpoint));

    Receiver receivers[3] = {{endpoint}, {endpoint}, {endpoint}};
    Thread receiving[3] = {Thread(receivers[0]), Thread(receivers[1]), Thread(receivers[2])};
    for (Thread& thread : receiving) thread.start();
    for (unsigned i = 0; i < 3; i++) EXPECT_OK(hand.nb_send(endpoint, numbered(40 + i)));
    for (unsigned i = 0; i < 3; i++) EXPECT(is_numbered(receivers[i].got[0], 40 + i));
    EXPECT_ERROR(WouldBlock, hand.nb_send(endpoint, numbered(9)));
}

/// A receiver brings a Reply, but the message is no call. So the Reply is free again, whichever side comes first, and
/// the receiver can bring it to its next Recv.
void replies_unused() {
    const Endpoint endpoint = need(pool().endpoint());
    const Reply reply = need(pool().reply());
    Sender sender{.endpoint = endpoint, .first = 60};
    Thread sending(sender);
    sending.start();
    Receiver receiver{.endpoint = endpoint, .count = 3, .reply = reply};
    Thread receiving(receiver);
    receiving.start();
    Hand hand;
    for (unsigned i = 0; i < 2; i++) {
        EXPECT_EQ(receiver.received, 1 + i);
        EXPECT(is_numbered(receiver.got[i], 60 + i));
        EXPECT_EQ(receiving.state(), ThreadState::BlockedRecv);
        EXPECT_ERROR(Busy, hand.nb_recv(endpoint, reply));  // the receiver waits with it
        EXPECT_OK(hand.nb_send(endpoint, numbered(61 + i)));
    }
    EXPECT(is_numbered(receiver.got[2], 62));
    EXPECT(receiving.has_finished());
}

/// Two endpoints have nothing to do with each other.
void two_endpoints() {
    const Endpoint first = need(pool().endpoint()), second = need(pool().endpoint());
    Hand hand;
    Sender sender{.endpoint = first, .first = 50};
    Thread sending(sender);
    sending.start();
    Receiver receiver{.endpoint = second};
    Thread receiving(receiver);
    receiving.start();
    EXPECT_ERROR(WouldBlock, hand.nb_send(first, {}));
    EXPECT_ERROR(WouldBlock, hand.nb_recv(second));
    EXPECT_OK(hand.nb_send(second, numbered(51)));
    EXPECT(is_numbered(hand.nb_recv(first), 50));
    EXPECT(is_numbered(receiver.got[0], 51));
    EXPECT(sending.has_finished());
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"sender_waits", sender_waits},
                                      {"receiver_waits", receiver_waits},
                                      {"runs_on", sender_runs_on},
                                      {"badges_arrive", badges_arrive},
                                      {"badges_are_remembered", badges_are_remembered},
                                      {"queue_order", queue_order},
                                      {"unused", replies_unused},
                                      {"apart", two_endpoints}};
    return run_cases(kCases);
}
