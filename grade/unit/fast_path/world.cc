// SPDX-License-Identifier: MIT
// The objects of the world, and all memory that belongs to the kernel's state. See world.h.
#include "world.h"

#include <sstream>

#include "boot/root_task.h"
#include "call/switches.h"
#include "mem/address_spaces.h"
#include "object/irq.h"
#include "sched/big_lock.h"
#include "sched/clock.h"

namespace glenda::test {

void World::make_world() {
    boot();
    root_slots = &slot(0);
    make_objects();
    for (unsigned i = 1; i < kMaxWorldHarts; i++) {
        auto& hart = other_harts_[i - 1] = std::make_unique<Hart>();
        hart->index = i;
        hart->hardware = i + 4;  // the firmware's numbers differ
        init_hart(*hart);
        harts[i] = hart.get();
    }
    stop(root());
    for (unsigned i = 0; i < kMaxWorldHarts; i++) {
        harts[i]->current = &harts[i]->idle;
        harts[i]->satp = kernel_satp;
    }
    note_regions();
    note_places();
    take(base_);
}

void World::make_objects() {
    make(CapType::CNode, kTop, 4, kTops);
    for (unsigned l = 0; l < kLeaves; l++) make(CapType::CNode, kLeaf + l, 5 + l);
    make(CapType::Tcb, kThread, 0, kThreads);
    make(CapType::Frame, kUtcbOf, kFrameBits, kThreads);
    make(CapType::VSpace, kSpace, 0, kSpaces);
    make(CapType::Endpoint, kEndpoint, 0, kEndpoints);
    make(CapType::Notification, kNotification, 0, kNotifications);
    make(CapType::Reply, kReply, 0, kReplies);
    make(CapType::Timer, kTimer, 0, kTimers);
    make(CapType::Untyped, kMemory, 13);
    make(CapType::Frame, kFrame, kFrameBits);
    make(CapType::PageTable, kTable);
    ASSERT_EQ(call(kIrqControl, IrqControlMethod::Claim, {10, kCNode, kIrq}), Error::Ok);
    for (unsigned t = 0; t < kThreads; t++) {
        for (unsigned i = 0; i < kMaxWords; i++) object<Utcb>(kUtcbOf + t).words[i] = (t + 1) * 0x1'0001 + i;
    }
}

/// All kernel memory that can change. Memory above the watermark of root's Untyped is not accessible to anyone.
void World::note_regions() {
    const Capability& memory = slot(kUntyped).cap;
    const auto begin = to_pointer<std::byte>(host::kRamBegin);
    regions_ = {
        {begin, end_of_boot() - host::kRamBegin},
        {memory.object, memory.watermark},
        {&hart(), sizeof(Hart)},
        {&irqs, sizeof irqs},
        {&timer_queue, sizeof timer_queue},
        {&address_spaces, sizeof address_spaces},
        {&big_lock, sizeof big_lock},
        {&hart_count, sizeof hart_count},
        {&executing_hart, sizeof executing_hart},
        {&arch::this_hart, sizeof arch::this_hart},
        {&fast_path_is_on, sizeof fast_path_is_on},
    };
    for (const auto& other : other_harts_) regions_.push_back({other.get(), sizeof(Hart)});
}

void World::note_places() {
    static const std::vector<Field> kNoFields;
    const auto number = [](const char* name, unsigned n) { return std::string(name) + ' ' + std::to_string(n); };
    places_ = {};
    places_.add("root's CNode", &slot(0), bit(kRadix));
    for (unsigned i = 0; i < kTops; i++) places_.add(number("upper CNode", i), &object<Slot>(kTop + i), 16);
    for (unsigned i = 0; i < kLeaves; i++)
        places_.add(number("CNode", i), &object<Slot>(kLeaf + i), bit(slot(kLeaf + i).cap.size_bits));
    for (unsigned i = 0; i < kThreads; i++) {
        places_.add(number("thread", i), thread(i));
        places_.add(number("UTCB", i), &object<Utcb>(kUtcbOf + i), kPageSize, kNoFields);
    }
    for (unsigned i = 0; i < kMaxWorldHarts; i++) places_.add(number("hart", i), *harts[i]);
    for (unsigned i = 0; i < kEndpoints; i++) places_.add(number("endpoint", i), endpoint(i));
    for (unsigned i = 0; i < kNotifications; i++) places_.add(number("notification", i), notification(i));
    for (unsigned i = 0; i < kReplies; i++) places_.add(number("Reply", i), reply(i));
    places_.add("big_lock", &big_lock, sizeof big_lock, kNoFields);
    places_.add("hart_count", &hart_count, sizeof hart_count, kNoFields);
    places_.add("address_spaces", &address_spaces, sizeof address_spaces, kNoFields);
    places_.add("timer_queue", &timer_queue, sizeof timer_queue, kNoFields);
}

std::string World::describe(const Tcb& caller, const Entry& entry) const {
    std::ostringstream out;
    const Registers& r = caller.registers;
    out << std::hex << std::showbase;
    if (entry.is_syscall)
        out << "system call " << std::dec << static_cast<std::int64_t>(entry.number) << std::hex;
    else
        out << "trap " << entry.cause << ' ' << entry.value;
    for (unsigned i = 0; i <= 6; i++) out << ", a" << i << ' ' << r.a(i);
    out << std::dec << " by " << name_of(&caller) << " of " << hart_count << " hart(s)\n";
    for (unsigned t = 0; t < kThreads; t++) {
        const Tcb& tcb = thread(t);
        out << "  thread " << t << ": hart " << tcb.hart->index << ", priority " << unsigned(tcb.priority) << ", state "
            << unsigned(tcb.state) << (tcb.hart->current == &tcb ? ", current" : "")
            << (tcb.is_queued ? ", queued" : "") << (tcb.utcb == nullptr ? ", no UTCB" : "");
        if (tcb.endpoint != nullptr) out << ", at " << name_of(tcb.endpoint);
        if (tcb.notification != nullptr) out << ", at " << name_of(tcb.notification);
        if (tcb.reply != nullptr) out << ", in " << name_of(tcb.reply);
        out << '\n';
    }
    return out.str();
}

}  // namespace glenda::test
