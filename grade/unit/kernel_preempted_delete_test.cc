// SPDX-License-Identifier: MIT
//
// kernel/call/invoke_cnode.cc: a preempted Delete when others meanwhile use the slot that it has emptied, and when it
// deletes its own caller.
#include "preempted_fixture.h"

namespace glenda::test {
namespace {

TEST_F(PreemptedTest, ADeleteThatGoesOnLeavesTheNewcomerInItsSlotAlone) {
    Tcb& other = make_thread(kOther);
    make_full(kDying);
    ASSERT_FALSE(begin(root(), CNodeMethod::Delete, kDying));
    ASSERT_TRUE(slot(kDying).is_empty());
    EXPECT_EQ(call(other, kCNode, CNodeMethod::Copy, {kDying, kCNode, kEndpoint, kAll}), Error::Ok);
    EXPECT_GT(go_on(root()), 2u);
    EXPECT_EQ(root().tag().as_error(), Error::Ok);
    EXPECT_EQ(slot(kDying).cap.type, CapType::Endpoint);
    EXPECT_EQ(root().word(0), kDying);  // unchanged
    EXPECT_EQ(children(kEndpoint), 1u);
    EXPECT_EQ(remove(kDying), Error::Ok);
}

TEST_F(PreemptedTest, TheMarkOfADeleteThatGoesOnDeletesNothing) {
    EXPECT_EQ(remove(bit(63) | kEndpoint), Error::Ok);
    EXPECT_EQ(slot(kEndpoint).cap.type, CapType::Endpoint);
    for (const std::uint64_t index : {bit(63), bit(63) | bit(kRadix), bit(62) | kEndpoint, ~std::uint64_t{0}})
        EXPECT_EQ(remove(index), Error::OutOfRange);
}

TEST_F(PreemptedTest, AThreadThatDeletesItselfGoesOnToTheEnd) {
    Tcb& self = make_thread(kOther, 0, kEndpoint);
    make(CapType::Notification, 40);
    ASSERT_EQ(call(kOther, TcbMethod::BindNotification, {40}), Error::Ok);
    for (CPtr t = 50; t < 58; t++) {
        make_thread(t);
        syscall(tcb(t), Syscall::Recv, t % 2 == 0 ? kEndpoint : 40);
    }
    remove(40);
    remove(kEndpoint);  // the thread holds the last capabilities
    EXPECT_FALSE(begin(self, CNodeMethod::Delete, kOther));
    EXPECT_GT(go_on(self), 4u);
    EXPECT_TRUE(slot(kOther).is_empty());
    EXPECT_EQ(self.state, ThreadState::Inactive);
    for (CPtr t = 50; t < 58; t++) {
        EXPECT_EQ(tcb(t).state, ThreadState::Ready);
        EXPECT_EQ(tcb(t).tag().as_error(), Error::Deleted);
    }
}

/// Otherwise the threads that it removes could come back as fast, and the Delete would never end.
TEST_F(PreemptedTest, NobodyComesToWhatIsBeingDeleted) {
    constexpr CPtr kPlace = 40, kFirst = 50, kEnd = 54;
    for (CPtr t = kFirst; t < kEnd; t++) make_thread(t);
    for (const CapType type : {CapType::Endpoint, CapType::Notification}) {
        make(type, kPlace);
        for (CPtr t = kFirst; t < kEnd; t++) syscall(tcb(t), Syscall::Recv, kPlace);
        ASSERT_FALSE(begin(root(), CNodeMethod::Delete, kPlace));
        ASSERT_FALSE(slot(kPlace).is_empty());
        EXPECT_EQ(tcb(kFirst).tag().as_error(), Error::Deleted);
        for (const Syscall number : {Syscall::Recv, Syscall::Send}) {
            syscall(tcb(kFirst), number, kPlace);
            EXPECT_EQ(tcb(kFirst).state, ThreadState::Ready);
            EXPECT_EQ(tcb(kFirst).tag().as_error(), Error::NoRights);
        }
        EXPECT_LE(go_on(root()), kEnd - kFirst);
        EXPECT_TRUE(slot(kPlace).is_empty());
        for (CPtr t = kFirst + 1; t < kEnd; t++) EXPECT_EQ(tcb(t).tag().as_error(), Error::Deleted);
    }
}

}  // namespace
}  // namespace glenda::test
