// SPDX-License-Identifier: MIT
// See kernel_test.h.
#include "kernel_test.h"

#include <new>
#include <sstream>

#include "call/destroy.h"
#include "call/switches.h"
#include "debug/trace.h"
#include "ipc/transfer.h"
#include "mem/mapping.h"
#include "object/irq.h"
#include "sched/big_lock.h"
#include "sched/clock.h"

namespace glenda::test {

namespace {

void dump_into(std::ostream& out, const Slot& slot, unsigned depth) {
    out << std::string(depth, ' ') << &slot << ' ' << name_of(slot.cap.type) << ' ' << unsigned(slot.cap.rights) << ' '
        << slot.cap.object << '\n';
    for (const Slot* child = slot.first_child; child != nullptr;
         child = child->next.is_sibling() ? child->next.slot() : nullptr)
        dump_into(out, *child, depth + 1);
}

}  // namespace

std::string tree_fault(const Slot& slot) {
    if (slot.is_empty()) return "an empty slot is in the tree";
    if ((slot.first_child == nullptr) != (slot.last_child == nullptr)) return "only one end of the list of children";
    const Slot* previous = nullptr;
    for (const Slot* child = slot.first_child; child != nullptr;) {
        const Link left = child->previous;
        if (previous == nullptr ? !left.is_parent() || left.slot() != &slot
                                : !left.is_sibling() || left.slot() != previous)
            return "a child's left link is wrong";
        if (std::string fault = tree_fault(*child); !fault.empty()) return fault;
        previous = child;
        if (child->next.is_sibling()) {
            child = child->next.slot();
            continue;
        }
        if (!child->next.is_parent() || child->next.slot() != &slot) return "the last child's right link is wrong";
        if (slot.last_child != child) return "the list of children does not end at the last child";
        child = nullptr;
    }
    return "";
}

std::string tree_dump(const Slot& slot) {
    std::ostringstream out;
    dump_into(out, slot, 0);
    return out.str();
}

std::vector<const Tcb*> threads_in(const TcbQueue& queue) {
    std::vector<const Tcb*> threads;
    const Tcb* previous = nullptr;
    for (const Tcb* tcb = queue.front(); tcb != nullptr; tcb = tcb->links.next) {
        EXPECT_EQ(tcb->links.previous, previous);
        EXPECT_LT(threads.size(), 10000u) << "the queue is a ring";
        if (threads.size() >= 10000) break;
        threads.push_back(tcb);
        previous = tcb;
    }
    return threads;
}

KernelTest::~KernelTest() {
    machine.checks_before_interrupt = host::kNever;
    EXPECT_EQ(reap_zombies(), Progress::Done);
}

std::byte* KernelTest::allocate(unsigned size_bits) {
    next_ = {align_up(next_.value, bit(size_bits))};
    auto* memory = to_pointer<std::byte>(next_);
    next_ = next_ + bit(size_bits);
    return memory;
}

Capability KernelTest::capability(CapType type, void* object, unsigned size_bits) {
    Capability cap;
    cap.type = type;
    cap.rights = Rights::All;
    cap.size_bits = static_cast<std::uint8_t>(size_bits);
    cap.object = object;
    return cap;
}

void KernelTest::boot() {
    machine.checks_before_interrupt = host::kNever;
    EXPECT_EQ(reap_zombies(), Progress::Done);  // those left by an earlier boot()
    host::power_on();
    preemptions_ = 0;
    next_ = host::kRamBegin;
    big_lock = BigLock{};
    trace = Trace{};
    set_fast_path(true);
    address_spaces = AddressSpaces{};
    timer_queue = TimerQueue{};
    for (Irq& irq : irqs) new (&irq) Irq{};
    machine.plic_sources = 95;

    kernel_root = new (allocate(kPageTableBits)) PageTable{};
    kernel_root->entries[kTableEntries / 2] = Pte::leaf({0}, Pte::kRead | Pte::kWrite | Pte::kGlobal);
    kernel_satp = satp_of(to_physical(kernel_root), 0);
    tick_length = 10'000;
    hart_ = std::make_unique<Hart>();
    harts[0] = hart_.get();
    hart_count = 1;
    executing_hart = nullptr;
    init_hart(*hart_);

    slots_ = new (allocate(kRadix + kSlotBits)) Slot[bit(kRadix)];
    root_ = new (allocate(kTcbBits)) Tcb{};
    Capability cnode = capability(CapType::CNode, slots_, kRadix);
    cnode.guard_bits = default_guard_bits(kRadix);
    Capability vspace = capability(CapType::VSpace, new (allocate(kPageTableBits)) PageTable{});
    create_space(vspace);
    const Capability utcb = capability(CapType::Frame, allocate(kFrameBits), kFrameBits);
    Capability device = capability(CapType::Untyped, to_pointer(PhysAddr{0}), kDeviceBits);
    device.flags = CapFlags::Device;
    auto* memory = to_pointer(host::kRamBegin + bit(kUntypedBits));
    ASSERT_LE(next_.value, to_physical(memory).value);

    slot(kCNode).fill_as_root(cnode);
    slot(kVSpace).fill_as_root(vspace);
    slot(kTcb).fill_as_root(capability(CapType::Tcb, root_));
    slot(kUtcb).fill_as_root(utcb);
    slot(kUntyped).fill_as_root(capability(CapType::Untyped, memory, kUntypedBits));
    slot(kDevice).fill_as_root(device);
    slot(kIrqControl).fill_as_root(capability(CapType::IrqControl));
    slot(kConsole).fill_as_root(capability(CapType::Console));
    slot(kMachine).fill_as_root(capability(CapType::Machine));

    init_thread(*root_);
    root_->priority = root_->max_priority = kMaxPriority;
    root_->satp = satp_of(to_physical(vspace.object), asid_of(vspace.space));
    root_->utcb = &utcb.as<Utcb>();
    hold_in_tcb(root_->cspace, slot(kCNode));
    note_cspace(*root_);
    hold_in_tcb(root_->vspace, slot(kVSpace));
    hold_in_tcb(root_->utcb_frame, slot(kUtcb));
    make_ready(*root_);
    choose(*hart_);
}

void KernelTest::run(Tcb& tcb) {
    Tcb& before = *hart_->current;
    if (&before == &tcb) return;
    ASSERT_EQ(tcb.state, ThreadState::Ready);
    if (before.state == ThreadState::Ready && !before.is_queued) hart_->ready.push_back(before);
    ASSERT_TRUE(tcb.is_queued);
    hart_->ready.remove(tcb);
    hart_->current = &tcb;
    hart_->satp = machine.satp = tcb.satp;
}

void KernelTest::trap(Tcb& tcb) {
    Registers& r = tcb.registers;
    r.pc = kPc + 4;  // trap.S has stepped over the ecall
    machine.checks = 0;
    try {
        const Tcb& next =
            enter_syscall(tcb, r.a(1), r.a(2), r.a(3), r.a(4), r.a(5), r.a(0), static_cast<std::int64_t>(r.a(7)));
        EXPECT_EQ(&next, hart_->current);
    } catch (const host::Asleep&) {  // no thread is ready: the hart is idle
    } catch (...) {
        big_lock = BigLock{};
        throw;
    }
}

bool KernelTest::enter_again(Tcb& tcb) {
    run(tcb);
    trap(tcb);
    if (tcb.registers.pc == kPc + 4) return true;
    EXPECT_EQ(tcb.registers.pc, kPc);
    preemptions_++;
    return false;
}

void KernelTest::enter_unknown(Tcb& tcb, std::uint64_t number) {
    run(tcb);
    tcb.registers.a(7) = number;
    trap(tcb);
}

bool KernelTest::enter(Tcb& tcb, Syscall number, CPtr pointer, Tag tag, std::initializer_list<std::uint64_t> words,
                       CPtr reply) {
    tcb.registers.a(0) = pointer;
    tcb.set_tag(tag);
    unsigned n = 0;
    for (const std::uint64_t word : words) tcb.set_word(n++, word);
    tcb.registers.a(6) = reply;
    tcb.registers.a(7) = static_cast<std::uint64_t>(number);
    return enter_again(tcb);
}

void KernelTest::syscall(Tcb& tcb, Syscall number, CPtr pointer, Tag tag, std::initializer_list<std::uint64_t> words,
                         CPtr reply) {
    bool done = enter(tcb, number, pointer, tag, words, reply);
    while (!done && tcb.state == ThreadState::Ready) done = enter_again(tcb);  // unless it has deleted itself
}

CPtr KernelTest::make(CapType type, CPtr first, unsigned size_bits, unsigned count) {
    const Error error = retype(type, first, size_bits, count);
    EXPECT_EQ(error, Error::Ok) << name_of(type) << ": " << name_of(error);
    return first;
}

Tcb& KernelTest::make_thread(CPtr at, CPtr utcb, CPtr fault_handler) {
    make(CapType::Tcb, at);
    if (utcb != 0) make(CapType::Frame, utcb, kFrameBits);
    EXPECT_EQ(call(at, TcbMethod::Configure, {kCNode, kVSpace, utcb, utcb != 0 ? 0x1000u : 0u, fault_handler}),
              Error::Ok);
    EXPECT_EQ(call(at, TcbMethod::SetPriority, {kMaxPriority, kMaxPriority}), Error::Ok);
    EXPECT_EQ(resume(at), Error::Ok);
    return tcb(at);
}

}  // namespace glenda::test
