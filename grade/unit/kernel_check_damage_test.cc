// SPDX-License-Identifier: MIT
//
// kernel/check/check*.cc: the invariant checker detects each kind of damage that a test does.
#include "check_fixture.h"
#include "object/irq.h"
#include "sched/clock.h"

namespace glenda::test {
namespace {

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
