// SPDX-License-Identifier: MIT
// Six threads with three endpoints, two notifications and four Reply objects do at random everything that threads can
// do to each other, including faults, suspension and deletion. The naive model does the same, and after each step the
// two agree.
//   ipc_model.cc   the objects, and what must hold
//   ipc_steps.cc   the steps
#pragma once

#include <random>

#include "kernel_test.h"
#include "model/naive_ipc.h"

namespace glenda::test {

class IpcModel : public KernelTest, protected NaiveIpc {
protected:
    /// Makes a new kernel and an empty model.
    void begin(unsigned seed);
    /// Makes random steps and compares each with the model. Returns the fingerprint after each step.
    void converse(std::vector<std::uint64_t>& fingerprints);

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
    // How often each step is made; steps that destroy are rarer.
    static constexpr double kWeights[kSteps] = {40, 24, 64, 56, 24, 16, 16, 48, 40, 32, 32, 8, 40, 16, 32, 1, 1, 2, 2};

    std::array<unsigned, kSteps> done_{};  // how often each kind of step has been made

private:
    // Slots. Thread t sends to endpoint e through kBadged + t * kEndpoints + e, and signals through kSignal + ...
    static constexpr CPtr kTcbs = 20, kEndpoint = 40, kNotification = 50, kReply = 60, kBadged = 100, kSignal = 150;
    static constexpr CPtr kNoGrant = 165;  // to receive from endpoint e, without Grant
    static constexpr CPtr kUtcbs = 170;    // the UTCBs of the first kWithUtcb threads
    static constexpr CPtr kHandler = 180;  // endpoint 0 with a badge: receives the faults of thread t

    std::mt19937_64 random_{99};
    std::uint64_t next_word_ = 1;

    static std::uint64_t badge_of(unsigned t, unsigned e) { return 0x100 + t * 16 + e; }
    static CPtr badged(unsigned t, unsigned e) { return kBadged + t * kEndpoints + e; }

    // --- ipc_model.cc
    void make_model_thread(unsigned t);
    void mint_endpoint(unsigned e);
    void mint_notification(unsigned n);
    void bind(unsigned t, unsigned n);

    // --- ipc_steps.cc
    NaiveMessage any_message(int t);
    void make_syscall(int t, Syscall number, CPtr pointer, const NaiveMessage& message = {}, CPtr reply = 0);
    void expect(int t, Error error) { threads_[t].expected = {.tag = Tag::error(error)}; }
    int any_ready();
    void send_step(int t, int e, Syscall number);
    /// A capability to receive from endpoint e, mostly with Grant.
    CPtr source(int e, bool can_grant) { return (can_grant ? kEndpoint : kNoGrant) + static_cast<unsigned>(e); }
    void recv_step(int t, int e, Syscall number);
    void wait_step(int t, int n, Syscall number);
    void answer_step(int t, int reply, int e, Syscall number);
    void signal_step(int t, int n, Syscall number);
    void yield_step(int t);
    void tick_step();
    void fault_step(int t);
    void suspend_step(int t);
    void resume_step(int t);
    void replace_endpoint(int e);
    void replace_notification(int n);
    void replace_reply(int r);
    void replace_thread(int t);
    void step();

    // --- ipc_model.cc
    void check_thread(int t);
    void check_line(const TcbQueue& queue, const std::deque<int>& naive);
    void check();
    std::uint64_t fingerprint() const;
};

}  // namespace glenda::test
