// SPDX-License-Identifier: MIT
// The objects of the model, and the invariants. See ipc_model.h.
#include "model/ipc_model.h"

#include <algorithm>

namespace glenda::test {

/// Makes a new kernel and an empty model.
void IpcModel::begin(unsigned seed) {
    boot();
    threads_ = {};
    endpoints_ = {};
    notifications_ = {};
    replies_ = {};
    done_ = {};
    next_word_ = 1;
    random_.seed(seed);
    make(CapType::Endpoint, kEndpoint, 0, kEndpoints);
    make(CapType::Notification, kNotification, 0, kNotifications);
    make(CapType::Reply, kReply, 0, kReplies);
    for (unsigned e = 0; e < kEndpoints; e++) mint_endpoint(e);
    for (unsigned n = 0; n < kNotifications; n++) mint_notification(n);
    for (unsigned t = 0; t < kThreads; t++) make_model_thread(t);
    bind(0, 0);
    bind(1, 1);
    ASSERT_EQ(call(kTcb, TcbMethod::SetPriority, {1, kMaxPriority}), Error::Ok);  // below the others
}

void IpcModel::make_model_thread(unsigned t) {
    make_thread(kTcbs + t, has_utcb(t) ? kUtcbs + t : 0, kHandler + t);
    ASSERT_EQ(call(kTcbs + t, TcbMethod::SetPriority, {10 + t % 2, 255}), Error::Ok);
}

void IpcModel::mint_endpoint(unsigned e) {
    ASSERT_EQ(copy(kEndpoint + e, kNoGrant + e, Rights::Read), Error::Ok);
    for (unsigned t = 0; t < kThreads; t++) {
        ASSERT_EQ(mint(kEndpoint + e, badged(t, e), badge_of(t, e)), Error::Ok);
    }
    for (unsigned t = 0; t < kThreads && e == 0; t++) ASSERT_EQ(mint(kEndpoint, kHandler + t, 0x1000 + t), Error::Ok);
}

void IpcModel::mint_notification(unsigned n) {
    for (unsigned t = 0; t < kThreads; t++)
        ASSERT_EQ(mint(kNotification + n, kSignal + t * kNotifications + n, bit(t)), Error::Ok);
}

void IpcModel::bind(unsigned t, unsigned n) {
    ASSERT_EQ(call(kTcbs + t, TcbMethod::BindNotification, {kNotification + n}), Error::Ok);
    notifications_[n].bound = static_cast<int>(t);
    if (notifications_[n].flags != 0) naive_signal(static_cast<int>(n), 0);  // wakes a thread that waits already
}

void IpcModel::check_thread(int t) {
    const Tcb& real = tcb(kTcbs + static_cast<unsigned>(t));
    const NaiveThread& naive = threads_[t];
    ASSERT_EQ(real.state, naive.state) << "thread " << t;
    ASSERT_EQ(real.endpoint,
              naive.endpoint == kNone ? nullptr : &object<Endpoint>(kEndpoint + static_cast<unsigned>(naive.endpoint)));
    ASSERT_EQ(real.notification,
              naive.notification == kNone
                  ? nullptr
                  : &object<Notification>(kNotification + static_cast<unsigned>(naive.notification)));
    ASSERT_EQ(real.reply, naive.reply == kNone ? nullptr : &object<Reply>(kReply + static_cast<unsigned>(naive.reply)));
    const bool can_run = real.state == ThreadState::Ready;
    ASSERT_EQ(can_run, real.is_queued || hart().current == &real);
    if (!can_run) return;
    ASSERT_EQ(real.tag().raw(), naive.expected.tag.raw()) << "thread " << t;
    if (!naive.expected.has_message) return;
    ASSERT_EQ(real.registers.a(0), naive.expected.badge) << "thread " << t;
    const unsigned length = std::max(naive.expected.tag.length(), kRegisterWords);
    for (unsigned i = 0; i < length; i++) ASSERT_EQ(real.word(i), naive.expected.words[i]);
}

void IpcModel::check_line(const TcbQueue& queue, const std::deque<int>& naive) {
    const std::vector<const Tcb*> line = threads_in(queue);
    ASSERT_EQ(line.size(), naive.size());
    for (std::size_t i = 0; i < line.size(); i++) ASSERT_EQ(line[i], &tcb(kTcbs + static_cast<unsigned>(naive[i])));
}

void IpcModel::check() {
    for (unsigned t = 0; t < kThreads; t++) check_thread(static_cast<int>(t));
    for (unsigned e = 0; e < kEndpoints; e++) {
        const Endpoint& real = object<Endpoint>(kEndpoint + e);
        const NaiveEndpoint& naive = endpoints_[e];
        auto waiting = Endpoint::Waiting::Nobody;
        if (!naive.senders.empty()) waiting = Endpoint::Waiting::Senders;
        if (!naive.receivers.empty()) waiting = Endpoint::Waiting::Receivers;
        ASSERT_EQ(real.waiting, waiting);
        check_line(real.queue, naive.senders.empty() ? naive.receivers : naive.senders);
    }
    for (unsigned n = 0; n < kNotifications; n++) {
        const Notification& real = object<Notification>(kNotification + n);
        const NaiveNotification& naive = notifications_[n];
        ASSERT_EQ(real.flags, naive.flags);
        ASSERT_EQ(real.bound, naive.bound == kNone ? nullptr : &tcb(kTcbs + static_cast<unsigned>(naive.bound)));
        check_line(real.waiters, naive.waiters);
    }
    for (unsigned r = 0; r < kReplies; r++) {
        const Reply& real = object<Reply>(kReply + r);
        const auto thread = [&](int t) { return t == kNone ? nullptr : &tcb(kTcbs + static_cast<unsigned>(t)); };
        ASSERT_EQ(real.caller, thread(replies_[r].caller));
        ASSERT_EQ(real.receiver, thread(replies_[r].receiver));
        if (replies_[r].receiver != kNone || replies_[r].caller != kNone) {
            ASSERT_EQ(real.can_grant, replies_[r].can_grant);
        }
    }
}

/// A number that covers everything that threads or the scheduler can observe.
std::uint64_t IpcModel::fingerprint() const {
    std::uint64_t hash = 14695981039346656037u;
    const auto mix = [&](std::uint64_t value) { hash = (hash ^ value) * 1099511628211u; };
    mix(reinterpret_cast<std::uint64_t>(hart().current));
    mix(hart().satp);
    for (unsigned t = 0; t < kThreads; t++) {
        const Tcb& thread = tcb(kTcbs + t);
        mix(thread.registers.pc);
        for (const std::uint64_t x : thread.registers.x) mix(x);
        mix(static_cast<std::uint64_t>(thread.state));
        mix(thread.turn_end - thread.run_time);
        mix(reinterpret_cast<std::uint64_t>(thread.links.next));
        mix(reinterpret_cast<std::uint64_t>(thread.links.previous));
        for (unsigned i = 0; i < kWords && thread.utcb != nullptr; i++) mix(thread.utcb->words[i]);
    }
    for (unsigned r = 0; r < kReplies; r++) mix(object<Reply>(kReply + r).can_grant);
    return hash;
}

/// Makes random steps and compares each with the model. Returns the fingerprint after each step.
void IpcModel::converse(std::vector<std::uint64_t>& fingerprints) {
    for (unsigned i = 0; i < 25'000; i++) {
        step();
        if (HasFatalFailure()) FAIL() << "in step " << i;
        fingerprints.push_back(fingerprint());
        check();
        if (HasFatalFailure()) FAIL() << "after step " << i;
        if (i % 1000 == 0) {
            ASSERT_EQ(tree_fault(slot(kUntyped)), "");
            machine.console.clear();
        }
    }
}

}  // namespace glenda::test
