// SPDX-License-Identifier: MIT
// See naive_ipc.h.
#include "model/naive_ipc.h"

#include "abi/fault.h"

namespace glenda::test {

void NaiveIpc::wake(int t) {
    NaiveThread& thread = threads_[t];
    thread.state = ThreadState::Ready;
    thread.endpoint = thread.notification = kNone;
}

void NaiveIpc::wake_with(int t, Error error) {
    threads_[t].expected = {.tag = Tag::error(error)};
    wake(t);
}

void NaiveIpc::leave_lines(int t) {
    for (NaiveEndpoint& endpoint : endpoints_) {
        std::erase(endpoint.senders, t);
        std::erase(endpoint.receivers, t);
    }
    for (NaiveNotification& notification : notifications_) std::erase(notification.waiters, t);
    for (NaiveReply& reply : replies_) {
        if (reply.caller == t) reply.caller = kNone;
        if (reply.receiver == t) reply.receiver = kNone;
    }
    threads_[t].endpoint = threads_[t].notification = threads_[t].reply = kNone;
}

/// A cancelled wait gives an error, a cancelled fault gives nothing.
void NaiveIpc::fail(int t, Error error) {
    leave_lines(t);
    if (threads_[t].state == ThreadState::BlockedFault)
        threads_[t].state = ThreadState::Inactive;
    else
        wake_with(t, error);
}

/// Without a UTCB only the words in registers arrive.
NaiveMessage NaiveIpc::delivered(NaiveMessage message, int to) {
    if (!has_utcb(static_cast<unsigned>(to)) && message.tag.length() > kRegisterWords)
        message.tag = Tag(message.tag.label(), kRegisterWords);
    return message;
}

void NaiveIpc::meet(int sender, int receiver) {
    NaiveThread &from = threads_[sender], &to = threads_[receiver];
    const int reply = to.reply;
    to.expected = delivered(from.message, receiver);
    to.expected.badge = from.badge;
    to.reply = kNone;
    if (reply != kNone) replies_[reply].receiver = kNone;
    wake(receiver);
    from.endpoint = kNone;
    if (!from.wants_reply) {
        from.expected = {};
        wake(sender);
    } else if (reply == kNone) {
        fail(sender, Error::NoReply);
    } else {
        replies_[reply].caller = sender;
        from.reply = reply;
    }
}

void NaiveIpc::naive_send(int t, int e, ThreadState as, std::uint64_t badge, NaiveMessage message) {
    NaiveThread& thread = threads_[t];
    thread.state = as;
    thread.badge = badge;
    thread.wants_reply = as != ThreadState::BlockedSend;
    thread.message = message;
    thread.message.has_message = true;
    NaiveEndpoint& endpoint = endpoints_[e];
    if (endpoint.receivers.empty()) {
        endpoint.senders.push_back(t);
        thread.endpoint = e;
        return;
    }
    const int receiver = endpoint.receivers.front();
    endpoint.receivers.pop_front();
    meet(t, receiver);
}

void NaiveIpc::hand_over(int n, int t) {
    threads_[t].expected = {.badge = notifications_[n].flags, .tag = Tag::notification()};
    notifications_[n].flags = 0;
}

int NaiveIpc::bound_to(int t) const {
    for (unsigned n = 0; n < kNotifications; n++)
        if (notifications_[n].bound == t) return static_cast<int>(n);
    return kNone;
}

void NaiveIpc::naive_receive(int t, int e, int reply, bool can_grant) {
    NaiveThread& thread = threads_[t];
    if (const int n = bound_to(t); n != kNone && notifications_[n].flags != 0) return hand_over(n, t);
    thread.reply = reply;
    if (reply != kNone) replies_[reply] = {.receiver = t, .can_grant = can_grant};
    NaiveEndpoint& endpoint = endpoints_[e];
    if (endpoint.senders.empty()) {
        thread.state = ThreadState::BlockedRecv;
        thread.endpoint = e;
        endpoint.receivers.push_back(t);
        return;
    }
    const int sender = endpoint.senders.front();
    endpoint.senders.pop_front();
    meet(sender, t);
}

void NaiveIpc::naive_answer(int reply, NaiveMessage message) {
    const int caller = replies_[reply].caller;
    replies_[reply].caller = kNone;
    NaiveThread& thread = threads_[caller];
    thread.reply = kNone;
    if (thread.state == ThreadState::BlockedFault) {
        const bool resumes = message.tag.label() == kFaultResume;
        thread.state = resumes ? ThreadState::Ready : ThreadState::Inactive;
        // The words are the new a0, a1, ...
        if (resumes && message.tag.length() > 1) thread.expected = {.tag = Tag(message.words[1])};
        return;
    }
    thread.expected = delivered(message, caller);
    thread.expected.has_message = true;
    thread.expected.badge = thread.pointer;  // a0 is unchanged
    wake(caller);
}

void NaiveIpc::naive_signal(int n, std::uint64_t bits) {
    NaiveNotification& notification = notifications_[n];
    notification.flags |= bits;
    int to = notification.bound;
    if (!notification.waiters.empty())
        to = notification.waiters.front();
    else if (to == kNone || threads_[to].endpoint == kNone || threads_[to].state != ThreadState::BlockedRecv)
        return;
    leave_lines(to);
    hand_over(n, to);
    wake(to);
}

}  // namespace glenda::test
