// SPDX-License-Identifier: MIT
//
// kernel/call/destroy.h, case by case: cycles of CNodes, preemption at any point, threads that delete what they depend
// on.
#include <algorithm>

#include "call/destroy.h"
#include "kernel_test.h"
#include "mem/address_spaces.h"
#include "object/irq.h"
#include "sched/clock.h"

namespace glenda::test {
namespace {

class DestroyTest : public KernelTest {
protected:
    /// Nested CNodes, one containing itself and two containing each other; threads that wait at an endpoint and a
    /// notification whose last capabilities are in these CNodes.
    void build() {
        boot();
        make(CapType::CNode, 20, 3, 4);  // 20, 21, 22, 23
        make(CapType::Endpoint, 30);
        make(CapType::Notification, 31);
        make(CapType::Reply, 32);
        make(CapType::Timer, 33);
        for (unsigned t = 0; t < 4; t++) make_thread(40 + t);
        ASSERT_EQ(call(33, TimerMethod::Bind, {31}), Error::Ok);
        ASSERT_EQ(call(33, TimerMethod::Arm, {500}), Error::Ok);
        syscall(tcb(40), Syscall::Recv, 30, {}, {}, 32);
        syscall(tcb(41), Syscall::Recv, 30);
        syscall(tcb(42), Syscall::Recv, 31);
        syscall(tcb(43), Syscall::Recv, 31);
        make(CapType::VSpace, 34);
        const auto move_into = [&](CPtr cnode, std::uint64_t index, CPtr from) {
            ASSERT_EQ(call(cnode, CNodeMethod::Move, {index, kCNode, from}), Error::Ok);
        };
        const auto copy_into = [&](CPtr cnode, std::uint64_t index, CPtr from) {
            ASSERT_EQ(call(cnode, CNodeMethod::Copy, {index, kCNode, from, word_of(Rights::All)}), Error::Ok);
        };
        copy_into(20, 1, 20);  // contains itself
        copy_into(21, 1, 22);
        copy_into(22, 1, 21);  // contain each other
        move_into(20, 2, 30);
        move_into(21, 2, 31);
        move_into(22, 2, 32);
        move_into(22, 3, 33);
        move_into(23, 2, 34);
        copy_into(23, 3, 40);
        move_into(20, 7, 23);  // 23 is only in 20
    }
    /// Everything that matters in the final state.
    std::string state() const {
        std::string text = tree_dump(slot(kUntyped)) + tree_dump(slot(kCNode));
        for (unsigned t = 0; t < 4; t++) {
            const Capability& cap = slot(40 + t).cap;
            if (cap.type != CapType::Tcb) continue;
            text +=
                std::to_string(unsigned(cap.as<Tcb>().state)) + " " + std::to_string(cap.as<Tcb>().tag().raw()) + "\n";
        }
        text += timer_queue.first() != nullptr ? "armed" : "not armed";
        return text + std::to_string(address_spaces.room());
    }
    template <typename Operation>
    void same_with_preemption(Operation operation) {
        build();
        operation();
        const std::string expected = state();
        EXPECT_EQ(preemptions(), 0u);
        unsigned most = 0;
        for (std::uint64_t checks = 0; checks < 40; checks++) {
            build();
            machine.checks_before_interrupt = checks;
            operation();
            machine.checks_before_interrupt = host::kNever;
            ASSERT_EQ(state(), expected) << "preempted after " << checks;
            most = std::max(most, preemptions());
        }
        EXPECT_GT(most, 4u);
    }
};

TEST_F(DestroyTest, RevokePreemptedAnywhere) {
    same_with_preemption([this] { EXPECT_EQ(revoke(kUntyped), Error::Ok); });
    EXPECT_FALSE(slot(kUntyped).has_children());
    EXPECT_EQ(timer_queue.first(), nullptr);
}

TEST_F(DestroyTest, DeletePreemptedAnywhere) {
    same_with_preemption([this] {
        for (const CPtr at : {21u, 22u}) EXPECT_EQ(revoke(at), Error::Ok);
        for (const CPtr at : {21u, 22u}) EXPECT_EQ(remove(at), Error::Ok);
        EXPECT_EQ(revoke(20), Error::Ok);
        EXPECT_EQ(remove(20), Error::Ok);
    });
    // CNode 20 took the endpoint and the VSpace with it; CNode 21 the notification, once the timer of 22 was gone.
    EXPECT_EQ(tcb(40).tag().as_error(), Error::Deleted);
    EXPECT_EQ(tcb(41).tag().as_error(), Error::Deleted);
    EXPECT_EQ(tcb(42).tag().as_error(), Error::Deleted);
    EXPECT_EQ(tcb(40).reply, nullptr);
    EXPECT_EQ(tcb(43).state, ThreadState::Ready);
    EXPECT_EQ(address_spaces.room(), kMaxSpaces - 2);
}

TEST_F(DestroyTest, ACycleThatNobodyReachesComesBackWithItsUntyped) {
    build();
    EXPECT_EQ(remove(21), Error::Ok);
    EXPECT_EQ(remove(22), Error::Ok);
    EXPECT_EQ(remove(20), Error::Ok);
    EXPECT_EQ(tcb(42).state, ThreadState::BlockedRecv);  // the CNodes hold each other
    EXPECT_EQ(revoke(kUntyped), Error::Ok);
    EXPECT_FALSE(slot(kUntyped).has_children());
}

/// Empty slots are passed over many at a time; but not all of a large CNode without looking for interrupts.
TEST_F(DestroyTest, AnEmptyCNodeIsPassedOver) {
    make(CapType::CNode, 20, 7);
    machine.checks = 0;
    EXPECT_EQ(remove(20), Error::Ok);
    EXPECT_LE(machine.checks, 2u);

    make(CapType::CNode, 20, 16);
    ASSERT_EQ(call(20, CNodeMethod::Copy, {60'000, kCNode, kConsole, word_of(Rights::All)}), Error::Ok);
    machine.checks = 0;
    EXPECT_EQ(remove(20), Error::Ok);
    EXPECT_GE(machine.checks, bit(16) / 512);
    EXPECT_LE(machine.checks, bit(16) / 128);
    EXPECT_FALSE(slot(kConsole).has_children());
    EXPECT_EQ(zombies, nullptr);
}

TEST_F(DestroyTest, AThreadThatDeletesItselfIsGone) {
    Tcb& suicidal = make_thread(20);
    ASSERT_EQ(suicidal.state, ThreadState::Ready);
    call(suicidal, kCNode, CNodeMethod::Delete, {20});
    EXPECT_TRUE(slot(20).is_empty());
    EXPECT_EQ(&choose(hart()), &root());
}

TEST_F(DestroyTest, AThreadThatRevokesTheGroundUnderItsFeet) {
    Tcb& thread = make_thread(20);
    machine.checks_before_interrupt = 0;
    call(thread, kCNode, CNodeMethod::Revoke, {kUntyped});  // its Tcb was made from it
    machine.checks_before_interrupt = host::kNever;
    EXPECT_EQ(&choose(hart()), &root());
    EXPECT_EQ(revoke(kUntyped), Error::Ok);
    EXPECT_FALSE(slot(kUntyped).has_children());
}

TEST_F(DestroyTest, RevokeTakesTheCSpaceFromThreads) {
    make(CapType::CNode, 20, 4);
    Tcb& thread = make_thread(30);
    ASSERT_EQ(call(30, TcbMethod::Configure, {20, 0, 0, 0, 0}), Error::Ok);
    EXPECT_EQ(revoke(20), Error::Ok);
    EXPECT_TRUE(thread.cspace.is_empty());
    syscall(thread, Syscall::Send, 1);
    EXPECT_EQ(thread.tag().as_error(), Error::InvalidCapability);
}

TEST_F(DestroyTest, AnInterruptIsClaimedAgainOnlyWhenItsHandlerIsGone) {
    ASSERT_EQ(call(kIrqControl, IrqControlMethod::Claim, {10, kCNode, 20}), Error::Ok);
    make(CapType::Notification, 21);
    ASSERT_EQ(call(20, IrqHandlerMethod::Bind, {21}), Error::Ok);
    for (unsigned t = 0; t < 2; t++) {
        make_thread(30 + t);
        syscall(tcb(30 + t), Syscall::Recv, 21);
    }
    ASSERT_EQ(remove(21),
              Error::Ok);  // the handler holds the last capability, so deleting it wakes the threads one by one
    machine.checks_before_interrupt = 0;
    EXPECT_FALSE(enter(root(), Syscall::Call, kCNode, Tag(std::uint64_t(CNodeMethod::Delete), 1), {20}));
    machine.checks_before_interrupt = host::kNever;
    EXPECT_FALSE(slot(20).is_empty());
    Tcb& other = make_thread(40);
    EXPECT_EQ(call(other, kIrqControl, IrqControlMethod::Claim, {10, kCNode, 22}), Error::Busy);
    EXPECT_EQ(remove(20), Error::Ok);
    EXPECT_TRUE(irqs[10].notification.is_empty());
    EXPECT_FALSE(irqs[10].is_claimed);
}

}  // namespace
}  // namespace glenda::test
