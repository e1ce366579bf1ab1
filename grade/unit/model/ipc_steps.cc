// SPDX-License-Identifier: MIT
// The steps: what threads do, and what is done to them. See ipc_model.h.
#include "model/ipc_model.h"

namespace glenda::test {

/// A message that thread t can send: without a UTCB it is short.
NaiveMessage IpcModel::any_message(int t) {
    NaiveMessage message;
    const unsigned most = has_utcb(static_cast<unsigned>(t)) ? kWords : kRegisterWords;
    message.tag = Tag(next_word_++ % 1000, static_cast<unsigned>(random_() % (most + 1)));
    for (std::uint64_t& word : message.words) word = next_word_++;
    return message;
}

void IpcModel::make_syscall(int t, Syscall number, CPtr pointer, const NaiveMessage& message, CPtr reply) {
    Tcb& thread = tcb(kTcbs + static_cast<unsigned>(t));
    for (unsigned i = kRegisterWords; i < kWords; i++) thread.set_word(i, message.words[i]);
    const auto& w = message.words;
    syscall(thread, number, pointer, message.tag, {w[0], w[1], w[2], w[3]}, reply);
}

/// Mostly the thread that the hart has chosen, otherwise another ready one, or kNone.
int IpcModel::any_ready() {
    for (unsigned tries = 0; tries < 20; tries++) {
        const int t = static_cast<int>(random_() % kThreads);
        const bool is_chosen = hart().current == &tcb(kTcbs + static_cast<unsigned>(t));
        if (threads_[t].state == ThreadState::Ready && (is_chosen || tries > 12)) return t;
    }
    return kNone;
}

void IpcModel::send_step(int t, int e, Syscall number) {
    const NaiveMessage message = any_message(t);
    make_syscall(t, number, badged(static_cast<unsigned>(t), static_cast<unsigned>(e)), message);
    const std::uint64_t badge = badge_of(static_cast<unsigned>(t), static_cast<unsigned>(e));
    threads_[t].pointer = badged(static_cast<unsigned>(t), static_cast<unsigned>(e));
    if (number == Syscall::NBSend && endpoints_[e].receivers.empty()) return expect(t, Error::WouldBlock);
    naive_send(t, e, number == Syscall::Call ? ThreadState::BlockedCall : ThreadState::BlockedSend, badge, message);
}

void IpcModel::recv_step(int t, int e, Syscall number) {
    const int reply = static_cast<int>(random_() % (kReplies + 1)) - 1;
    const bool can_grant = random_() % 4 != 0;
    make_syscall(t, number, source(e, can_grant), {}, reply == kNone ? 0 : kReply + static_cast<unsigned>(reply));
    if (reply != kNone && (replies_[reply].caller != kNone || replies_[reply].receiver != kNone))
        return expect(t, Error::Busy);
    const int n = bound_to(t);
    const bool would_block = endpoints_[e].senders.empty() && (n == kNone || notifications_[n].flags == 0);
    if (number == Syscall::NBRecv && would_block) return expect(t, Error::WouldBlock);
    naive_receive(t, e, reply, can_grant);
}

void IpcModel::wait_step(int t, int n, Syscall number) {
    make_syscall(t, number, kNotification + static_cast<unsigned>(n));
    if (notifications_[n].flags != 0) return hand_over(n, t);
    if (number == Syscall::NBRecv) return expect(t, Error::WouldBlock);
    threads_[t].state = ThreadState::BlockedRecv;
    threads_[t].notification = n;
    notifications_[n].waiters.push_back(t);
}

void IpcModel::answer_step(int t, int reply, int e, Syscall number) {
    NaiveMessage message = any_message(t);
    const int caller = replies_[reply].caller;
    if (caller != kNone && threads_[caller].state == ThreadState::BlockedFault && random_() % 2 == 0)
        message.tag = Tag(kFaultResume, 2);
    const bool can_grant = random_() % 4 != 0;
    if (number == Syscall::Reply)
        make_syscall(t, number, kReply + static_cast<unsigned>(reply), message);
    else
        make_syscall(t, number, source(e, can_grant), message, kReply + static_cast<unsigned>(reply));
    if (caller == kNone) return expect(t, Error::NoCaller);
    naive_answer(reply, message);
    threads_[t].expected = {};
    if (number == Syscall::ReplyRecv) naive_receive(t, e, reply, can_grant);
}

void IpcModel::signal_step(int t, int n, Syscall number) {
    make_syscall(t, number, kSignal + static_cast<unsigned>(t) * kNotifications + static_cast<unsigned>(n));
    threads_[t].expected = {};
    naive_signal(n, bit(static_cast<unsigned>(t)));
}

void IpcModel::yield_step(int t) {
    make_syscall(t, Syscall::Yield, 0);
    threads_[t].expected = {};
}

void IpcModel::tick_step() {
    tick_once();
    choose(hart());
}

/// An unknown system call, such as one of LINE: a fault.
void IpcModel::fault_step(int t) {
    Tcb& thread = tcb(kTcbs + static_cast<unsigned>(t));
    threads_[t].expected.has_message = false;
    const Registers& r = thread.registers;
    NaiveMessage message;
    message.words = {kPc, 64, r.a(0), r.a(1), r.a(2), r.a(3), r.a(4), r.a(5), r.a(6), r.x[1]};
    message.tag = Tag(static_cast<std::uint64_t>(FaultKind::UnknownSyscall), kWords);
    enter_unknown(thread, 64);
    ASSERT_EQ(thread.registers.pc, kPc);
    naive_send(t, 0, ThreadState::BlockedFault, 0x1000 + static_cast<unsigned>(t), message);
}

void IpcModel::suspend_step(int t) {
    ASSERT_EQ(suspend(kTcbs + static_cast<unsigned>(t)), Error::Ok);
    NaiveThread& thread = threads_[t];
    const bool was_waiting = thread.state == ThreadState::BlockedSend || thread.state == ThreadState::BlockedRecv ||
                             thread.state == ThreadState::BlockedCall;
    if (was_waiting) expect(t, Error::Cancelled);
    leave_lines(t);
    thread.state = ThreadState::Inactive;
}

void IpcModel::resume_step(int t) {
    ASSERT_EQ(resume(kTcbs + static_cast<unsigned>(t)), Error::Ok);
    if (threads_[t].state == ThreadState::Inactive) wake(t);
}

void IpcModel::replace_endpoint(int e) {
    machine.checks_before_interrupt = random_() % 3;
    ASSERT_EQ(revoke(kEndpoint + static_cast<unsigned>(e)), Error::Ok);
    ASSERT_EQ(remove(kEndpoint + static_cast<unsigned>(e)), Error::Ok);
    machine.checks_before_interrupt = host::kNever;
    std::deque<int> gone = endpoints_[e].senders;
    gone.insert(gone.end(), endpoints_[e].receivers.begin(), endpoints_[e].receivers.end());
    for (const int t : gone) fail(t, Error::Deleted);
    make(CapType::Endpoint, kEndpoint + static_cast<unsigned>(e));
    mint_endpoint(static_cast<unsigned>(e));
    if (e != 0) return;
    for (unsigned t = 0; t < kThreads; t++)
        ASSERT_EQ(call(kTcbs + t, TcbMethod::Configure, {0, 0, 0, 0, kHandler + t}), Error::Ok);
}

void IpcModel::replace_notification(int n) {
    machine.checks_before_interrupt = random_() % 3;
    ASSERT_EQ(revoke(kNotification + static_cast<unsigned>(n)), Error::Ok);
    ASSERT_EQ(remove(kNotification + static_cast<unsigned>(n)), Error::Ok);
    machine.checks_before_interrupt = host::kNever;
    const std::deque<int> gone = notifications_[n].waiters;
    for (const int t : gone) fail(t, Error::Deleted);
    notifications_[n] = {};
    make(CapType::Notification, kNotification + static_cast<unsigned>(n));
    mint_notification(static_cast<unsigned>(n));
    if (random_() % 2 == 0) {
        syscall(root(), Syscall::Send, kNotification + static_cast<unsigned>(n));
        naive_signal(n, 1);
    }
    bind(static_cast<unsigned>(n), static_cast<unsigned>(n));
}

void IpcModel::replace_reply(int r) {
    ASSERT_EQ(remove(kReply + static_cast<unsigned>(r)), Error::Ok);
    if (const int t = replies_[r].receiver; t != kNone) threads_[t].reply = kNone;
    if (const int t = replies_[r].caller; t != kNone) fail(t, Error::Deleted);
    replies_[r] = {};
    make(CapType::Reply, kReply + static_cast<unsigned>(r));
}

void IpcModel::replace_thread(int t) {
    ASSERT_EQ(remove(kTcbs + static_cast<unsigned>(t)), Error::Ok);
    ASSERT_EQ(remove(kUtcbs + static_cast<unsigned>(t)), Error::Ok);
    leave_lines(t);
    threads_[t] = {};
    make_model_thread(static_cast<unsigned>(t));
    if (t < static_cast<int>(kNotifications)) bind(static_cast<unsigned>(t), static_cast<unsigned>(t));
}

void IpcModel::step() {
    static std::discrete_distribution<unsigned> any_step(std::begin(kWeights), std::end(kWeights));
    const unsigned step = any_step(random_);
    const int t = any_ready(), other = static_cast<int>(random_() % kThreads);
    const int e = static_cast<int>(random_() % kEndpoints), n = static_cast<int>(random_() % kNotifications);
    const int r = static_cast<int>(random_() % kReplies);
    if (t == kNone && step < kSuspend) return;
    done_[step]++;
    switch (Step(step)) {
        case kSend: return send_step(t, e, Syscall::Send);
        case kNBSend: return send_step(t, e, Syscall::NBSend);
        case kCall: return send_step(t, e, Syscall::Call);
        case kRecv: return recv_step(t, e, Syscall::Recv);
        case kNBRecv: return recv_step(t, e, Syscall::NBRecv);
        case kWait: return wait_step(t, n, Syscall::Recv);
        case kNBWait: return wait_step(t, n, Syscall::NBRecv);
        case kAnswer: return answer_step(t, r, e, Syscall::Reply);
        case kReplyRecv: return answer_step(t, r, e, Syscall::ReplyRecv);
        case kDoSignal: return signal_step(t, n, random_() % 2 == 0 ? Syscall::Send : Syscall::NBSend);
        case kFault: return fault_step(t);
        case kYield: return yield_step(t);
        case kTick: return tick_step();
        case kSuspend: return suspend_step(other);
        case kResume: return resume_step(other);
        case kReplaceEndpoint: return replace_endpoint(e);
        case kReplaceNotification: return replace_notification(n);
        case kReplaceReply: return replace_reply(r);
        case kReplaceThread: return replace_thread(other);
        case kSteps: break;
    }
}

}  // namespace glenda::test
