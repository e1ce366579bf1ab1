// SPDX-License-Identifier: MIT
//
// kernel/ipc/: six threads on three endpoints, two notifications and four Reply objects do at random all that threads
// can do to each other, faults, suspension and deletion included. A naive model of lists says after each step who is in
// which state and line, and what is in the registers of whom.
#include <algorithm>
#include <array>
#include <deque>

#include "call/syscalls.h"
#include "kernel_test.h"

namespace glenda::test {
namespace {

constexpr unsigned kThreads = 6, kEndpoints = 3, kNotifications = 2, kReplies = 4;
constexpr int kNone = -1;

/// What a system call leaves in a0 to a5.
struct Outcome {
    std::uint64_t badge = 0;
    Tag tag;
    std::array<std::uint64_t, kRegisterWords> words{};
    bool has_message = false;  // else only the tag counts
};

struct NaiveThread {
    ThreadState state = ThreadState::Ready;
    int endpoint = kNone;      // in whose line it stands
    int notification = kNone;  // the same
    int reply = kNone;         // as caller: what holds it; as receiver: what it brought
    bool wants_reply = false;
    std::uint64_t badge = 0;  // of the capability that it sends through
    CPtr pointer = 0;         // to it
    Outcome message;          // what it sends
    Outcome expected;         // what it finds when it runs again
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
};

class IpcModel : public KernelTest {
protected:
    // Slots. Thread t sends to endpoint e through kBadged + t * kEndpoints + e, and signals through kSignal + ...
    static constexpr CPtr kTcbs = 20, kEndpoint = 40, kNotification = 50, kReply = 60, kBadged = 100, kSignal = 150;
    static constexpr CPtr kHandler = 180;  // the badged endpoint 0 to which faults of thread t go

    std::array<NaiveThread, kThreads> threads_;
    std::array<NaiveEndpoint, kEndpoints> endpoints_;
    std::array<NaiveNotification, kNotifications> notifications_;
    std::array<NaiveReply, kReplies> replies_;
    std::mt19937_64 random_{99};
    std::uint64_t next_word_ = 1;
    std::array<unsigned, 20> done_{};  // how often each kind of step has been made

    static std::uint64_t badge_of(unsigned t, unsigned e) { return 0x100 + t * 16 + e; }
    static CPtr badged(unsigned t, unsigned e) { return kBadged + t * kEndpoints + e; }

    void SetUp() override {
        make(CapType::Endpoint, kEndpoint, 0, kEndpoints);
        make(CapType::Notification, kNotification, 0, kNotifications);
        make(CapType::Reply, kReply, 0, kReplies);
        for (unsigned e = 0; e < kEndpoints; e++) mint_endpoint(e);
        for (unsigned n = 0; n < kNotifications; n++) mint_notification(n);
        for (unsigned t = 0; t < kThreads; t++) make_thread(kTcbs + t, 0, kHandler + t);
        bind(0, 0);
        bind(1, 1);
    }
    void mint_endpoint(unsigned e) {
        for (unsigned t = 0; t < kThreads; t++) {
            ASSERT_EQ(mint(kEndpoint + e, badged(t, e), badge_of(t, e)), Error::Ok);
        }
        for (unsigned t = 0; t < kThreads && e == 0; t++)
            ASSERT_EQ(mint(kEndpoint, kHandler + t, 0x1000 + t), Error::Ok);
    }
    void mint_notification(unsigned n) {
        for (unsigned t = 0; t < kThreads; t++)
            ASSERT_EQ(mint(kNotification + n, kSignal + t * kNotifications + n, bit(t)), Error::Ok);
    }
    void bind(unsigned t, unsigned n) {
        ASSERT_EQ(call(kTcbs + t, TcbMethod::BindNotification, {kNotification + n}), Error::Ok);
        notifications_[n].bound = static_cast<int>(t);
    }

    // --- the model --------------------------------------------------------------------------------------------

    void wake(int t) {
        NaiveThread& thread = threads_[t];
        thread.state = ThreadState::Ready;
        thread.endpoint = thread.notification = kNone;
    }
    void wake_with(int t, Error error) {
        threads_[t].expected = {.tag = Tag::error(error)};
        wake(t);
    }
    void leave_lines(int t) {
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
    /// A wait ends in an error, a fault in silence.
    void fail(int t, Error error) {
        leave_lines(t);
        if (threads_[t].state == ThreadState::BlockedFault)
            threads_[t].state = ThreadState::Inactive;
        else
            wake_with(t, error);
    }
    void meet(int sender, int receiver) {
        NaiveThread &from = threads_[sender], &to = threads_[receiver];
        const int reply = to.reply;
        to.expected = from.message;
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
    void naive_send(int t, int e, ThreadState as, std::uint64_t badge, Outcome message) {
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
    void hand_over(int n, int t) {
        threads_[t].expected = {.badge = notifications_[n].flags, .tag = Tag::notification()};
        notifications_[n].flags = 0;
    }
    int bound_to(int t) const {
        for (unsigned n = 0; n < kNotifications; n++)
            if (notifications_[n].bound == t) return static_cast<int>(n);
        return kNone;
    }
    void naive_receive(int t, int e, int reply) {
        NaiveThread& thread = threads_[t];
        if (const int n = bound_to(t); n != kNone && notifications_[n].flags != 0) return hand_over(n, t);
        thread.reply = reply;
        if (reply != kNone) replies_[reply].receiver = t;
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
    void naive_answer(int reply, Outcome message) {
        const int caller = replies_[reply].caller;
        replies_[reply].caller = kNone;
        NaiveThread& thread = threads_[caller];
        thread.reply = kNone;
        if (thread.state == ThreadState::BlockedFault) {
            const bool resumes = message.tag.label() == kFaultResume;
            thread.state = resumes ? ThreadState::Ready : ThreadState::Inactive;
            if (resumes) thread.expected = {.tag = Tag(message.words[1])};  // the words are the new a0, a1, ...
            return;
        }
        thread.expected = message;
        thread.expected.has_message = true;
        thread.expected.badge = thread.pointer;  // a0 stays as it was
        wake(caller);
    }
    void naive_signal(int n, std::uint64_t bits) {
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

    // --- steps ------------------------------------------------------------------------------------------------

    Outcome any_message() {
        Outcome message;
        message.tag = Tag(next_word_++ % 1000, kRegisterWords);
        for (std::uint64_t& word : message.words) word = next_word_++;
        return message;
    }
    void make_syscall(int t, Syscall number, CPtr pointer, const Outcome& message = {}, CPtr reply = 0) {
        const auto& w = message.words;
        syscall(tcb(kTcbs + static_cast<unsigned>(t)), number, pointer, message.tag, {w[0], w[1], w[2], w[3]}, reply);
    }
    void expect(int t, Error error) { threads_[t].expected = {.tag = Tag::error(error)}; }

    /// A ready thread that exists, or kNone.
    int any_ready() {
        for (unsigned tries = 0; tries < 20; tries++) {
            const int t = static_cast<int>(random_() % kThreads);
            if (threads_[t].state == ThreadState::Ready) return t;
        }
        return kNone;
    }

    void send_step(int t, int e, Syscall number) {
        const Outcome message = any_message();
        make_syscall(t, number, badged(static_cast<unsigned>(t), static_cast<unsigned>(e)), message);
        const std::uint64_t badge = badge_of(static_cast<unsigned>(t), static_cast<unsigned>(e));
        threads_[t].pointer = badged(static_cast<unsigned>(t), static_cast<unsigned>(e));
        if (number == Syscall::NBSend && endpoints_[e].receivers.empty()) return expect(t, Error::WouldBlock);
        naive_send(t, e, number == Syscall::Call ? ThreadState::BlockedCall : ThreadState::BlockedSend, badge, message);
    }
    void recv_step(int t, int e, Syscall number) {
        const int reply = static_cast<int>(random_() % (kReplies + 1)) - 1;
        make_syscall(t, number, kEndpoint + static_cast<unsigned>(e), {},
                     reply == kNone ? 0 : kReply + static_cast<unsigned>(reply));
        if (reply != kNone && (replies_[reply].caller != kNone || replies_[reply].receiver != kNone))
            return expect(t, Error::Busy);
        const int n = bound_to(t);
        const bool would_block = endpoints_[e].senders.empty() && (n == kNone || notifications_[n].flags == 0);
        if (number == Syscall::NBRecv && would_block) return expect(t, Error::WouldBlock);
        naive_receive(t, e, reply);
    }
    void wait_step(int t, int n, Syscall number) {
        make_syscall(t, number, kNotification + static_cast<unsigned>(n));
        if (notifications_[n].flags != 0) return hand_over(n, t);
        if (number == Syscall::NBRecv) return expect(t, Error::WouldBlock);
        threads_[t].state = ThreadState::BlockedRecv;
        threads_[t].notification = n;
        notifications_[n].waiters.push_back(t);
    }
    void answer_step(int t, int reply, int e, Syscall number) {
        Outcome message = any_message();
        const int caller = replies_[reply].caller;
        if (caller != kNone && threads_[caller].state == ThreadState::BlockedFault && random_() % 2 == 0)
            message.tag = Tag(kFaultResume, 2);
        if (number == Syscall::Reply)
            make_syscall(t, number, kReply + static_cast<unsigned>(reply), message);
        else
            make_syscall(t, number, kEndpoint + static_cast<unsigned>(e), message,
                         kReply + static_cast<unsigned>(reply));
        if (caller == kNone) return expect(t, Error::NoCaller);
        naive_answer(reply, message);
        threads_[t].expected = {};
        if (number == Syscall::ReplyRecv) naive_receive(t, e, reply);
    }
    void signal_step(int t, int n, Syscall number) {
        make_syscall(t, number, kSignal + static_cast<unsigned>(t) * kNotifications + static_cast<unsigned>(n));
        threads_[t].expected = {};
        naive_signal(n, bit(static_cast<unsigned>(t)));
    }
    void yield_step(int t) {
        make_syscall(t, Syscall::Yield, 0);
        threads_[t].expected = {};
    }
    /// A system call that LINE would answer.
    void fault_step(int t) {
        Tcb& thread = tcb(kTcbs + static_cast<unsigned>(t));
        run(thread);
        const Outcome message = any_message();
        thread.registers.a(0) = message.words[2];
        thread.registers.a(7) = 64;
        thread.registers.pc = kPc + 4;
        perform_syscall(thread);
        threads_[t].expected.has_message = false;
        ASSERT_EQ(thread.registers.pc, kPc);
        naive_send(t, 0, ThreadState::BlockedFault, 0x1000 + static_cast<unsigned>(t),
                   {.tag = Tag(static_cast<std::uint64_t>(FaultKind::UnknownSyscall), kRegisterWords),
                    .words = {kPc, 64, message.words[2], thread.registers.a(1)}});
    }

    void suspend_step(int t) {
        ASSERT_EQ(suspend(kTcbs + static_cast<unsigned>(t)), Error::Ok);
        NaiveThread& thread = threads_[t];
        const bool was_waiting = thread.state == ThreadState::BlockedSend || thread.state == ThreadState::BlockedRecv ||
                                 thread.state == ThreadState::BlockedCall;
        if (was_waiting) expect(t, Error::Cancelled);
        leave_lines(t);
        thread.state = ThreadState::Inactive;
    }
    void resume_step(int t) {
        ASSERT_EQ(resume(kTcbs + static_cast<unsigned>(t)), Error::Ok);
        if (threads_[t].state == ThreadState::Inactive) wake(t);
    }
    void replace_endpoint(int e) {
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
    void replace_notification(int n) {
        machine.checks_before_interrupt = random_() % 3;
        ASSERT_EQ(revoke(kNotification + static_cast<unsigned>(n)), Error::Ok);
        ASSERT_EQ(remove(kNotification + static_cast<unsigned>(n)), Error::Ok);
        machine.checks_before_interrupt = host::kNever;
        const std::deque<int> gone = notifications_[n].waiters;
        for (const int t : gone) fail(t, Error::Deleted);
        notifications_[n] = {};
        make(CapType::Notification, kNotification + static_cast<unsigned>(n));
        mint_notification(static_cast<unsigned>(n));
        bind(static_cast<unsigned>(n), static_cast<unsigned>(n));
    }
    void replace_reply(int r) {
        ASSERT_EQ(remove(kReply + static_cast<unsigned>(r)), Error::Ok);
        if (const int t = replies_[r].receiver; t != kNone) threads_[t].reply = kNone;
        if (const int t = replies_[r].caller; t != kNone) fail(t, Error::Deleted);
        replies_[r] = {};
        make(CapType::Reply, kReply + static_cast<unsigned>(r));
    }
    void replace_thread(int t) {
        ASSERT_EQ(remove(kTcbs + static_cast<unsigned>(t)), Error::Ok);
        leave_lines(t);
        threads_[t] = {};
        make_thread(kTcbs + static_cast<unsigned>(t), 0, kHandler + static_cast<unsigned>(t));
        if (t < static_cast<int>(kNotifications)) bind(static_cast<unsigned>(t), static_cast<unsigned>(t));
    }

    enum Step : unsigned {
        kSend,
        kNBSend,
        kCall,
        kRecv,
        kNBRecv,
        kWait,
        kNBWait,
        kAnswer,
        kReplyRecv,
        kDoSignal,
        kFault,
        kYield,
        kSuspend,
        kResume,
        kReplaceEndpoint,
        kReplaceNotification,
        kReplaceReply,
        kReplaceThread,
        kSteps,
    };
    // How often each is made; what destroys is rarer.
    static constexpr double kWeights[kSteps] = {40, 24, 64, 56, 24, 16, 16, 48, 40, 32, 16, 8, 16, 32, 1, 1, 2, 2};

    void step() {
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
            case kSuspend: return suspend_step(other);
            case kResume: return resume_step(other);
            case kReplaceEndpoint: return replace_endpoint(e);
            case kReplaceNotification: return replace_notification(n);
            case kReplaceReply: return replace_reply(r);
            case kReplaceThread: return replace_thread(other);
            case kSteps: break;
        }
    }

    // --- what must hold ---------------------------------------------------------------------------------------

    void check_thread(int t) {
        const Tcb& real = tcb(kTcbs + static_cast<unsigned>(t));
        const NaiveThread& naive = threads_[t];
        ASSERT_EQ(real.state, naive.state) << "thread " << t;
        ASSERT_EQ(real.endpoint, naive.endpoint == kNone
                                     ? nullptr
                                     : &object<Endpoint>(kEndpoint + static_cast<unsigned>(naive.endpoint)));
        ASSERT_EQ(real.notification,
                  naive.notification == kNone
                      ? nullptr
                      : &object<Notification>(kNotification + static_cast<unsigned>(naive.notification)));
        ASSERT_EQ(real.reply,
                  naive.reply == kNone ? nullptr : &object<Reply>(kReply + static_cast<unsigned>(naive.reply)));
        const bool can_run = real.state == ThreadState::Ready;
        ASSERT_EQ(can_run, real.is_queued || hart().current == &real);
        if (!can_run) return;
        ASSERT_EQ(real.tag().raw(), naive.expected.tag.raw()) << "thread " << t;
        if (!naive.expected.has_message) return;
        ASSERT_EQ(real.registers.a(0), naive.expected.badge) << "thread " << t;
        for (unsigned i = 0; i < kRegisterWords; i++) ASSERT_EQ(real.word(i), naive.expected.words[i]);
    }
    void check_line(const TcbQueue& queue, const std::deque<int>& naive) {
        const std::vector<const Tcb*> line = threads_in(queue);
        ASSERT_EQ(line.size(), naive.size());
        for (std::size_t i = 0; i < line.size(); i++) ASSERT_EQ(line[i], &tcb(kTcbs + static_cast<unsigned>(naive[i])));
    }
    void check() {
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
        }
    }
};

TEST_F(IpcModel, RandomConversationsMatch) {
    for (unsigned i = 0; i < 60'000; i++) {
        step();
        if (HasFatalFailure()) FAIL() << "in step " << i;
        hart().choose();
        check();
        if (HasFatalFailure()) FAIL() << "after step " << i;
        if (i % 1000 == 0) {
            ASSERT_EQ(tree_fault(slot(kUntyped)), "");
            machine.console.clear();
        }
    }
    for (unsigned step = 0; step < kSteps; step++) EXPECT_GT(done_[step], 50u) << "step " << step;
}

class IpcTest : public KernelTest {
protected:
    static constexpr CPtr kEndpoint = 20, kReply = 21, kNotification = 22, kClient = 30, kServer = 31;

    void SetUp() override {
        make(CapType::Endpoint, kEndpoint);
        make(CapType::Reply, kReply);
        make(CapType::Notification, kNotification);
        client_ = &make_thread(kClient);
        server_ = &make_thread(kServer);
    }
    Tcb *client_ = nullptr, *server_ = nullptr;
};

TEST_F(IpcTest, ACallAndItsAnswer) {
    mint(kEndpoint, 40, 77);
    syscall(*server_, Syscall::Recv, kEndpoint, {}, {}, kReply);
    EXPECT_EQ(server_->state, ThreadState::BlockedRecv);
    syscall(*client_, Syscall::Call, 40, Tag(5, 2), {10, 20});
    EXPECT_EQ(client_->state, ThreadState::BlockedCall);
    EXPECT_EQ(server_->state, ThreadState::Ready);
    EXPECT_EQ(server_->registers.a(0), 77u);
    EXPECT_EQ(server_->tag().raw(), Tag(5, 2).raw());
    EXPECT_EQ(server_->word(1), 20u);
    syscall(*server_, Syscall::ReplyRecv, kEndpoint, Tag(6, 1), {30}, kReply);
    EXPECT_EQ(server_->state, ThreadState::BlockedRecv);
    EXPECT_EQ(client_->state, ThreadState::Ready);
    EXPECT_EQ(client_->tag().raw(), Tag(6, 1).raw());
    EXPECT_EQ(client_->word(0), 30u);
}

TEST_F(IpcTest, NobodyForgesAnErrorOrANotification) {
    syscall(*server_, Syscall::Recv, kEndpoint, {}, {}, kReply);
    const Tag forged(Tag::error(Error::Deleted).raw() | Tag::kNotificationFlag);
    syscall(*client_, Syscall::Call, kEndpoint, forged);
    EXPECT_FALSE(server_->tag().is_error());
    EXPECT_FALSE(server_->tag().is_notification());
    syscall(*server_, Syscall::Reply, kReply, forged);
    EXPECT_FALSE(client_->tag().is_error());
}

TEST_F(IpcTest, ErrorsOfSystemCalls) {
    using enum Error;
    const auto error = [&](Syscall number, CPtr pointer, Tag tag = {}, CPtr reply = 0) {
        syscall(*client_, number, pointer, tag, {}, reply);
        EXPECT_EQ(client_->state, ThreadState::Ready);
        return client_->tag().as_error();
    };
    copy(kEndpoint, 40, Rights::Read);
    copy(kEndpoint, 41, Rights::Write);
    copy(kNotification, 42, Rights::Read);
    copy(kNotification, 43, Rights::Write);
    EXPECT_EQ(error(Syscall(-9), kEndpoint), BadSyscall);
    EXPECT_EQ(error(Syscall(-9223372036854775807 - 1), kEndpoint), BadSyscall);
    for (const Syscall number : {Syscall::Call, Syscall::Send, Syscall::NBSend, Syscall::Recv, Syscall::NBRecv,
                                 Syscall::Reply, Syscall::ReplyRecv}) {
        EXPECT_EQ(error(number, 0), InvalidCapability);
        EXPECT_EQ(error(number, 999), InvalidCapability);
        EXPECT_EQ(error(number, bit(40)), InvalidCapability);
    }
    for (const Syscall number : {Syscall::Call, Syscall::Send, Syscall::NBSend}) {
        EXPECT_EQ(error(number, 40), NoRights);
        EXPECT_EQ(error(number, kEndpoint, Tag(0, 5)), NoUtcb);
        EXPECT_EQ(error(number, kEndpoint, Tag(0, 0, 1)), NoUtcb);
        EXPECT_EQ(error(number, kEndpoint, Tag(0, kMaxWords + 1)), MessageTooLong);
        EXPECT_EQ(error(number, kEndpoint, Tag(0, 0, kMaxMessageCaps + 1)), MessageTooLong);
    }
    for (const Syscall number : {Syscall::Send, Syscall::NBSend}) {
        EXPECT_EQ(error(number, 42), NoRights);
        EXPECT_EQ(error(number, kClient), BadMethod);
    }
    EXPECT_EQ(error(Syscall::Call, kNotification), BadMethod);
    EXPECT_EQ(error(Syscall::Call, kReply), BadMethod);
    EXPECT_EQ(error(Syscall::Call, kConsole, Tag(1, 5)), NoUtcb);
    EXPECT_EQ(error(Syscall::NBSend, kEndpoint), WouldBlock);
    for (const Syscall number : {Syscall::Recv, Syscall::NBRecv}) {
        EXPECT_EQ(error(number, 41), NoRights);
        EXPECT_EQ(error(number, 43), NoRights);
        EXPECT_EQ(error(number, kClient), BadMethod);
        EXPECT_EQ(error(number, kEndpoint, {}, 999), InvalidCapability);
        EXPECT_EQ(error(number, kEndpoint, {}, kClient), WrongType);
    }
    EXPECT_EQ(error(Syscall::NBRecv, kEndpoint), WouldBlock);
    EXPECT_EQ(error(Syscall::NBRecv, kNotification), WouldBlock);
    EXPECT_EQ(error(Syscall::Reply, kEndpoint), WrongType);
    EXPECT_EQ(error(Syscall::Reply, kReply), NoCaller);
    EXPECT_EQ(error(Syscall::ReplyRecv, kEndpoint, {}, kReply), NoCaller);
    EXPECT_EQ(error(Syscall::ReplyRecv, kEndpoint, {}, 0), InvalidCapability);
    syscall(*server_, Syscall::Recv, kEndpoint, {}, {}, kReply);
    make(CapType::Endpoint, 50);
    EXPECT_EQ(error(Syscall::Recv, 50, {}, kReply), Busy);
}

TEST_F(IpcTest, ACapabilityNeedsTheGrantRightOfTheEndpoint) {
    make_thread(50, 51);
    copy(kEndpoint, 40, Rights::Write);
    syscall(tcb(50), Syscall::NBSend, 40, Tag(0, 0, 1));
    EXPECT_EQ(tcb(50).tag().as_error(), Error::NoRights);
}

TEST_F(IpcTest, FaultsAreMessages) {
    mint(kEndpoint, 40, 7);
    ASSERT_EQ(call(kClient, TcbMethod::Configure, {0, 0, 0, 0, 40}), Error::Ok);
    syscall(*server_, Syscall::Recv, kEndpoint, {}, {}, kReply);
    run(*client_);
    client_->registers.pc = kPc + 4;
    client_->registers.a(7) = 93;
    client_->registers.a(0) = 11;
    perform_syscall(*client_);
    EXPECT_EQ(client_->state, ThreadState::BlockedFault);
    EXPECT_EQ(server_->registers.a(0), 7u);
    EXPECT_EQ(FaultKind(server_->tag().label()), FaultKind::UnknownSyscall);
    EXPECT_EQ(server_->word(0), kPc);
    EXPECT_EQ(server_->word(1), 93u);
    EXPECT_EQ(server_->word(2), 11u);
    syscall(*server_, Syscall::Reply, kReply, Tag(kFaultResume, 1), {55});
    EXPECT_EQ(client_->state, ThreadState::Ready);
    EXPECT_EQ(client_->registers.a(0), 55u);
    EXPECT_EQ(client_->registers.pc, kPc + 4);
}

TEST_F(IpcTest, AnUnhandledFaultStopsOnlyThatThread) {
    const std::uint64_t name[2] = {0x6b6f'6f63, 0};  // "cook"
    ASSERT_EQ(call(kClient, TcbMethod::SetName, {name[0], name[1]}), Error::Ok);
    run(*client_);
    client_->registers.pc = kPc + 4;
    client_->registers.a(7) = 93;
    perform_syscall(*client_);
    EXPECT_EQ(client_->state, ThreadState::Inactive);
    EXPECT_NE(machine.console.find("thread cook stopped: unknown system call with no handler, pc 0x10000"),
              std::string::npos)
        << machine.console;
    EXPECT_NE(&hart().choose(), client_);
    EXPECT_EQ(hart().current->state, ThreadState::Ready);
}

}  // namespace
}  // namespace glenda::test
