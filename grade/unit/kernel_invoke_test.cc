// SPDX-License-Identifier: MIT
//
// kernel/call/invoke_*.cc: what each method of CNodes, threads and devices does, and each way in which it refuses.
// Untyped, frames and page tables have files of their own.
#include "call/request.h"
#include "kernel_test.h"
#include "object/irq.h"
#include "sched/clock.h"

namespace glenda::test {
namespace {

using enum Error;

constexpr auto kAll = word_of(Rights::All);

// --- CNodes -----------------------------------------------------------------------------------------------------

class CNodeCalls : public KernelTest {
protected:
    static constexpr CPtr kEndpoint = 20, kTable = 21, kSmall = 22;  // kSmall: a CNode of 8 slots
    void SetUp() override {
        make(CapType::Endpoint, kEndpoint);
        make(CapType::PageTable, kTable);
        make(CapType::CNode, kSmall, 3);
    }
};

TEST_F(CNodeCalls, CopiesLoseRightsAndNeverGainThem) {
    for (unsigned first = 0; first < 8; first++) {
        for (unsigned second = 0; second < 8; second++) {
            ASSERT_EQ(call(kCNode, CNodeMethod::Copy, {30, kCNode, kEndpoint, first}), Ok);
            ASSERT_EQ(call(kCNode, CNodeMethod::Copy, {31, kCNode, 30, second}), Ok);
            EXPECT_EQ(slot(31).cap.rights, Rights(first & second));
            remove(31);
            remove(30);
        }
    }
}

TEST_F(CNodeCalls, Badges) {
    EXPECT_EQ(mint(kEndpoint, 30, 5), Ok);
    EXPECT_EQ(mint(30, 31, 6), NoRights);  // it has an identity
    EXPECT_EQ(mint(30, 31, 5), NoRights);
    EXPECT_EQ(copy(30, 31), Ok);
    EXPECT_EQ(slot(31).cap.badge, 5u);
    EXPECT_EQ(mint(kTcb, 32, 6), WrongType);
    EXPECT_EQ(mint(kTable, 32, 6), NotCopyable);
    EXPECT_TRUE(slot(32).is_empty());
}

TEST_F(CNodeCalls, Guards) {
    const auto guard = [&](std::uint64_t value, std::uint64_t bits) {
        remove(30);
        return call(kCNode, CNodeMethod::Mint, {30, kCNode, kSmall, kAll, value, bits});
    };
    EXPECT_EQ(guard(5, 3), Ok);
    EXPECT_EQ(slot(30).cap.guard, 5u);
    EXPECT_EQ(slot(30).cap.guard_bits, 3u);
    EXPECT_EQ(guard(0, 0), Ok);
    EXPECT_EQ(guard(mask(61), 61), Ok);
    EXPECT_EQ(guard(8, 3), BadArgument);
    EXPECT_EQ(guard(1, 0), BadArgument);
    EXPECT_EQ(guard(0, 62), BadArgument);
    EXPECT_EQ(guard(0, bit(32)), BadArgument);
    EXPECT_EQ(call(kCNode, CNodeMethod::Mint, {30, kCNode, kSmall, kAll, 0}), MessageTooShort);
}

TEST_F(CNodeCalls, ACSpaceOfTwoLevels) {
    make(CapType::CNode, 40, 4);
    ASSERT_EQ(call(40, CNodeMethod::Copy, {3, kCNode, kSmall, kAll}), Ok);
    ASSERT_EQ(call(kSmall, CNodeMethod::Copy, {2, kCNode, kConsole, kAll}), Ok);
    // 4 bits of index at the top, then a guard of 57 bits, then 3 bits.
    ASSERT_EQ(call(kCNode, CNodeMethod::Mint, {41, kCNode, 40, kAll, 0, 0}), Ok);
    ASSERT_EQ(call(40, CNodeMethod::Mint, {4, kCNode, kSmall, kAll, 0x1234, 57}), Ok);
    Tcb& thread = make_thread(50);
    ASSERT_EQ(call(50, TcbMethod::Configure, {41, 0, 0, 0, 0}), Ok);
    const CPtr console = std::uint64_t{4} << 60 | 0x1234 << 3 | 2;
    EXPECT_EQ(call(thread, console, ConsoleMethod::Write, {2, 'o' | 'k' << 8}), Ok);
    EXPECT_EQ(machine.console, "ok");
    EXPECT_EQ(call(thread, console ^ 8, ConsoleMethod::Write, {0}), InvalidCapability);
    EXPECT_EQ(call(thread, std::uint64_t{3} << 60 | 2, ConsoleMethod::Write, {0}), InvalidCapability);
}

TEST_F(CNodeCalls, Move) {
    copy(kEndpoint, 30);
    ASSERT_EQ(call(kSmall, CNodeMethod::Move, {1, kCNode, kEndpoint}), Ok);
    EXPECT_TRUE(slot(kEndpoint).is_empty());
    EXPECT_EQ(slots_of(slot(kSmall).cap)[1].first_child, &slot(30));
    EXPECT_EQ(call(kSmall, CNodeMethod::Move, {2, kCNode, kTable}), Ok);
}

TEST_F(CNodeCalls, Info) {
    mint(kEndpoint, 30, 77, Rights::Write);
    ASSERT_EQ(call(kCNode, CNodeMethod::Info, {30}), Ok);
    EXPECT_EQ(root().word(0), static_cast<std::uint64_t>(CapType::Endpoint));
    EXPECT_EQ(root().word(1), word_of(Rights::Write));
    EXPECT_EQ(root().word(3), 77u);
    ASSERT_EQ(call(kCNode, CNodeMethod::Info, {kSmall}), Ok);
    EXPECT_EQ(root().word(2), 3u);
    EXPECT_EQ(root().word(3), 0u);
    ASSERT_EQ(call(kCNode, CNodeMethod::Info, {999}), Ok);
    EXPECT_EQ(root().word(0), 0u);
}

TEST_F(CNodeCalls, Errors) {
    copy(kSmall, 30, Rights::Read);
    for (unsigned method = 0; method <= 7; method++)
        EXPECT_EQ(call(30, CNodeMethod(method), {1, kCNode, kEndpoint, kAll, 0, 0}), NoRights);
    EXPECT_EQ(call(kSmall, CNodeMethod(0)), BadMethod);
    EXPECT_EQ(call(kSmall, CNodeMethod(7)), BadMethod);
    EXPECT_EQ(call(kSmall, CNodeMethod::Copy, {1, kCNode, kEndpoint}), MessageTooShort);
    EXPECT_EQ(call(kSmall, CNodeMethod::Mint, {1, kCNode, kEndpoint, kAll}), MessageTooShort);
    EXPECT_EQ(call(kSmall, CNodeMethod::Move, {1, kCNode}), MessageTooShort);
    for (const CNodeMethod method : {CNodeMethod::Delete, CNodeMethod::Revoke, CNodeMethod::Info}) {
        EXPECT_EQ(call(kSmall, method), MessageTooShort);
        EXPECT_EQ(call(kSmall, method, {0}), OutOfRange);
        EXPECT_EQ(call(kSmall, method, {8}), OutOfRange);
    }
    for (const CNodeMethod method : {CNodeMethod::Copy, CNodeMethod::Mint, CNodeMethod::Move}) {
        const auto refused = [&](std::uint64_t index, CPtr cnode, std::uint64_t source) {
            return call(kSmall, method, {index, cnode, source, kAll, 0, 0});
        };
        EXPECT_EQ(refused(0, kCNode, kEndpoint), OutOfRange);
        EXPECT_EQ(refused(8, kCNode, kEndpoint), OutOfRange);
        EXPECT_EQ(refused(1, 999, kEndpoint), InvalidCapability);
        EXPECT_EQ(refused(1, kEndpoint, kEndpoint), WrongType);
        EXPECT_EQ(refused(1, 30, 1), NoRights);
        EXPECT_EQ(refused(1, kCNode, 0), OutOfRange);
        EXPECT_EQ(refused(1, kCNode, bit(kRadix)), OutOfRange);
        EXPECT_EQ(refused(1, kCNode, 999), SlotEmpty);
    }
    EXPECT_EQ(call(kSmall, CNodeMethod::Copy, {1, kCNode, kEndpoint, kAll + 1}), BadArgument);
    EXPECT_EQ(call(kSmall, CNodeMethod::Mint, {1, kCNode, kEndpoint, kAll + 1, 0}), BadArgument);
    EXPECT_EQ(call(kSmall, CNodeMethod::Copy, {1, kCNode, kTable, kAll}), NotCopyable);
    EXPECT_EQ(call(kSmall, CNodeMethod::Copy, {1, kCNode, kUntyped, kAll}), NotCopyable);
    EXPECT_EQ(copy(kEndpoint, kSmall), SlotOccupied);
    EXPECT_EQ(call(kCNode, CNodeMethod::Move, {kSmall, kCNode, kSmall}), SlotOccupied);
    EXPECT_EQ(call(kSmall, CNodeMethod::Delete, {5}), Ok);  // empty already
    EXPECT_EQ(call(kSmall, CNodeMethod::Revoke, {5}), Ok);
}

// --- threads ----------------------------------------------------------------------------------------------------

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

/// A preempted Configure is made again, and its pointers are looked up again: in the CSpace that the caller had.
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

TEST_F(TcbCalls, TheRest) {
    EXPECT_EQ(call(kThread, TcbMethod::SetTimeSlice, {20'000}), Ok);
    EXPECT_EQ(thread().slice, 20u);
    for (const std::uint64_t microseconds : {0, 999, 1'000'001})
        EXPECT_EQ(call(kThread, TcbMethod::SetTimeSlice, {microseconds}), BadArgument);
    EXPECT_EQ(call(kThread, TcbMethod::SetTimeSlice), MessageTooShort);
    EXPECT_EQ(call(kThread, TcbMethod::SetAffinity, {0}), Ok);
    EXPECT_EQ(call(kThread, TcbMethod::SetAffinity, {kMaxHarts}), OutOfRange);
    EXPECT_EQ(call(kThread, TcbMethod::SetAffinity), MessageTooShort);
    EXPECT_EQ(call(kThread, TcbMethod::SetName, {0x4141'4141'4141'4141, 0x4141'4141'411b'7fff}), Ok);
    EXPECT_STREQ(thread().name, "AAAAAAAA???AAAA");
    EXPECT_EQ(call(kThread, TcbMethod::SetName, {1}), MessageTooShort);
    thread().ticks = 6;
    ASSERT_EQ(call(kThread, TcbMethod::Info), Ok);
    EXPECT_EQ(root().word(0), static_cast<std::uint64_t>(ThreadState::Inactive));
    EXPECT_EQ(root().word(4), 6u);
    copy(kThread, 30, Rights::Read);
    EXPECT_EQ(call(30, TcbMethod::Info), NoRights);
    EXPECT_EQ(call(kThread, TcbMethod(0)), BadMethod);
    EXPECT_EQ(call(kThread, TcbMethod(13)), BadMethod);
}

// --- devices ----------------------------------------------------------------------------------------------------

class DeviceCalls : public KernelTest {
protected:
    static constexpr CPtr kTimer = 20, kNotification = 21, kHandler = 22;
    void SetUp() override {
        make(CapType::Timer, kTimer);
        make(CapType::Notification, kNotification);
    }
    Error claim(std::uint64_t number, CPtr at) {
        return call(kIrqControl, IrqControlMethod::Claim, {number, kCNode, at});
    }
};

TEST_F(DeviceCalls, Timers) {
    EXPECT_EQ(call(kTimer, TimerMethod::Arm, {5}), NotBound);
    EXPECT_EQ(call(kTimer, TimerMethod::Bind), MessageTooShort);
    EXPECT_EQ(call(kTimer, TimerMethod::Bind, {kTimer}), WrongType);
    copy(kNotification, 30, Rights::Read);
    EXPECT_EQ(call(kTimer, TimerMethod::Bind, {30}), NoRights);
    mint(kNotification, 31, 8);
    ASSERT_EQ(call(kTimer, TimerMethod::Bind, {31}), Ok);
    EXPECT_EQ(object<Timer>(kTimer).notification.cap.badge, 8u);
    ASSERT_EQ(call(kTimer, TimerMethod::Bind, {kNotification}), Ok);  // in place of the first
    EXPECT_EQ(object<Timer>(kTimer).notification.cap.badge, 0u);
    EXPECT_EQ(call(kTimer, TimerMethod::Arm), MessageTooShort);
    ASSERT_EQ(call(kTimer, TimerMethod::Arm, {500}), Ok);
    EXPECT_EQ(machine.timer, 500u);
    ASSERT_EQ(call(kTimer, TimerMethod::Arm, {300}), Ok);
    EXPECT_EQ(machine.timer, 300u);
    ASSERT_EQ(call(kTimer, TimerMethod::Cancel), Ok);
    EXPECT_GT(machine.timer, 500u);
    EXPECT_EQ(call(kTimer, TimerMethod::Cancel), Ok);
    EXPECT_EQ(timer_queue.first(), nullptr);
    ASSERT_EQ(call(kTimer, TimerMethod::Arm, {300}), Ok);
    ASSERT_EQ(remove(kTimer), Ok);
    EXPECT_EQ(timer_queue.first(), nullptr);
    make(CapType::Timer, kTimer);
    copy(kTimer, 32, Rights::Read);
    EXPECT_EQ(call(32, TimerMethod::Cancel), NoRights);
    EXPECT_EQ(call(kTimer, TimerMethod(9)), BadMethod);
}

TEST_F(DeviceCalls, Interrupts) {
    EXPECT_EQ(claim(0, kHandler), OutOfRange);
    EXPECT_EQ(claim(96, kHandler), OutOfRange);
    machine.plic_sources = 1000;
    EXPECT_EQ(claim(kMaxIrqs, kHandler), OutOfRange);
    EXPECT_EQ(claim(10, kTimer), SlotOccupied);
    EXPECT_EQ(claim(10, 0), OutOfRange);
    EXPECT_EQ(call(kIrqControl, IrqControlMethod::Claim, {10, kTimer, 30}), WrongType);
    EXPECT_EQ(call(kIrqControl, IrqControlMethod::Claim, {10, kCNode}), MessageTooShort);
    EXPECT_EQ(call(kIrqControl, IrqControlMethod(2)), BadMethod);
    ASSERT_EQ(claim(10, kHandler), Ok);
    EXPECT_EQ(claim(10, 30), Busy);
    EXPECT_EQ(claim(11, 30), Ok);
    EXPECT_EQ(call(kHandler, IrqHandlerMethod::Ack), NotBound);
    EXPECT_EQ(call(kHandler, IrqHandlerMethod::Bind, {kTimer}), WrongType);
    EXPECT_FALSE(machine.plic_unmasked.contains(10));
    ASSERT_EQ(call(kHandler, IrqHandlerMethod::Bind, {kNotification}), Ok);
    EXPECT_TRUE(machine.plic_unmasked.contains(10));
    ASSERT_EQ(call(kHandler, IrqHandlerMethod::Unbind), Ok);
    EXPECT_FALSE(machine.plic_unmasked.contains(10));
    ASSERT_EQ(call(kHandler, IrqHandlerMethod::Bind, {kNotification}), Ok);
    copy(kHandler, 31, Rights::Read);
    EXPECT_EQ(call(31, IrqHandlerMethod::Ack), NoRights);
    EXPECT_EQ(call(kHandler, IrqHandlerMethod(9)), BadMethod);
    ASSERT_EQ(remove(kHandler), Ok);
    EXPECT_TRUE(machine.plic_unmasked.contains(10));  // the copy is left
    ASSERT_EQ(remove(31), Ok);
    EXPECT_FALSE(machine.plic_unmasked.contains(10));
    EXPECT_EQ(claim(10, kHandler), Ok);
    copy(kIrqControl, 32, Rights::Read);
    EXPECT_EQ(call(32, IrqControlMethod::Claim, {12, kCNode, 33}), NoRights);
    EXPECT_EQ(revoke(kIrqControl), Ok);
    EXPECT_TRUE(slot(kHandler).is_empty() && slot(30).is_empty());
}

TEST_F(DeviceCalls, Console) {
    EXPECT_EQ(call(kConsole, ConsoleMethod::Write, {11, 0x6f77'206f'6c6c'6568, 0x646c72}), Ok);
    EXPECT_EQ(machine.console, "hello world");
    EXPECT_EQ(call(kConsole, ConsoleMethod::Write, {0}), Ok);
    EXPECT_EQ(call(kConsole, ConsoleMethod::Write), MessageTooShort);
    EXPECT_EQ(call(kConsole, ConsoleMethod::Write, {9, 0}), MessageTooShort);
    EXPECT_EQ(call(kConsole, ConsoleMethod::Write, {953}), BadArgument);
    EXPECT_EQ(call(kConsole, ConsoleMethod::Write, {~std::uint64_t{0}}), BadArgument);
    EXPECT_EQ(call(kConsole, ConsoleMethod(2)), BadMethod);
    copy(kConsole, 30, Rights::Read);
    EXPECT_EQ(call(30, ConsoleMethod::Write, {0}), NoRights);
    EXPECT_EQ(machine.console, "hello world");
    for (unsigned i = 1; i < kMaxWords; i++) root().utcb->words[i] = 0x6262'6262'6262'6262;
    syscall(root(), Syscall::Call, kConsole, Tag(1, kMaxWords), {952, 0x6161'6161'6161'6161, 0, 0});
    EXPECT_EQ(machine.console.size(), 11 + 952u);
    EXPECT_EQ(machine.console.back(), 'b');
}

TEST_F(DeviceCalls, Machine) {
    const auto invoke = [&](MachineMethod method) { call(kMachine, method); };
    EXPECT_THROW(invoke(MachineMethod::Shutdown), host::PoweredOff);
    EXPECT_THROW(invoke(MachineMethod::Reboot), host::Rebooted);
    ASSERT_EQ(call(kMachine, MachineMethod::DumpThread, {kTcb}), Ok);
    EXPECT_NE(machine.console.find("Ready, priority 255"), std::string::npos) << machine.console;
    EXPECT_EQ(call(kMachine, MachineMethod::DumpThread, {kTimer}), WrongType);
    EXPECT_EQ(call(kMachine, MachineMethod::DumpThread), MessageTooShort);
    EXPECT_EQ(call(kMachine, MachineMethod(99)), BadMethod);
    copy(kMachine, 30, Rights::Read);
    EXPECT_EQ(call(30, MachineMethod::Shutdown), NoRights);
}

}  // namespace
}  // namespace glenda::test
