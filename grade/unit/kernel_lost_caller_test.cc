// SPDX-License-Identifier: MIT
//
// kernel/call/destroy.h: a preempted Delete or Revoke has deleted its own caller, or a CNode through which the caller
// looks up its pointers, so the call cannot be made again. Others finish the deletion, and no memory is lost.
#include "object/irq.h"
#include "preempted_fixture.h"

namespace glenda::test {
namespace {

/// A worker whose CSpace, kTop, contains root's CNode (slot 1) and itself (slot 2). Both were made from kPart.
class LostCallerTest : public PreemptedTest {
protected:
    static constexpr CPtr kTop = 22, kPart = 23, kWorker = 24, kOlder = 25;

    void SetUp() override {
        PreemptedTest::SetUp();
        make(CapType::Untyped, kPart, 16);
        const auto make_part = [&](CapType type, CPtr at, unsigned size_bits = 0) {
            ASSERT_EQ(call(kPart, UntypedMethod::Retype, {kind(type, size_bits), kCNode, at}), Error::Ok);
        };
        make_part(CapType::CNode, kTop, 4);
        make_part(CapType::Tcb, kWorker);
        copy(kTop, kOlder);
        ASSERT_EQ(call(kWorker, TcbMethod::Configure, {kTop, kVSpace, 0, 0, 0}), Error::Ok);
        ASSERT_EQ(call(kWorker, TcbMethod::SetPriority, {kMaxPriority, kMaxPriority}), Error::Ok);
        ASSERT_EQ(resume(kWorker), Error::Ok);
        ASSERT_EQ(call(kTop, CNodeMethod::Copy, {1, kCNode, kCNode, kAll}), Error::Ok);
        ASSERT_EQ(call(kTop, CNodeMethod::Copy, {2, kCNode, kTop, kAll}), Error::Ok);
        for (std::uint64_t i = 3; i < 12; i++)
            ASSERT_EQ(call(kTop, CNodeMethod::Copy, {i, kCNode, kEndpoint, kAll}), Error::Ok);
    }
    Tcb& worker() const { return tcb(kWorker); }
    /// From now on only the worker has a capability to its CSpace.
    void keep_cspace_alone() {
        ASSERT_EQ(call(kTop, CNodeMethod::Delete, {2}), Error::Ok);
        remove(kOlder);
        remove(kTop);
    }
    /// The worker deletes itself and is stopped, with its CSpace on the zombie list.
    void die() {
        keep_cspace_alone();
        ASSERT_TRUE(begin(worker(), CNodeMethod::Delete, kWorker, 1));
        machine.checks_before_interrupt = host::kNever;
        ASSERT_TRUE(slot(kWorker).is_empty());
        ASSERT_EQ(children(kPart), 1u);      // the CSpace, now a Zombie...
        ASSERT_GT(children(kEndpoint), 5u);  // ...with capabilities in it
    }
    void expect_all_done() {
        EXPECT_EQ(children(kPart), 0u);
        EXPECT_EQ(children(kEndpoint), 0u);
        expect_nothing_lost();
    }
    void expect_nothing_lost() {
        EXPECT_EQ(tree_fault(slot(kUntyped)), "");
        EXPECT_EQ(revoke(kPart), Error::Ok);
        ASSERT_EQ(call(kPart, UntypedMethod::Info), Error::Ok);
        EXPECT_EQ(root().word(2), 0u);
        EXPECT_EQ(children(kEndpoint), 0u);
        EXPECT_EQ(tree_fault(slot(kUntyped)), "");
        EXPECT_EQ(tree_fault(slot(kCNode)), "");
    }
};

TEST_F(LostCallerTest, AnIdleHartFinishesWhatTheDeadCannot) {
    die();
    stop(root());
    EXPECT_THROW(enter_first(hart()), host::Asleep);
    make_ready(root());
    choose(hart());
    expect_all_done();
}

TEST_F(LostCallerTest, WhatAnIdleHartFinishesMayWakeSomebody) {
    Tcb& waiter = make_thread(kOther);
    make(CapType::Endpoint, 40);
    ASSERT_EQ(call(kTop, CNodeMethod::Copy, {13, kCNode, 40, kAll}), Error::Ok);
    syscall(waiter, Syscall::Recv, 40);
    remove(40);
    die();
    stop(root());
    EXPECT_EQ(&enter_first(hart()), &waiter);
    EXPECT_EQ(waiter.tag().as_error(), Error::Deleted);
}

TEST_F(LostCallerTest, WhoeverDeletesNextFinishes) {
    die();
    EXPECT_EQ(remove(999), Error::Ok);
    expect_all_done();
}

TEST_F(LostCallerTest, WhoeverRetypesNextFinishes) {
    die();
    EXPECT_EQ(call(kPart, UntypedMethod::Retype, {kind(CapType::Untyped, 16), kCNode, 100}), Error::Ok);  // all of it
    EXPECT_EQ(remove(100), Error::Ok);
    expect_all_done();
}

TEST_F(LostCallerTest, WhoeverClaimsAnInterruptFinishes) {
    ASSERT_EQ(call(kIrqControl, IrqControlMethod::Claim, {10, kTop, 14}), Error::Ok);
    die();
    EXPECT_TRUE(irqs[10].is_claimed);
    EXPECT_EQ(call(kIrqControl, IrqControlMethod::Claim, {10, kCNode, 100}), Error::Ok);
    EXPECT_EQ(call(kIrqControl, IrqControlMethod::Claim, {10, kCNode, 101}), Error::Busy);
    expect_all_done();
}

TEST_F(LostCallerTest, ARevokeThatCutsItsOwnWaySaysSoAndOthersRevokeTheRest) {
    EXPECT_FALSE(begin(worker(), CNodeMethod::Revoke, kTop, 1));
    while (!enter_again(worker())) {
    }
    machine.checks_before_interrupt = host::kNever;
    EXPECT_EQ(worker().tag().as_error(), Error::InvalidCapability);
    EXPECT_TRUE(worker().cspace.is_empty());
    EXPECT_FALSE(slot(kOlder).is_empty());
    EXPECT_EQ(revoke(kTop), Error::Ok);
    EXPECT_TRUE(slot(kOlder).is_empty());
    expect_nothing_lost();
}

/// Whatever a thread deletes of what it depends on, and wherever it is preempted, root gets all memory back.
TEST_F(LostCallerTest, NothingIsLost) {
    for (const CNodeMethod method : {CNodeMethod::Delete, CNodeMethod::Revoke}) {
        for (const CPtr at : {kTop, kPart, kWorker, kOlder}) {
            for (std::uint64_t checks = 0; checks < 25; checks++) {
                boot();
                SetUp();
                keep_cspace_alone();
                Tcb& self = worker();
                machine.checks_before_interrupt = checks;
                bool is_done = enter(self, Syscall::Call, 1, Tag(std::uint64_t(method), 1), {at});
                while (!is_done && self.state == ThreadState::Ready) is_done = enter_again(self);
                machine.checks_before_interrupt = host::kNever;
                if (slot(kPart).is_empty()) {  // its children are now root's
                    EXPECT_EQ(revoke(kUntyped), Error::Ok);
                    ASSERT_FALSE(slot(kUntyped).has_children());
                    continue;
                }
                expect_nothing_lost();
                if (HasFatalFailure()) FAIL() << unsigned(method) << " of " << at << " preempted after " << checks;
            }
        }
    }
}

/// The worker's CSpace has two levels now. 1 << 10 | n: root's slot n; 2 << 10 | n: slot n of kMiddle. There are no
/// other capabilities to kMiddle or to the CSpace.
class TwoLevelsTest : public LostCallerTest {
protected:
    static constexpr CPtr kMiddle = 50, kMiddleRadix = 10;
    static constexpr CPtr by_root(CPtr n) { return 1 << kMiddleRadix | n; }
    static constexpr CPtr by_middle(CPtr n) { return 2 << kMiddleRadix | n; }

    void SetUp() override {
        LostCallerTest::SetUp();
        static_assert(kMiddleRadix == kRadix);
        const auto mint_cnode = [&](CPtr to, std::uint64_t index, CPtr from, unsigned guard_bits) {
            ASSERT_EQ(call(to, CNodeMethod::Mint, {index, kCNode, from, kAll, 0, guard_bits}), Error::Ok);
        };
        make(CapType::CNode, kMiddle, kMiddleRadix);
        ASSERT_EQ(call(kTop, CNodeMethod::Delete, {1}), Error::Ok);
        ASSERT_EQ(call(kTop, CNodeMethod::Delete, {2}), Error::Ok);
        mint_cnode(kTop, 1, kCNode, 0);
        mint_cnode(kTop, 2, kMiddle, 0);
        mint_cnode(kCNode, 60, kTop, 64 - 4 - kMiddleRadix);
        ASSERT_EQ(call(kWorker, TcbMethod::Configure, {60, 0, 0, 0, 0}), Error::Ok);
        remove(60);
    }
    void give_to_middle(std::uint64_t index, CPtr from) {
        ASSERT_EQ(call(kMiddle, CNodeMethod::Move, {index, kCNode, from}), Error::Ok);
    }
};

TEST_F(TwoLevelsTest, ADeleteThatCutsItsOwnWayIsDone) {
    give_to_middle(9, kTop);
    for (std::uint64_t i = 1; i < 9; i++)
        ASSERT_EQ(call(kMiddle, CNodeMethod::Copy, {i, kCNode, kEndpoint, kAll}), Error::Ok);
    remove(kMiddle);
    const unsigned before = children(kEndpoint);
    ASSERT_TRUE(begin(worker(), CNodeMethod::Delete, 2, by_middle(9)));  // of kTop: the only capability to kMiddle
    machine.checks_before_interrupt = host::kNever;
    EXPECT_EQ(worker().tag().as_error(), Error::Ok);
    EXPECT_EQ(worker().word(0), 2u);
    EXPECT_GT(children(kEndpoint), before - 8);  // not all of it has been deleted
    EXPECT_EQ(call(worker(), by_root(kCNode), CNodeMethod::Delete, {999}), Error::Ok);
    EXPECT_EQ(children(kEndpoint), before - 8);
    expect_nothing_lost();
}

/// A Retype first empties the zombie list, which deletes its own caller and the CNode for the new object.
TEST_F(TwoLevelsTest, WhoFindsItselfInTheGraveyardMakesNothing) {
    make(CapType::CNode, kDying, 2);
    ASSERT_EQ(call(kDying, CNodeMethod::Copy, {1, kCNode, kEndpoint, kAll}), Error::Ok);
    ASSERT_EQ(call(kDying, CNodeMethod::Copy, {2, kCNode, kEndpoint, kAll}), Error::Ok);
    make(CapType::CNode, 51, 3);
    Slot* const target = slots_of(slot(51).cap);
    give_to_middle(5, 51);
    for (const CPtr at : {kTop, kOlder, kMiddle}) remove(at);
    Tcb& doomed = worker();
    ASSERT_EQ(call(kDying, CNodeMethod::Move, {3, kCNode, kWorker}), Error::Ok);
    ASSERT_FALSE(begin(root(), CNodeMethod::Delete, kDying));
    machine.checks_before_interrupt = host::kNever;
    ASSERT_EQ(doomed.state, ThreadState::Ready);

    const unsigned before = children(kUntyped);
    EXPECT_EQ(call(doomed, by_root(kUntyped), UntypedMethod::Retype, {kind(CapType::Endpoint), by_middle(5), 3}),
              Error::InvalidCapability);
    EXPECT_EQ(doomed.state, ThreadState::Inactive);
    EXPECT_TRUE(target[3].is_empty());
    EXPECT_LT(children(kUntyped), before);
    go_on(root());
    expect_nothing_lost();
}

}  // namespace
}  // namespace glenda::test
