// SPDX-License-Identifier: MIT
// A small kernel state with objects of every type, for the tests of the invariant checker.
#pragma once

#include <functional>

#include "boot/root_task.h"
#include "check/check.h"
#include "kernel_test.h"
#include "mem/mapping.h"

namespace glenda::test {

class CheckTest : public KernelTest {
protected:
    /// Slots of a small world.
    enum : CPtr {
        kBox = 20,       // a CNode of 16 slots
        kMemory = 21,    // an Untyped of 64 KiB
        kEndpoint = 22,  // kBadged and kReader are copies of it
        kBadged,
        kReader,
        kSignals,
        kBound,
        kReplies,  // two
        kSpace = 30,
        kTables,  // two
        kPage = 33,
        kOtherPage,
        kTimers,  // three
        kIrq = 40,
        kCaller = 50,  // threads
        kServer,
        kWaiter,
        kReader2,
        kReady,
        kSender,
        kUtcbs = 60,
    };
    static constexpr std::uint64_t kAt = 0x40'0000;

    void boot() {
        KernelTest::boot();
        root_slots = &slot(0);
    }
    CheckTest() { boot(); }

    static std::string fault() {
        const Violation violation = check_invariants();
        return violation ? violation.what : "";
    }
    void expect_well() { EXPECT_EQ(fault(), ""); }

    void make_memory() {
        make(CapType::CNode, kBox, 4);
        make(CapType::Untyped, kMemory, 16);
        make(CapType::Endpoint, kEndpoint);
        ASSERT_EQ(mint(kEndpoint, kBadged, 7, Rights::Read | Rights::Write), Error::Ok);
        ASSERT_EQ(copy(kBadged, kReader, Rights::Read), Error::Ok);
        ASSERT_EQ(call(kBox, CNodeMethod::Copy, {3, kCNode, kBadged, word_of(Rights::All)}), Error::Ok);
        make(CapType::Notification, kSignals);
        make(CapType::Notification, kBound);
        make(CapType::Reply, kReplies, 0, 2);
        ASSERT_EQ(call(kMemory, UntypedMethod::Retype, {kind(CapType::Endpoint, 0, 3), kBox, 5}), Error::Ok);
        make(CapType::VSpace, kSpace);
        make(CapType::PageTable, kTables, 0, 2);
        make(CapType::Frame, kPage, kFrameBits, 2);
        for (CPtr table : {CPtr{kTables}, CPtr{kTables + 1}})
            ASSERT_EQ(call(table, PageTableMethod::Map, {kSpace, kAt}), Error::Ok);
        ASSERT_EQ(call(kPage, FrameMethod::Map, {kSpace, kAt, kReadWrite}), Error::Ok);
    }
    void make_devices() {
        make(CapType::Timer, kTimers, 0, 3);
        for (CPtr timer = kTimers; timer < kTimers + 3; timer++) {
            ASSERT_EQ(call(timer, TimerMethod::Bind, {kSignals}), Error::Ok);
            ASSERT_EQ(call(timer, TimerMethod::Arm, {1'000'000 + timer * 1000}), Error::Ok);
        }
        ASSERT_EQ(call(kIrqControl, IrqControlMethod::Claim, {10, kCNode, kIrq}), Error::Ok);
        ASSERT_EQ(call(kIrq, IrqHandlerMethod::Bind, {kSignals}), Error::Ok);
    }
    /// Puts one thread in each state.
    void make_threads() {
        for (CPtr thread = kCaller; thread <= kSender; thread++) make_thread(thread, kUtcbs + (thread - kCaller));
        ASSERT_EQ(call(kReader2, TcbMethod::BindNotification, {kBound}), Error::Ok);
        syscall(tcb(kServer), Syscall::Recv, kEndpoint, {}, {}, kReplies);
        syscall(tcb(kCaller), Syscall::Call, kBadged, Tag(1, 0));  // received: the caller is in the Reply
        syscall(tcb(kReader2), Syscall::Recv, kEndpoint, {}, {}, kReplies + 1);
        syscall(tcb(kWaiter), Syscall::Recv, kSignals);
        ASSERT_EQ(call(kBox, CNodeMethod::Delete, {6}), Error::Ok);
        ASSERT_EQ(call(kCNode, CNodeMethod::Copy, {70, kBox, 5, word_of(Rights::All)}), Error::Ok);
        syscall(tcb(kSender), Syscall::Send, 70, Tag(1, 0));
        run(root());
    }
    void make_world() {
        boot();
        make_memory();
        make_devices();
        make_threads();
        ASSERT_EQ(tcb(kCaller).state, ThreadState::BlockedCall);
        ASSERT_EQ(tcb(kServer).state, ThreadState::Ready);
        ASSERT_EQ(tcb(kReader2).state, ThreadState::BlockedRecv);
        ASSERT_EQ(tcb(kWaiter).state, ThreadState::BlockedRecv);
        ASSERT_EQ(tcb(kSender).state, ThreadState::BlockedSend);
    }
    static std::uint64_t word_of_delete() { return static_cast<std::uint64_t>(CNodeMethod::Delete); }
    /// An entry that is invalid, but not 0.
    static Pte half_entry() {
        Pte entry;
        reinterpret_cast<std::uint64_t&>(entry) = 2;
        return entry;
    }
    Capability reader_in_tcb() const {
        Capability cap = slot(kReader).cap;
        cap.flags = CapFlags::InTcb;
        return cap;
    }
    Slot lone_;        // in no CNode
    Tcb lone_thread_;  // without any capability
    Pte& entry() { return *glenda::walk(object<PageTable>(kSpace), {kAt}, 0).entry; }

    struct Damage {
        const char* expected;  // part of the checker's message
        std::function<void()> run;
    };
    /// Does each damage alone, to a fresh state.
    void expect_found(std::initializer_list<Damage> all) {
        for (const Damage& damage : all) {
            make_world();
            ASSERT_EQ(fault(), "");
            damage.run();
            const std::string found = fault();
            EXPECT_NE(found.find(damage.expected), std::string::npos)
                << "found \"" << found << "\" instead of \"" << damage.expected << '"';
        }
        boot();  // a fresh state, because a damaged one cannot be cleaned up
    }
};

}  // namespace glenda::test
