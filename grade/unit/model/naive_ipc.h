// SPDX-License-Identifier: MIT
// A naive model of IPC: every waiting thread is in a list.
//
// It gives the state, the queue and the registers of each thread.
#pragma once

#include <array>
#include <deque>

#include "object/ipc_objects.h"

namespace glenda::test {

constexpr unsigned kThreads = 6, kEndpoints = 3, kNotifications = 2, kReplies = 4;
constexpr unsigned kWithUtcb = 4;  // that many threads, the first ones, have a UTCB
constexpr int kNone = -1;
constexpr unsigned kWords = 10;  // the longest message

/// The result of a system call in a0 and a1, and the words of the message.
struct NaiveMessage {
    std::uint64_t badge = 0;
    Tag tag;
    std::array<std::uint64_t, kWords> words{};
    bool has_message = false;  // if false, only the tag counts
};

struct NaiveThread {
    ThreadState state = ThreadState::Ready;
    int endpoint = kNone;      // in whose queue it is
    int notification = kNone;  // the same
    int reply = kNone;         // caller: the Reply that holds it; receiver: the Reply it waits with
    bool wants_reply = false;
    std::uint64_t badge = 0;  // of the capability that it sends through
    CPtr pointer = 0;         // to it
    NaiveMessage message;     // what it sends
    NaiveMessage expected;    // what it finds when it runs again
};
struct NaiveEndpoint {
    std::deque<int> senders, receivers;
};
struct NaiveNotification {
    std::deque<int> waiters;
    std::uint64_t flags = 0;
    int bound = kNone;
};
struct NaiveReply {
    int caller = kNone, receiver = kNone;
    bool can_grant = false;
};

class NaiveIpc {
protected:
    std::array<NaiveThread, kThreads> threads_;
    std::array<NaiveEndpoint, kEndpoints> endpoints_;
    std::array<NaiveNotification, kNotifications> notifications_;
    std::array<NaiveReply, kReplies> replies_;

    static bool has_utcb(unsigned t) { return t < kWithUtcb; }

    // The kernel's operations, by number of thread, endpoint, notification or Reply.
    void naive_send(int t, int e, ThreadState as, std::uint64_t badge, NaiveMessage message);
    void naive_receive(int t, int e, int reply, bool can_grant);
    void naive_answer(int reply, NaiveMessage message);
    void naive_signal(int n, std::uint64_t bits);

    void meet(int sender, int receiver);
    /// Delivers the signals to the thread.
    void hand_over(int n, int t);
    void wake(int t);
    void wake_with(int t, Error error);
    /// A cancelled wait gives an error, a cancelled fault gives nothing.
    void fail(int t, Error error);
    /// Ends every wait of the thread.
    void leave_lines(int t);
    /// The notification that is bound to the thread, or kNone.
    int bound_to(int t) const;
    static NaiveMessage delivered(NaiveMessage message, int to);
};

}  // namespace glenda::test
