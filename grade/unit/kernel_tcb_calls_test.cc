// SPDX-License-Identifier: MIT
//
// kernel/call/invoke_tcb.cc: what each method of threads does, and each of its errors.
#include "kernel_test.h"
#include "sched/fpu.h"

namespace glenda::test {
namespace {

using enum Error;

class TcbCalls : public KernelTest {
protected:
    static constexpr CPtr kThread = 20, kFrame = 21, kNotification = 22, kEndpoint = 23;
    void SetUp() override {
        make(CapType::Tcb, kThread);
        make(CapType::Frame, kFrame, kFrameBits);
        make(CapType::Notification, kNotification);
        make(CapType::Endpoint, kEndpoint);
    }
    Tcb& thread() const { return tcb(kThread); }
    Error configure(CPtr cspace, CPtr vspace, CPtr utcb = 0, std::uint64_t address = 0, CPtr handler = 0) {
        return call(kThread, TcbMethod::Configure, {cspace, vspace, utcb, address, handler});
    }
};

TEST_F(TcbCalls, ANewThreadNeedsItsSpaces) {
    EXPECT_EQ(resume(kThread), NotConfigured);
    EXPECT_EQ(configure(kCNode, 0), Ok);
    EXPECT_EQ(resume(kThread), NotConfigured);
    EXPECT_EQ(configure(0, kVSpace), Ok);
    EXPECT_EQ(resume(kThread), Ok);
    EXPECT_EQ(resume(kThread), Ok);
    EXPECT_EQ(thread().state, ThreadState::Ready);
    EXPECT_EQ(suspend(kThread), Ok);
    EXPECT_EQ(thread().state, ThreadState::Inactive);
}

TEST_F(TcbCalls, Configure) {
    EXPECT_EQ(configure(kCNode, kVSpace, kFrame, 0x5000, kEndpoint), Ok);
    EXPECT_EQ(thread().utcb, slot(kFrame).cap.object);
    EXPECT_EQ(thread().utcb_address.value, 0x5000u);
    EXPECT_EQ(thread().satp, root().satp);
    EXPECT_EQ(thread().cspace.previous.slot(), &slot(kCNode));  // a child of what it was made from
    EXPECT_EQ(configure(0, 0), Ok);                             // leaves everything
    EXPECT_EQ(thread().fault_handler.cap.type, CapType::Endpoint);
    EXPECT_EQ(tree_fault(slot(kUntyped)), "");
    EXPECT_EQ(tree_fault(slot(kCNode)), "");

    make(CapType::Frame, 30, kLargeFrameBits);
    ASSERT_EQ(call(kDevice, UntypedMethod::Retype, {kind(CapType::Frame, kFrameBits), kCNode, 31}), Ok);
    copy(kFrame, 32, Rights::Read);
    copy(kEndpoint, 33, Rights::Read);
    EXPECT_EQ(configure(kEndpoint, 0), WrongType);
    EXPECT_EQ(configure(0, 999), InvalidCapability);
    EXPECT_EQ(configure(0, 0, 30, 0x5000), BadArgument);
    EXPECT_EQ(configure(0, 0, 31, 0x5000), BadArgument);
    EXPECT_EQ(configure(0, 0, 32, 0x5000), NoRights);
    EXPECT_EQ(configure(0, 0, kFrame, 0x5008), BadArgument);
    EXPECT_EQ(configure(0, 0, kFrame, kUserEnd), BadArgument);
    EXPECT_EQ(configure(0, 0, 0, 0, 33), NoRights);
    EXPECT_EQ(call(kThread, TcbMethod::Configure, {0, 0, 0, 0}), MessageTooShort);
}

/// A preempted Configure is made again, and its pointers are looked up again in the CSpace that the caller had.
TEST_F(TcbCalls, ConfigureOfOneselfPreempted) {
    make(CapType::CNode, 30, 4);
    Tcb& self = make_thread(31, 32, kEndpoint);
    for (unsigned t = 0; t < 2; t++) {
        make_thread(40 + t);
        syscall(tcb(40 + t), Syscall::Recv, kEndpoint);
    }
    remove(kEndpoint);  // the thread holds the last capability: to replace it wakes the others one by one
    make(CapType::Endpoint, kEndpoint);
    machine.checks_before_interrupt = 0;
    EXPECT_EQ(call(self, 31, TcbMethod::Configure, {30, 0, 0, 0, kEndpoint}), Ok);
    machine.checks_before_interrupt = host::kNever;
    EXPECT_GT(preemptions(), 0u);
    EXPECT_EQ(self.cspace.cap.object, slot(30).cap.object);
    EXPECT_EQ(self.fault_handler.cap.object, slot(kEndpoint).cap.object);
}

TEST_F(TcbCalls, Priorities) {
    EXPECT_EQ(call(kThread, TcbMethod::SetPriority, {7, 9}), Ok);
    EXPECT_EQ(thread().priority, 7);
    EXPECT_EQ(thread().max_priority, 9);
    ASSERT_EQ(configure(kCNode, kVSpace), Ok);
    ASSERT_EQ(resume(kThread), Ok);
    EXPECT_EQ(call(thread(), kThread, TcbMethod::SetPriority, {9, 9}), Ok);
    EXPECT_EQ(call(thread(), kThread, TcbMethod::SetPriority, {10, 9}), PriorityTooHigh);
    EXPECT_EQ(call(thread(), kThread, TcbMethod::SetPriority, {9, 10}), PriorityTooHigh);
    EXPECT_EQ(call(kThread, TcbMethod::SetPriority, {256, 9}), BadArgument);
    EXPECT_EQ(call(kThread, TcbMethod::SetPriority, {9, 256}), BadArgument);
    EXPECT_EQ(call(kThread, TcbMethod::SetPriority, {9}), MessageTooShort);
}

TEST_F(TcbCalls, Registers) {
    EXPECT_EQ(call(kThread, TcbMethod::WriteRegisters, {0, 0x1000, 11, 22}), Ok);
    EXPECT_EQ(thread().registers.pc, 0x1000u);
    EXPECT_EQ(thread().registers.ra(), 11u);
    EXPECT_EQ(thread().registers.sp(), 22u);
    EXPECT_EQ(call(kThread, TcbMethod::WriteRegisters, {31, 33}), Ok);
    EXPECT_EQ(thread().registers.x[30], 33u);
    EXPECT_EQ(call(kThread, TcbMethod::WriteRegisters, {31, 1, 2}), BadArgument);
    EXPECT_EQ(call(kThread, TcbMethod::WriteRegisters, {32, 1}), BadArgument);
    EXPECT_EQ(call(kThread, TcbMethod::WriteRegisters, {~std::uint64_t{0}, 1}), BadArgument);
    EXPECT_EQ(call(kThread, TcbMethod::WriteRegisters, {0}), MessageTooShort);
    ASSERT_EQ(call(kThread, TcbMethod::ReadRegisters), Ok);
    EXPECT_EQ(root().tag().length(), 32u);
    EXPECT_EQ(root().word(0), 0x1000u);
    EXPECT_EQ(root().word(31), 33u);
    EXPECT_EQ(call(kTcb, TcbMethod::ReadRegisters), Busy);
    configure(kCNode, kVSpace);
    resume(kThread);
    EXPECT_EQ(call(kThread, TcbMethod::WriteRegisters, {0, 1}), Busy);
    EXPECT_EQ(call(thread(), kTcb, TcbMethod::ReadRegisters), NoUtcb);
}

TEST_F(TcbCalls, CopyRegisters) {
    make(CapType::Tcb, 30);
    ASSERT_EQ(call(kThread, TcbMethod::WriteRegisters, {0, 0x1000, 11, 22}), Ok);
    thread().fpu.f[3] = 33;
    thread().fpu.fcsr = 5;
    ASSERT_EQ(call(30, TcbMethod::CopyRegisters, {kThread}), Ok);
    EXPECT_EQ(tcb(30).registers.pc, 0x1000u);
    EXPECT_EQ(tcb(30).registers.sp(), 22u);
    EXPECT_TRUE(tcb(30).fpu == thread().fpu);
    EXPECT_EQ(call(30, TcbMethod::CopyRegisters, {30}), Ok);  // of itself: nothing changes
    EXPECT_EQ(tcb(30).registers.pc, 0x1000u);

    EXPECT_EQ(call(30, TcbMethod::CopyRegisters), MessageTooShort);
    EXPECT_EQ(call(30, TcbMethod::CopyRegisters, {kFrame}), WrongType);
    EXPECT_EQ(call(30, TcbMethod::CopyRegisters, {kTcb}), Busy);  // the caller's change while it calls
    copy(kThread, 31, Rights::Read);
    EXPECT_EQ(call(30, TcbMethod::CopyRegisters, {31}), NoRights);
    configure(kCNode, kVSpace);
    resume(kThread);
    EXPECT_EQ(call(kThread, TcbMethod::CopyRegisters, {30}), Busy);
    EXPECT_EQ(call(30, TcbMethod::CopyRegisters, {kThread}), Ok);  // the source may be ready
}

/// The floating-point unit may still hold the values of either.
TEST_F(TcbCalls, CopyRegistersAsksTheFloatingPointUnit) {
    Tcb& source = make_thread(30);
    run(source);
    ASSERT_TRUE(take_fpu(hart()));
    machine.fpu.f[3] = 33;
    ASSERT_EQ(call(kThread, TcbMethod::CopyRegisters, {30}), Ok);
    EXPECT_EQ(thread().fpu.f[3], 33u);
    EXPECT_EQ(source.fpu.f[3], 33u);

    // A thread that stopped with a fault is Inactive, and its values still in the unit.
    make(CapType::Tcb, 31);
    tcb(31).fpu.f[3] = 44;
    run(source);
    ASSERT_TRUE(take_fpu(hart()));
    machine.fpu.f[3] = 55;
    source.state = ThreadState::Inactive;
    run(root());
    ASSERT_EQ(hart().fpu_owner, &source);
    ASSERT_EQ(call(30, TcbMethod::CopyRegisters, {31}), Ok);
    EXPECT_EQ(hart().fpu_owner, nullptr);
    EXPECT_EQ(source.fpu.f[3], 44u);
}

/// Write lets a thread be controlled, but not its share of the processor.
TEST_F(TcbCalls, WhatConcernsOthersNeedsGrant) {
    copy(kThread, 30, Rights::Read | Rights::Write);
    EXPECT_EQ(call(30, TcbMethod::SetPriority, {7, 9}), NoRights);
    EXPECT_EQ(call(30, TcbMethod::SetAffinity, {0}), NoRights);
    EXPECT_EQ(call(30, TcbMethod::SetTimeSlice, {1000}), NoRights);
    EXPECT_EQ(thread().priority, 0);
    EXPECT_EQ(call(30, TcbMethod::WriteRegisters, {0, 1}), Ok);
    EXPECT_EQ(call(30, TcbMethod::Suspend), Ok);
    copy(kThread, 31, Rights::Write | Rights::Grant);
    EXPECT_EQ(call(31, TcbMethod::SetPriority, {7, 9}), Ok);
    EXPECT_EQ(call(31, TcbMethod::SetAffinity, {0}), Ok);
    EXPECT_EQ(call(31, TcbMethod::SetTimeSlice, {1000}), Ok);
}

TEST_F(TcbCalls, BoundNotifications) {
    EXPECT_EQ(call(kThread, TcbMethod::UnbindNotification), NotBound);
    EXPECT_EQ(call(kThread, TcbMethod::BindNotification), MessageTooShort);
    EXPECT_EQ(call(kThread, TcbMethod::BindNotification, {kEndpoint}), WrongType);
    copy(kNotification, 30, Rights::Write);
    EXPECT_EQ(call(kThread, TcbMethod::BindNotification, {30}), NoRights);
    EXPECT_EQ(call(kThread, TcbMethod::BindNotification, {kNotification}), Ok);
    EXPECT_EQ(object<Notification>(kNotification).bound, &thread());
    EXPECT_EQ(call(kThread, TcbMethod::BindNotification, {kNotification}), Busy);
    EXPECT_EQ(call(kTcb, TcbMethod::BindNotification, {kNotification}), Busy);
    EXPECT_EQ(call(kThread, TcbMethod::UnbindNotification), Ok);
    EXPECT_EQ(object<Notification>(kNotification).bound, nullptr);
    EXPECT_EQ(call(kThread, TcbMethod::BindNotification, {kNotification}), Ok);
    EXPECT_EQ(remove(kThread), Ok);
    EXPECT_EQ(object<Notification>(kNotification).bound, nullptr);
}

/// Signals sent before the binding end a wait at an endpoint; those of other notifications do not.
TEST_F(TcbCalls, FlagsAreDeliveredToWhoIsBound) {
    make(CapType::Reply, 30);
    Tcb& waiter = make_thread(31);
    syscall(waiter, Syscall::Recv, kEndpoint, {}, {}, 30);
    ASSERT_EQ(waiter.state, ThreadState::BlockedRecv);
    mint(kNotification, 32, 6);
    syscall(root(), Syscall::Send, 32);
    EXPECT_EQ(call(31, TcbMethod::BindNotification, {kNotification}), Ok);
    EXPECT_EQ(waiter.state, ThreadState::Ready);
    EXPECT_TRUE(waiter.tag().is_notification());
    EXPECT_EQ(waiter.registers.a(0), 6u);
    EXPECT_EQ(object<Notification>(kNotification).flags, 0u);
    EXPECT_EQ(object<Endpoint>(kEndpoint).waiting, Endpoint::Waiting::Nobody);
    EXPECT_EQ(object<Reply>(30).receiver, nullptr);
    // A thread that waits for something else gets them at its next receive.
    EXPECT_EQ(call(31, TcbMethod::UnbindNotification), Ok);
    syscall(waiter, Syscall::Call, kEndpoint);
    syscall(root(), Syscall::Send, 32);
    EXPECT_EQ(call(31, TcbMethod::BindNotification, {kNotification}), Ok);
    EXPECT_EQ(waiter.state, ThreadState::BlockedCall);
    EXPECT_EQ(object<Notification>(kNotification).flags, 6u);
}

/// Configure deletes the last capability to a CSpace. Its contents are deleted too, if necessary by others.
TEST_F(TcbCalls, TheOldCSpaceIsTakenApart) {
    for (const bool is_interrupted : {false, true}) {
        make(CapType::CNode, 30, 4);
        for (std::uint64_t i = 1; i < 9; i++)
            ASSERT_EQ(call(30, CNodeMethod::Copy, {i, kCNode, kEndpoint, word_of(Rights::All)}), Ok);
        EXPECT_EQ(configure(30, 0), Ok);
        remove(30);
        ASSERT_TRUE(slot(kEndpoint).has_children());
        if (is_interrupted) machine.checks_before_interrupt = 3;
        EXPECT_EQ(configure(kCNode, 0), Ok);
        EXPECT_EQ(preemptions(), 0u);  // of the call, which is done
        machine.checks_before_interrupt = host::kNever;
        EXPECT_EQ(slot(kEndpoint).has_children(), is_interrupted);
        EXPECT_EQ(thread().cspace.cap.object, slot(kCNode).cap.object);
        EXPECT_EQ(remove(999), Ok);
        EXPECT_FALSE(slot(kEndpoint).has_children());
    }
}

/// Afterwards the thread's pointers name other objects. The same call must not be made again with them.
TEST_F(TcbCalls, AThreadThatReplacesItsOwnCSpaceDoesSoOnce) {
    Tcb& self = make_thread(40, 41);
    make(CapType::CNode, 30, 6);
    const auto give = [&](CPtr from) {
        ASSERT_EQ(call(30, CNodeMethod::Copy, {from, kCNode, from, word_of(Rights::All)}), Ok);
    };
    for (const CPtr at : {CPtr{40}, kEndpoint}) give(at);
    make(CapType::CNode, 31, 6);
    ASSERT_EQ(call(30, CNodeMethod::Copy, {31, kCNode, 31, word_of(Rights::All)}), Ok);
    ASSERT_EQ(call(31, CNodeMethod::Copy, {40, kCNode, kThread, word_of(Rights::All)}), Ok);  // another thread
    ASSERT_EQ(call(31, CNodeMethod::Copy, {31, kCNode, kCNode, word_of(Rights::All)}), Ok);
    EXPECT_EQ(call(40, TcbMethod::Configure, {30, 0, 0, 0, 0}), Ok);
    remove(30);
    machine.checks_before_interrupt = 0;
    EXPECT_EQ(call(self, 40, TcbMethod::Configure, {31, 0, 0, 0, 0}), Ok);
    machine.checks_before_interrupt = host::kNever;
    EXPECT_EQ(self.cspace.cap.object, slot(31).cap.object);
    EXPECT_TRUE(thread().cspace.is_empty());
}

TEST_F(TcbCalls, TheRest) {
    EXPECT_EQ(call(kThread, TcbMethod::SetTimeSlice, {20'000}), Ok);
    EXPECT_EQ(thread().slice, 20 * tick_length);
    for (const std::uint64_t microseconds : {0, 999, 1'000'001})
        EXPECT_EQ(call(kThread, TcbMethod::SetTimeSlice, {microseconds}), BadArgument);
    EXPECT_EQ(call(kThread, TcbMethod::SetTimeSlice), MessageTooShort);
    EXPECT_EQ(call(kThread, TcbMethod::SetAffinity, {0}), Ok);
    EXPECT_EQ(call(kThread, TcbMethod::SetAffinity, {kMaxHarts}), OutOfRange);
    EXPECT_EQ(call(kThread, TcbMethod::SetAffinity), MessageTooShort);
    EXPECT_EQ(call(kThread, TcbMethod::SetName, {0x4141'4141'4141'4141, 0x4141'4141'411b'7fff}), Ok);
    EXPECT_STREQ(thread().name, "AAAAAAAA???AAAA");
    EXPECT_EQ(call(kThread, TcbMethod::SetName, {1}), MessageTooShort);
    thread().run_time = 6 * tick_length + 1;
    ASSERT_EQ(call(kThread, TcbMethod::Info), Ok);
    EXPECT_EQ(root().word(0), static_cast<std::uint64_t>(ThreadState::Inactive));
    EXPECT_EQ(root().word(4), 6u);
    copy(kThread, 30, Rights::Read);
    EXPECT_EQ(call(30, TcbMethod::Info), NoRights);
    EXPECT_EQ(call(kThread, TcbMethod(0)), BadMethod);
    EXPECT_EQ(call(kThread, TcbMethod(14)), BadMethod);
}

}  // namespace
}  // namespace glenda::test
