// SPDX-License-Identifier: MIT
//
// kernel/ipc/transfer.h: messages of every length, with and without UTCBs, and which capabilities arrive where.
#include "ipc/fault.h"
#include "ipc/transfer.h"
#include "kernel_test.h"

namespace glenda::test {
namespace {

class TransferTest : public KernelTest {
protected:
    static constexpr CPtr kEndpoint = 20, kReply = 21, kSender = 30, kReceiver = 31, kBare = 32;
    static constexpr CPtr kOffered = 40;  // a CNode of 16 slots with the receive slots

    void SetUp() override {
        make(CapType::Endpoint, kEndpoint);
        make(CapType::Reply, kReply);
        make(CapType::CNode, kOffered, 4);
        sender_ = &make_thread(kSender, 50);
        receiver_ = &make_thread(kReceiver, 51);
        bare_ = &make_thread(kBare);
    }
    /// Sends through `endpoint` to `to`, which already waits or receives later.
    void pass(Tcb& from, Tcb& to, Tag tag, bool receiver_first, CPtr endpoint = kEndpoint) {
        if (receiver_first) syscall(to, Syscall::Recv, kEndpoint);
        syscall(from, Syscall::Send, endpoint, tag, {1, 2, 3, 4});
        if (!receiver_first) syscall(to, Syscall::Recv, kEndpoint);
    }
    void offer(std::uint64_t index, std::uint64_t count, CPtr cnode = kOffered) {
        receiver_->utcb->receive_cnode = cnode;
        receiver_->utcb->receive_index = index;
        receiver_->utcb->receive_count = count;
    }
    Slot& offered(unsigned index) const { return slots_of(slot(kOffered).cap)[index]; }
    /// Sends `caps`, with sender first and receiver first. Returns the number in the receiver's tag.
    unsigned pass_caps(std::initializer_list<CPtr> caps, CPtr endpoint = kEndpoint) {
        unsigned i = 0;
        for (const CPtr cap : caps) sender_->utcb->send_caps[i++] = cap;
        pass(*sender_, *receiver_, Tag(7, 0, static_cast<unsigned>(caps.size())), true, endpoint);
        EXPECT_EQ(sender_->tag().raw(), 0u);
        EXPECT_EQ(receiver_->tag().label(), 7u);
        return receiver_->tag().caps();
    }
    Tcb *sender_ = nullptr, *receiver_ = nullptr, *bare_ = nullptr;
};

TEST_F(TransferTest, EveryLength) {
    for (unsigned length = 0; length <= kMaxWords; length++) {
        for (const bool receiver_first : {true, false}) {
            for (unsigned i = 0; i < kMaxWords; i++) {
                sender_->utcb->words[i] = 1000 * length + i;
                receiver_->utcb->words[i] = 7;
            }
            pass(*sender_, *receiver_, Tag(length, length), receiver_first);
            ASSERT_EQ(receiver_->tag().raw(), Tag(length, length).raw());
            for (unsigned i = 0; i < kRegisterWords; i++) {
                ASSERT_EQ(receiver_->word(i), i + 1);
                ASSERT_EQ(receiver_->utcb->words[i], 7u);  // the first four are only in registers
            }
            for (unsigned i = kRegisterWords; i < kMaxWords; i++)
                ASSERT_EQ(receiver_->utcb->words[i], i < length ? 1000 * length + i : 7);
        }
    }
}

TEST_F(TransferTest, WithoutAUtcbFourWordsArrive) {
    pass(*sender_, *bare_, Tag(5, 50, 0), true);
    EXPECT_EQ(bare_->tag().raw(), Tag(5, kRegisterWords).raw());
    EXPECT_EQ(bare_->word(3), 4u);
}

TEST_F(TransferTest, RevokingTheUtcbOfASenderInLine) {
    syscall(*sender_, Syscall::Send, kEndpoint, Tag(6, 50, 2), {1, 2, 3, 4});
    EXPECT_EQ(revoke(50), Error::Ok);  // not Delete: the thread has a copy
    EXPECT_EQ(sender_->utcb, nullptr);
    offer(1, 4);
    syscall(*receiver_, Syscall::Recv, kEndpoint);
    EXPECT_EQ(receiver_->tag().raw(), Tag(6, kRegisterWords, 0).raw());
}

TEST_F(TransferTest, CapabilitiesArriveInOrder) {
    mint(kEndpoint, 60, 5);
    copy(50, 61, Rights::Read);
    offer(3, 4);
    EXPECT_EQ(pass_caps({60, 61, kReply, kSender}), 4u);
    EXPECT_EQ(offered(3).cap.type, CapType::Endpoint);
    EXPECT_EQ(offered(3).cap.badge, 5u);
    EXPECT_EQ(offered(3).previous.slot(), &slot(60));  // a child of the capability sent
    EXPECT_EQ(offered(4).cap.rights, Rights::Read);
    EXPECT_EQ(offered(5).cap.type, CapType::Reply);
    EXPECT_EQ(offered(6).cap.type, CapType::Tcb);
    EXPECT_FALSE(slot(60).is_empty());
    EXPECT_EQ(tree_fault(slot(kUntyped)), "");
}

TEST_F(TransferTest, WhatHasNoRoomIsLeftOut) {
    offer(1, 1);
    EXPECT_EQ(pass_caps({kReply, kSender}), 1u);  // there is one receive slot
    offer(1, 4);
    EXPECT_EQ(pass_caps({kReply}), 0u);  // it is occupied
    EXPECT_EQ(offered(1).cap.type, CapType::Reply);
    offer(15, 4);
    EXPECT_EQ(pass_caps({kReply, kSender}), 1u);  // the CNode ends
    for (const std::uint64_t index : {std::uint64_t{0}, std::uint64_t{16}, ~std::uint64_t{0}}) {
        offer(index, 4);
        EXPECT_EQ(pass_caps({kReply, kReply}), 0u);
    }
    offer(2, 4, 999);
    EXPECT_EQ(pass_caps({kReply}), 0u);  // no such CNode
    offer(2, 4, kReply);
    EXPECT_EQ(pass_caps({kReply}), 0u);  // no CNode at all
    copy(kOffered, 62, Rights::Read);
    offer(2, 4, 62);
    EXPECT_EQ(pass_caps({kReply}), 0u);  // no right to change it
    offer(2, 0);
    EXPECT_EQ(pass_caps({kReply}), 0u);
    offer(2, ~std::uint64_t{0});
    EXPECT_EQ(pass_caps({kReply, 999, kReply}), 1u);  // up to the first pointer that finds nothing
    EXPECT_TRUE(offered(3).is_empty());
}

TEST_F(TransferTest, UntypedMemoryMoves) {
    make(CapType::Untyped, 60, 12);
    ASSERT_EQ(call(60, UntypedMethod::Retype, {kind(CapType::Endpoint), kCNode, 61}), Error::Ok);
    offer(1, 1);
    EXPECT_EQ(pass_caps({60}), 1u);
    EXPECT_TRUE(slot(60).is_empty());
    EXPECT_EQ(offered(1).cap.type, CapType::Untyped);
    EXPECT_EQ(offered(1).first_child, &slot(61));
    EXPECT_EQ(tree_fault(slot(kUntyped)), "");
}

TEST_F(TransferTest, ACopyOfAFrameHasNoMapping) {
    make(CapType::PageTable, 60, 0, 2);
    for (const CPtr table : {60u, 61u}) ASSERT_EQ(call(table, PageTableMethod::Map, {kVSpace, 0x4000}), Error::Ok);
    ASSERT_EQ(call(50, FrameMethod::Map, {kVSpace, 0x4000, kReadWrite}), Error::Ok);
    offer(1, 2);
    EXPECT_EQ(pass_caps({50, 60}), 2u);
    EXPECT_EQ(offered(1).cap.space, 0u);
    EXPECT_NE(slot(50).cap.space, 0u);
    EXPECT_TRUE(slot(60).is_empty());  // a page table moves, and stays mapped
    EXPECT_NE(offered(2).cap.space, 0u);
}

TEST_F(TransferTest, AnswersCarryCapabilitiesIfTheServersEndpointGrants) {
    for (const Rights rights : {Rights::Read, Rights::Read | Rights::Grant}) {
        remove(63);
        copy(kEndpoint, 63, rights);
        syscall(*sender_, Syscall::Recv, 63, {}, {}, kReply);
        syscall(*receiver_, Syscall::Call, kEndpoint);
        offer(1, 1);
        sender_->utcb->send_caps[0] = kSender;
        syscall(*sender_, Syscall::Reply, kReply, Tag(0, 0, 1));
        const bool may = has(rights, Rights::Grant);
        EXPECT_EQ(sender_->tag().as_error(), may ? Error::Ok : Error::NoRights);
        if (!may) syscall(*sender_, Syscall::Reply, kReply);
        EXPECT_EQ(receiver_->tag().caps(), may ? 1u : 0u);
        EXPECT_EQ(offered(1).is_empty(), !may);
    }
}

TEST_F(TransferTest, RegistersOfAFaultInAMessage) {
    mint(kEndpoint, 64, 9);
    ASSERT_EQ(call(kSender, TcbMethod::Configure, {0, 0, 0, 0, 64}), Error::Ok);
    const auto fault = [&](Fault what, Tcb& handler) {
        Registers& r = sender_->registers;
        r.pc = 0x5000;
        r.sp() = 0x6000;
        for (unsigned i = 0; i < 8; i++) r.a(i) = 100 + i;
        syscall(handler, Syscall::Recv, kEndpoint, {}, {}, kReply);
        run(*sender_);
        sender_->fault = what;
        raise_fault(*sender_);
        EXPECT_EQ(handler.registers.a(0), 9u);
        EXPECT_EQ(handler.tag().label(), static_cast<std::uint64_t>(what.kind));
        std::vector<std::uint64_t> words;
        for (unsigned i = 0; i < handler.tag().length(); i++) words.push_back(handler.word(i));
        syscall(handler, Syscall::Reply, kReply, Tag(kFaultResume, 0));
        EXPECT_EQ(sender_->state, ThreadState::Ready);
        return words;
    };
    using Words = std::vector<std::uint64_t>;
    EXPECT_EQ(fault({FaultKind::UnknownSyscall, 0, 0}, *receiver_),
              (Words{0x5000, 107, 100, 101, 102, 103, 104, 105, 106, 0x6000}));
    EXPECT_EQ(fault({FaultKind::UnknownSyscall, 0, 0}, *bare_), (Words{0x5000, 107, 100, 101}));
    EXPECT_EQ(fault({FaultKind::Exception, 0x13, 2}, *receiver_), (Words{0x5000, 0x13, 2, 0x6000}));
    for (const std::uint64_t cause : {1, 12})
        EXPECT_EQ(fault({FaultKind::Vm, 0x77, cause}, *receiver_), (Words{0x5000, 0x77, 4, cause}));
    for (const std::uint64_t cause : {5, 13})
        EXPECT_EQ(fault({FaultKind::Vm, 0x77, cause}, *receiver_), (Words{0x5000, 0x77, 1, cause}));
    for (const std::uint64_t cause : {7, 15})
        EXPECT_EQ(fault({FaultKind::Vm, 0x77, cause}, *receiver_), (Words{0x5000, 0x77, 2, cause}));
}

TEST_F(TransferTest, AHandlerMayMoveTheThread) {
    ASSERT_EQ(call(kSender, TcbMethod::Configure, {0, 0, 0, 0, kEndpoint}), Error::Ok);
    for (unsigned length = 0; length <= 2; length++) {
        syscall(*receiver_, Syscall::Recv, kEndpoint, {}, {}, kReply);
        run(*sender_);
        sender_->registers.pc = 0x5000;
        sender_->registers.sp() = 0x6000;
        sender_->fault = {FaultKind::Exception, 0, 3};
        raise_fault(*sender_);
        syscall(*receiver_, Syscall::Reply, kReply, Tag(kFaultResume, length), {0x8000, 0x9000});
        EXPECT_EQ(sender_->registers.pc, length > 0 ? 0x8000u : 0x5000u);
        EXPECT_EQ(sender_->registers.sp(), length > 1 ? 0x9000u : 0x6000u);
    }
    syscall(*receiver_, Syscall::Recv, kEndpoint, {}, {}, kReply);
    run(*sender_);
    sender_->fault = {FaultKind::Exception, 0, 3};
    raise_fault(*sender_);
    syscall(*receiver_, Syscall::Reply, kReply, Tag(kFaultSuspend, 0));
    EXPECT_EQ(sender_->state, ThreadState::Inactive);
}

}  // namespace
}  // namespace glenda::test
