// SPDX-License-Identifier: MIT
//
// kernel/ipc/: six threads on three endpoints, two notifications and four Reply objects do at random all that threads
// can do to each other, faults, suspension and deletion included. A naive model of lists says after each step who is in
// which state and line, and what is in the registers of whom.
#include <algorithm>
#include <array>
#include <deque>

#include "call/fast_path.h"
#include "kernel_test.h"

namespace glenda::test {
namespace {

constexpr unsigned kThreads = 6, kEndpoints = 3, kNotifications = 2, kReplies = 4;
constexpr int kNone = -1;
constexpr unsigned kWords = 10;  // that messages have at most

/// What a system call leaves in a0, a1, and the words of the message.
struct Outcome {
    std::uint64_t badge = 0;
    Tag tag;
    std::array<std::uint64_t, kWords> words{};
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
    bool can_grant = false;
};

class IpcModel : public KernelTest {
protected:
    // Slots. Thread t sends to endpoint e through kBadged + t * kEndpoints + e, and signals through kSignal + ...
    static constexpr CPtr kTcbs = 20, kEndpoint = 40, kNotification = 50, kReply = 60, kBadged = 100, kSignal = 150;
    static constexpr CPtr kNoGrant = 165;  // to receive from endpoint e without the right to get capabilities
    static constexpr CPtr kUtcbs = 170;    // of the first kWithUtcb threads
    static constexpr unsigned kWithUtcb = 4;
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

    /// A new kernel, and a model that knows nothing yet.
    void begin(unsigned seed) {
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
    void make_model_thread(unsigned t) {
        make_thread(kTcbs + t, has_utcb(t) ? kUtcbs + t : 0, kHandler + t);
        ASSERT_EQ(call(kTcbs + t, TcbMethod::SetPriority, {10 + t % 2, 255}), Error::Ok);
    }
    static bool has_utcb(unsigned t) { return t < kWithUtcb; }
    void mint_endpoint(unsigned e) {
        ASSERT_EQ(copy(kEndpoint + e, kNoGrant + e, Rights::Read), Error::Ok);
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
    /// Without a UTCB only the words in registers arrive.
    static Outcome delivered(Outcome message, int to) {
        if (!has_utcb(static_cast<unsigned>(to)) && message.tag.length() > kRegisterWords)
            message.tag = Tag(message.tag.label(), kRegisterWords);
        return message;
    }
    void meet(int sender, int receiver) {
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
    void naive_receive(int t, int e, int reply, bool can_grant) {
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
    void naive_answer(int reply, Outcome message) {
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

    /// A message that thread t can send: without a UTCB it is short.
    Outcome any_message(int t) {
        Outcome message;
        const unsigned most = has_utcb(static_cast<unsigned>(t)) ? kWords : kRegisterWords;
        message.tag = Tag(next_word_++ % 1000, static_cast<unsigned>(random_() % (most + 1)));
        for (std::uint64_t& word : message.words) word = next_word_++;
        return message;
    }
    void make_syscall(int t, Syscall number, CPtr pointer, const Outcome& message = {}, CPtr reply = 0) {
        Tcb& thread = tcb(kTcbs + static_cast<unsigned>(t));
        for (unsigned i = kRegisterWords; i < kWords; i++) thread.set_word(i, message.words[i]);
        const auto& w = message.words;
        syscall(thread, number, pointer, message.tag, {w[0], w[1], w[2], w[3]}, reply);
    }
    void expect(int t, Error error) { threads_[t].expected = {.tag = Tag::error(error)}; }

    /// Mostly the thread that the hart has chosen, else another that is ready, or kNone.
    int any_ready() {
        for (unsigned tries = 0; tries < 20; tries++) {
            const int t = static_cast<int>(random_() % kThreads);
            const bool is_chosen = hart().current == &tcb(kTcbs + static_cast<unsigned>(t));
            if (threads_[t].state == ThreadState::Ready && (is_chosen || tries > 12)) return t;
        }
        return kNone;
    }

    void send_step(int t, int e, Syscall number) {
        const Outcome message = any_message(t);
        make_syscall(t, number, badged(static_cast<unsigned>(t), static_cast<unsigned>(e)), message);
        const std::uint64_t badge = badge_of(static_cast<unsigned>(t), static_cast<unsigned>(e));
        threads_[t].pointer = badged(static_cast<unsigned>(t), static_cast<unsigned>(e));
        if (number == Syscall::NBSend && endpoints_[e].receivers.empty()) return expect(t, Error::WouldBlock);
        naive_send(t, e, number == Syscall::Call ? ThreadState::BlockedCall : ThreadState::BlockedSend, badge, message);
    }
    /// A capability to receive from endpoint e, mostly with the right to get capabilities in answers.
    CPtr source(int e, bool can_grant) { return (can_grant ? kEndpoint : kNoGrant) + static_cast<unsigned>(e); }
    void recv_step(int t, int e, Syscall number) {
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
    void wait_step(int t, int n, Syscall number) {
        make_syscall(t, number, kNotification + static_cast<unsigned>(n));
        if (notifications_[n].flags != 0) return hand_over(n, t);
        if (number == Syscall::NBRecv) return expect(t, Error::WouldBlock);
        threads_[t].state = ThreadState::BlockedRecv;
        threads_[t].notification = n;
        notifications_[n].waiters.push_back(t);
    }
    void answer_step(int t, int reply, int e, Syscall number) {
        Outcome message = any_message(t);
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
    void signal_step(int t, int n, Syscall number) {
        make_syscall(t, number, kSignal + static_cast<unsigned>(t) * kNotifications + static_cast<unsigned>(n));
        threads_[t].expected = {};
        naive_signal(n, bit(static_cast<unsigned>(t)));
    }
    void yield_step(int t) {
        make_syscall(t, Syscall::Yield, 0);
        threads_[t].expected = {};
    }
    void tick_step() {
        hart().tick();
        hart().choose();
    }
    /// A system call that LINE would answer.
    void fault_step(int t) {
        Tcb& thread = tcb(kTcbs + static_cast<unsigned>(t));
        threads_[t].expected.has_message = false;
        const Registers& r = thread.registers;
        Outcome message;
        message.words = {kPc, 64, r.a(0), r.a(1), r.a(2), r.a(3), r.a(4), r.a(5), r.a(6), r.x[1]};
        message.tag = Tag(static_cast<std::uint64_t>(FaultKind::UnknownSyscall), kWords);
        enter_unknown(thread, 64);
        ASSERT_EQ(thread.registers.pc, kPc);
        naive_send(t, 0, ThreadState::BlockedFault, 0x1000 + static_cast<unsigned>(t), message);
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
        ASSERT_EQ(remove(kUtcbs + static_cast<unsigned>(t)), Error::Ok);
        leave_lines(t);
        threads_[t] = {};
        make_model_thread(static_cast<unsigned>(t));
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
        kTick,
        kSuspend,
        kResume,
        kReplaceEndpoint,
        kReplaceNotification,
        kReplaceReply,
        kReplaceThread,
        kSteps,
    };
    // How often each is made; what destroys is rarer.
    static constexpr double kWeights[kSteps] = {40, 24, 64, 56, 24, 16, 16, 48, 40, 32, 32, 8, 40, 16, 32, 1, 1, 2, 2};

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
        const unsigned length = std::max(naive.expected.tag.length(), kRegisterWords);
        for (unsigned i = 0; i < length; i++) ASSERT_EQ(real.word(i), naive.expected.words[i]);
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
            if (replies_[r].receiver != kNone || replies_[r].caller != kNone) {
                ASSERT_EQ(real.can_grant, replies_[r].can_grant);
            }
        }
    }

    /// All that threads or the scheduler could tell apart, in one number.
    std::uint64_t fingerprint() const {
        std::uint64_t hash = 14695981039346656037u;
        const auto mix = [&](std::uint64_t value) { hash = (hash ^ value) * 1099511628211u; };
        mix(reinterpret_cast<std::uint64_t>(hart().current));
        mix(hart().satp);
        for (unsigned t = 0; t < kThreads; t++) {
            const Tcb& thread = tcb(kTcbs + t);
            mix(thread.registers.pc);
            for (const std::uint64_t x : thread.registers.x) mix(x);
            mix(static_cast<std::uint64_t>(thread.state));
            mix(thread.slice_left);
            mix(reinterpret_cast<std::uint64_t>(thread.links.next));
            mix(reinterpret_cast<std::uint64_t>(thread.links.previous));
            for (unsigned i = 0; i < kWords && thread.utcb != nullptr; i++) mix(thread.utcb->words[i]);
        }
        for (unsigned r = 0; r < kReplies; r++) mix(object<Reply>(kReply + r).can_grant);
        return hash;
    }
    /// Random steps, each checked against the model; the fingerprints after each.
    void converse(std::vector<std::uint64_t>& fingerprints) {
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
};

TEST_F(IpcModel, RandomConversationsMatchAndTheFastPathDecidesNothingDifferently) {
    for (unsigned seed = 1; seed <= 4; seed++) {
        std::vector<std::uint64_t> seen[2];
        for (const bool is_fast : {false, true}) {
            begin(seed);
            fast_path_is_on = is_fast;
            converse(seen[is_fast]);
            if (HasFatalFailure()) FAIL() << "seed " << seed << (is_fast ? ", fast" : ", slow");
        }
        const auto differ = std::mismatch(seen[0].begin(), seen[0].end(), seen[1].begin(), seen[1].end());
        ASSERT_TRUE(differ.first == seen[0].end()) << "seed " << seed << ", step " << differ.first - seen[0].begin();
        for (unsigned step = 0; step < kSteps; step++) EXPECT_GT(done_[step], 15u) << "step " << step;
    }
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

/// A server waits that would run next: whatever is not the common case must not take the fast path.
TEST_F(IpcTest, UncommonCallsFareTheSameOnBothPaths) {
    struct Case {
        Tag tag;
        CPtr call, recv;  // the capabilities that client and server use
    };
    constexpr CPtr kCannotSend = 60, kCannotReceive = 61, kBadged = 62;
    std::vector<Case> cases;
    for (const CPtr sender : {kEndpoint, kCannotSend, kBadged, kReply, CPtr{999}, bit(40)})
        for (const CPtr source : {kEndpoint, kCannotReceive, kNotification, CPtr{0}})
            cases.push_back({Tag(3, 2), sender, source});
    for (const unsigned length : {0u, 4u, 5u, kMaxWords, kMaxWords + 1, 255u})
        cases.push_back({Tag(3, length), kEndpoint, kEndpoint});
    for (const unsigned shift : {8, 10, 11, 12, 13, 14, 15, 16, 63})
        cases.push_back({Tag(Tag(3, 2).raw() ^ bit(shift)), kEndpoint, kEndpoint});

    for (const Case& c : cases) {
        std::vector<std::uint64_t> seen[2];
        for (const bool is_fast : {false, true}) {
            boot();
            fast_path_is_on = is_fast;
            make(CapType::Endpoint, kEndpoint);
            make(CapType::Reply, kReply);
            make(CapType::Notification, kNotification);
            copy(kEndpoint, kCannotSend, Rights::Read);
            copy(kEndpoint, kCannotReceive, Rights::Write);
            mint(kEndpoint, kBadged, 5);
            Tcb &client = make_thread(kClient, 40), &server = make_thread(kServer, 41);
            Hart::set_priority(root(), 1);
            client.utcb->send_caps[0] = server.utcb->send_caps[0] = kReply;
            const auto note = [&] {
                for (const Tcb* tcb : {&client, &server}) {
                    seen[is_fast].push_back(static_cast<std::uint64_t>(tcb->state));
                    seen[is_fast].insert(seen[is_fast].end(), tcb->registers.x, tcb->registers.x + 31);
                    for (const std::uint64_t word : tcb->utcb->words) seen[is_fast].push_back(word);
                }
                seen[is_fast].push_back(reinterpret_cast<std::uint64_t>(hart().current));
            };
            for (unsigned i = 4; i < kMaxWords; i++) client.set_word(i, i), server.set_word(i, 2 * i);
            syscall(server, Syscall::Recv, kEndpoint, {}, {}, kReply);
            syscall(client, Syscall::Call, c.call, c.tag, {1, 2, 3, 4});
            note();
            if (server.state != ThreadState::Ready) continue;
            syscall(server, Syscall::ReplyRecv, c.recv, c.tag, {5, 6, 7, 8}, kReply);
            note();
        }
        EXPECT_EQ(seen[0], seen[1]) << "tag " << c.tag.raw() << ", call " << c.call << ", recv " << c.recv;
    }
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
    client_->registers.a(0) = 11;
    enter_unknown(*client_, 93);
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

TEST_F(IpcTest, AFaultIsAnsweredLikeACall) {
    Hart::set_priority(root(), 1);
    ASSERT_EQ(call(kClient, TcbMethod::Configure, {0, 0, 0, 0, kEndpoint}), Error::Ok);
    syscall(*server_, Syscall::Recv, kEndpoint, {}, {}, kReply);
    for (unsigned i = 0; i < 3; i++) {
        enter_unknown(*client_, 93);
        EXPECT_EQ(server_->word(1), 93u);
        syscall(*server_, Syscall::ReplyRecv, kEndpoint, Tag(kFaultResume, 1), {55 + i}, kReply);
        EXPECT_EQ(client_->registers.a(0), 55 + i);
        EXPECT_EQ(client_->registers.pc, kPc + 4);
        EXPECT_EQ(client_->state, ThreadState::Ready);
    }
}

TEST_F(IpcTest, AnUnhandledFaultStopsOnlyThatThread) {
    const std::uint64_t name[2] = {0x6b6f'6f63, 0};  // "cook"
    ASSERT_EQ(call(kClient, TcbMethod::SetName, {name[0], name[1]}), Error::Ok);
    enter_unknown(*client_, 93);
    EXPECT_EQ(client_->state, ThreadState::Inactive);
    EXPECT_NE(machine.console.find("thread cook stopped: unknown system call with no handler, pc 0x10000"),
              std::string::npos)
        << machine.console;
    EXPECT_NE(&hart().choose(), client_);
    EXPECT_EQ(hart().current->state, ThreadState::Ready);
}

}  // namespace
}  // namespace glenda::test
