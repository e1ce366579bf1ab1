// SPDX-License-Identifier: MIT
//
// kernel/debug/check*.cc: the invariant checker is silent on kernels that are well, in all kinds of states, and finds
// each kind of damage that is done by hand.
#include <functional>

#include "boot/root_task.h"
#include "debug/check.h"
#include "kernel_test.h"
#include "mem/mapping.h"
#include "object/irq.h"
#include "sched/clock.h"

namespace glenda::test {
namespace {

class CheckTest : public KernelTest {
protected:
    /// Slots of a small world.
    enum : CPtr {
        kBox = 20,       // a CNode of 16 slots
        kMemory = 21,    // an Untyped of 64 KiB
        kEndpoint = 22,  // of which kBadged and kReader are copies
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
    /// A thread in each state.
    void make_threads() {
        for (CPtr thread = kCaller; thread <= kSender; thread++) make_thread(thread, kUtcbs + (thread - kCaller));
        ASSERT_EQ(call(kReader2, TcbMethod::BindNotification, {kBound}), Error::Ok);
        syscall(tcb(kServer), Syscall::Recv, kEndpoint, {}, {}, kReplies);
        syscall(tcb(kCaller), Syscall::Call, kBadged, Tag(1, 0));  // served: in the Reply
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
    /// An entry that is not valid, but not 0 either.
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
    Tcb lone_thread_;  // that no capability leads to
    Pte& entry() { return *glenda::walk(object<PageTable>(kSpace), {kAt}, 0).entry; }

    struct Damage {
        const char* expected;  // part of what the checker says
        std::function<void()> run;
    };
    /// Each alone, on a world of its own.
    void expect_found(std::initializer_list<Damage> all) {
        for (const Damage& damage : all) {
            make_world();
            ASSERT_EQ(fault(), "");
            damage.run();
            const std::string found = fault();
            EXPECT_NE(found.find(damage.expected), std::string::npos)
                << "found \"" << found << "\" instead of \"" << damage.expected << '"';
        }
        boot();  // nothing damaged is left to clean up
    }
};

TEST_F(CheckTest, SilentOnAWellKernel) {
    expect_well();
    make_world();
    for (int i = 0; i < 4; i++) expect_well();  // and leaves no marks
    EXPECT_EQ(call(kMachine, MachineMethod::Check), Error::Ok);
    EXPECT_EQ(root().word(0), 0u);
    EXPECT_EQ(machine.console.find("PANIC"), std::string::npos);
    for (CPtr at = 20; at < 80; at++) {
        ASSERT_EQ(remove(at), Error::Ok);
        expect_well();
    }
    ASSERT_EQ(revoke(kUntyped), Error::Ok);
    expect_well();
}

TEST_F(CheckTest, ReportsThroughTheMachine) {
    make_world();
    tcb(kSender).endpoint = nullptr;
    EXPECT_EQ(call(kMachine, MachineMethod::Check), Error::Ok);
    EXPECT_EQ(root().word(0), 1u);
    EXPECT_NE(machine.console.find("\nPANIC: invariant violated: "), std::string::npos);
    boot();
}

/// Slots whose parents have gone, a dying CNode, a frame that lost its table: odd, but not wrong.
TEST_F(CheckTest, SilentOnOrphansAndLeftovers) {
    make_memory();
    ASSERT_EQ(remove(kEndpoint), Error::Ok);
    expect_well();
    ASSERT_EQ(remove(kMemory), Error::Ok);
    expect_well();
    ASSERT_EQ(call(kTables + 1, PageTableMethod::Unmap), Error::Ok);
    expect_well();
    make(CapType::CNode, kFree, 5);
    ASSERT_EQ(call(kFree, CNodeMethod::Copy, {4, kCNode, kBadged, word_of(Rights::All)}), Error::Ok);
    ASSERT_EQ(call(kFree, CNodeMethod::Move, {7, kCNode, kDevice}), Error::Ok);  // no parent, and not in root's CNode
    expect_well();
    machine.checks_before_interrupt = 0;
    EXPECT_FALSE(enter(root(), Syscall::Call, kCNode, Tag(word_of_delete(), 1), {kFree}));
    expect_well();
    machine.checks_before_interrupt = host::kNever;
    ASSERT_EQ(remove(kFree), Error::Ok);
    expect_well();
}

TEST_F(CheckTest, FindsDamagedTrees) {
    expect_found({
        {"left link", [&] { slot(kReader).previous = Link{}; }},
        {"not where its links lead", [&] { slot(kReader).next = Link::parent(&slot(kSignals)); }},
        {"only one end", [&] { slot(kReader).last_child = &slot(kBadged); }},
        {"not where its links lead", [&] { slot(kUntyped).last_child = &slot(kPage); }},
        {"an empty slot", [&] { slot(kReader).cap = {}; }},
        {"empty slot has links", [&] { slot(kFree).previous = Link::parent(&slot(kUntyped)); }},
        {"not where its links lead",
         [&] { slot(kFree).cap = slot(kReader).cap, slot(kFree).next = slot(kReader).next; }},
        {"no type", [&] { slot(kFree).cap.type = CapType::Count; }},
        {"no such rights", [&] { slot(kConsole).cap.rights = static_cast<Rights>(9); }},
        {"rights that its parent lacks", [&] { slot(kReader).cap.rights = Rights::All; }},
        {"badge was changed", [&] { slot(kReader).cap.badge = 8; }},
        {"another object", [&] { slot(kReader).cap.object = slot(kSignals).cap.object; }},
        {"aligned", [&] { slot(kUtcb).cap.object = &object<std::byte[32]>(kUtcb)[8]; }},
        {"size that it cannot have", [&] { slot(kUtcb).cap.size_bits = 13; }},
        {"slot 0 of a CNode", [&] { slots_of(slot(kBox).cap)->fill_as_child(slot(kReader).cap, slot(kReader)); }},
        {"says otherwise", [&] { slot(kReader).cap.flags = CapFlags::InTcb; }},
        {"not those in CNodes",
         [&] {
             slots_of(slot(kBox).cap)[9].fill_as_root(slot(kReader).cap),
                 slots_of(slot(kBox).cap)[9].previous = Link::sibling(&lone_),
                 lone_.next = Link::sibling(&slots_of(slot(kBox).cap)[9]);
         }},
        {"two capabilities", [&] { slot(kFree).fill_as_child(slot(kTables).cap, slot(kTables)); }},
        {"dying CNode's capability", [&] { slot(kBox).cap.type = CapType::Zombie; }},
    });
}

TEST_F(CheckTest, FindsDamagedMemory) {
    expect_found({
        {"not in the used part", [&] { slot(kUntyped).cap.watermark -= 64; }},
        {"not in the used part", [&] { slots_of(slot(kBox).cap)[5].cap.object = &object<std::byte[32]>(kEndpoint); }},
        {"overlap", [&] { slot(kSignals).cap.object = slot(kBound).cap.object = slot(kEndpoint).cap.object; }},
        {"first objects overlap", [&] { slot(kFree).fill_as_root(slot(kUntyped).cap); }},
        {"past its end", [&] { slot(kMemory).cap.watermark = bit(17); }},
        {"remembers as zero", [&] { slot(kMemory).cap.zeroed = 8192, object<std::uint64_t[1024]>(kMemory)[20] = 1; }},
        {"device memory became RAM", [&] { slot(kMemory).cap.flags = CapFlags::Device; }},
        {"made from an Untyped", [&] { slot(kEndpoint).cap.type = CapType::Console; }},
        {"guard", [&] { slot(kBox).cap.guard_bits = 63; }},
    });
}

TEST_F(CheckTest, FindsDamagedSpaces) {
    expect_found({
        {"no Frame capability", [&] { slot(kPage).cap.space = slot(kPage).cap.mapped_at = 0; }},
        {"no Frame capability", [&] { (&entry())[1] = Pte::leaf(to_physical(slot(kOtherPage).cap.object), 0x12); }},
        {"Frame capability is not", [&] { slot(kPage).cap.rights = Rights::Read; }},
        {"wrong flags", [&] { entry() = Pte::leaf(entry().address(), Pte::kRead); }},
        {"written and executed", [&] { entry() = Pte::leaf(entry().address(), 0x1e); }},
        {"page table has no capability", [&] { slot(kTables).cap.space = 0x9999; }},
        {"not empty", [&] { slot(kTables).cap.space = 0; }},
        {"unused entry", [&] { (&entry())[1] = Pte::leaf({0x1000}, 0), (&entry())[1] = half_entry(); }},
        {"mapped where it cannot be", [&] { slot(kPage).cap.mapped_at = kUserEnd; }},
        {"mapped nowhere", [&] { slot(kOtherPage).cap.mapped_at = 0x1000; }},
        {"kernel's half", [&] { object<PageTable>(kSpace).entries[300] = Pte::leaf({0}, Pte::kRead); }},
        {"table of living ones", [&] { slot(kSpace).cap.space += bit(kAsidBits); }},
        {"living address space", [&] { (void)address_spaces.add(&object<PageTable>(kSpace)); }},
    });
}

TEST_F(CheckTest, FindsDamagedThreads) {
    expect_found({
        {"state does not fit", [&] { tcb(kSender).state = ThreadState::Ready; }},
        {"state does not fit", [&] { tcb(kCaller).state = ThreadState::Inactive; }},
        {"ready thread is forgotten", [&] { hart().ready.remove(tcb(kReady)); }},
        {"is not ready", [&] { tcb(kReady).state = ThreadState::Inactive; }},
        {"belongs elsewhere", [&] { tcb(kReady).priority = 3; }},
        {"in no queue has neighbours", [&] { tcb(kCaller).links.next = &tcb(kReady); }},
        {"in a queue where it does not wait", [&] { tcb(kSender).endpoint = &object<Endpoint>(kEndpoint); }},
        {"where it does not wait", [&] { object<Endpoint>(kEndpoint).waiting = Endpoint::Waiting::Senders; }},
        {"does not know who waits", [&] { object<Endpoint>(kEndpoint).waiting = Endpoint::Waiting::Nobody; }},
        {"that has gone", [&] { object<Endpoint>(70) = {}; }},
        {"notification that has gone", [&] { object<Notification>(kSignals) = {}; }},
        {"signals that are there", [&] { object<Notification>(kSignals).flags = 1; }},
        {"forgotten the thread", [&] { object<Notification>(kBound).bound = nullptr; }},
        {"not bound to it", [&] { object<Notification>(kSignals).bound = &tcb(kReady); }},
        {"Reply that has gone", [&] { object<Reply>(kReplies) = {}; }},
        {"caller does not wait", [&] { object<Reply>(kReplies).caller = &tcb(kReady); }},
        {"receiver does not wait", [&] { object<Reply>(kReplies + 1).receiver = &tcb(kReady); }},
        {"in use twice", [&] { object<Reply>(kReplies).receiver = &tcb(kReader2); }},
        {"CSpace has another size", [&] { tcb(kReady).slot_count++; }},
        {"slots are not its CNode", [&] { tcb(kReady).slots++; }},
        {"UTCB is not its frame", [&] { tcb(kReady).utcb = nullptr; }},
        {"address space is not its VSpace", [&] { tcb(kReady).satp = kernel_satp; }},
        {"wrong type", [&] { tcb(kReady).bound_notification.fill_as_child(reader_in_tcb(), slot(kReader)); }},
        {"on no hart", [&] { tcb(kReady).hart = nullptr; }},
        {"hart runs a thread that has gone",
         [&] { hart().current = &lone_thread_, root().state = ThreadState::Inactive; }},
        {"FPU", [&] { hart().fpu_owner = &lone_thread_; }},
    });
}

TEST_F(CheckTest, FindsDamagedTimersAndInterrupts) {
    expect_found({
        {"out of order", [&] { object<Timer>(kTimers).deadline = ~std::uint64_t{0}; }},
        {"not armed is in the heap", [&] { object<Timer>(kTimers).is_armed = false; }},
        {"rank", [&] { object<Timer>(kTimers).rank = 9; }},
        {"not in the heap", [&] { timer_queue = {}; }},
        {"claimed by nobody", [&] { irqs[11].is_claimed = true; }},
        {"is not claimed", [&] { irqs[10].is_claimed = false; }},
        {"leads to no interrupt", [&] { slot(kIrq).cap.object = &irqs[0]; }},
    });
}

}  // namespace
}  // namespace glenda::test
