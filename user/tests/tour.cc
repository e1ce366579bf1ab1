// SPDX-License-Identifier: MIT
// A tour of the kernel: what `make qemu` boots in labs 2 and 3. Each step uses what one exercise has built, and says
// whether it works. The kernel itself says which exercise is missing, and so ends the tour.
#include <cstring>

#include "abi/fault.h"
#include "glenda/bootstrap.h"
#include "glenda/environment.h"
#include "glenda/print.h"
#include "glenda/time.h"
#include "glenda/tls.h"
#include "util/bits.h"

namespace glenda {

namespace {

constexpr unsigned kPriority = 100;
constexpr std::uint64_t kPage = 0x18'0000'0000, kWorkerUtcb = 0x18'0001'0000;

const BootInfo& boot_info() { return *reinterpret_cast<const BootInfo*>(kRootBootInfo); }
CNode node() { return environment().cnode; }
VSpace space() { return environment().vspace; }
Bootstrap pool(CNode(kRootCNode), {});

Result<Untyped> largest_memory() {
    const BootInfo& info = boot_info();
    std::uint64_t best = info.untyped_count;
    for (std::uint64_t i = 0; i < info.untyped_count; i++) {
        if (info.untypeds[i].is_device != 0) continue;
        if (best == info.untyped_count || info.untypeds[i].size_bits > info.untypeds[best].size_bits) best = i;
    }
    CHECK(best != info.untyped_count, Error::NotEnoughMemory);
    return Untyped(info.untyped.first + best);
}

/// A second thread. It runs one function, more important than this thread, and then suspends itself.
class Worker {
public:
    Result<void> make(Endpoint fault_handler = {}) {
        TRY(made, pool.tcb());
        TRY(utcb, pool.frame());
        TRY_VOID(pool.map(utcb, space(), kWorkerUtcb, MapFlags::ReadWrite));
        TRY_VOID(made.configure({node(), space(), utcb, kWorkerUtcb, fault_handler}));
        TRY_VOID(made.set_priority(kPriority + 1, kMaxPriority));
        TRY_VOID(made.set_name("worker"));
        utcb_ = utcb;
        tcb = made;
        return {};
    }
    Result<void> run(void (*body)()) const {
        Registers registers;
        registers.pc = reinterpret_cast<std::uint64_t>(&Worker::enter);
        registers.sp = reinterpret_cast<std::uint64_t>(stack_ + sizeof stack_);
        registers.gp = global_pointer();
        registers.a0 = reinterpret_cast<std::uint64_t>(body);
        registers.a1 = tcb.cptr();
        TRY_VOID(tcb.write_registers(registers));
        return tcb.resume();
    }
    Result<void> forget() const {
        TRY_VOID(node().remove(tcb.cptr()));
        return node().remove(utcb_.cptr());
    }
    Tcb tcb{};

private:
    static void enter(void (*body)(), CPtr self) {
        body();
        (void)Tcb(self).suspend();
    }
    Frame utcb_{};
    alignas(16) static inline std::byte stack_[16 * 1024];
};

constinit Worker worker;
constinit Endpoint endpoint{};
constinit volatile std::uint64_t seen = 0;

// --- lab 2 --------------------------------------------------------------------------------------------------

Result<bool> memory_becomes_objects() {
    TRY(memory, pool.make<Untyped>(CapType::Untyped, 16));
    TRY(slots, pool.slots(8));
    TRY_VOID(memory.retype(CapType::Frame, kFrameBits, node(), slots, 8));
    TRY(info, memory.info());
    return info.used == 8 * kPageSize;
}

Result<bool> copies() {
    TRY(original, pool.endpoint());
    TRY(slot, pool.slot());
    TRY_VOID(node().mint(slot, node(), original.cptr(), Rights::Write, 77));
    TRY(info, node().info(slot));
    return info.badge == 77 && info.rights == Rights::Write;
}

Result<bool> frames() {
    TRY(frame, pool.frame());
    TRY_VOID(pool.map(frame, space(), kPage, MapFlags::ReadWrite));
    auto* const word = reinterpret_cast<volatile std::uint64_t*>(kPage);
    const bool was_zero = *word == 0;
    *word = 5;
    return was_zero && *word == 5;
}

Result<bool> threads() {
    TRY_VOID(worker.make());
    TRY_VOID(worker.run([] { seen = 6; }));
    TRY(info, worker.tcb.info());
    return seen == 6 && info.state == ThreadState::Inactive;
}

Result<bool> deleting() {
    TRY_VOID(worker.forget());
    return !space().info(kWorkerUtcb).has_value();
}

Result<bool> revoking() {
    TRY(memory, pool.make<Untyped>(CapType::Untyped, 16));
    TRY(slots, pool.slots(2));
    TRY_VOID(memory.retype(CapType::CNode, 4, node(), slots));
    TRY_VOID(memory.retype(CapType::Endpoint, 0, CNode(slots), 3));
    TRY_VOID(node().revoke(memory.cptr()));
    TRY(info, memory.info());
    return info.used == 0;
}

// --- lab 3 --------------------------------------------------------------------------------------------------

Result<bool> rendezvous() {
    TRY(made, pool.endpoint());
    endpoint = made;
    TRY_VOID(worker.make(endpoint));
    TRY_VOID(worker.run([] { (void)endpoint.send({.tag = Tag(1, 1), .words = {31}}); }));
    return endpoint.recv(0).words[0] == 31;
}

constinit Reply reply{};

Result<bool> calling() {
    TRY(made, pool.reply());
    reply = made;
    TRY_VOID(worker.run([] { seen = endpoint.call({.tag = Tag(1, 1), .words = {32}}).words[0]; }));
    const Message request = endpoint.recv(reply.cptr());
    TRY_VOID(reply.send({.tag = Tag(0, 1), .words = {request.words[0] + 1}}));
    return seen == 33;
}

Result<bool> long_messages() {
    constexpr unsigned kLength = 100;
    TRY_VOID(worker.run([] { seen = endpoint.recv(0).tag.length(); }));
    utcb()->words[kLength - 1] = 99;
    TRY_VOID(endpoint.send({.tag = Tag(1, kLength)}));
    return seen == kLength && reinterpret_cast<const volatile Utcb*>(kWorkerUtcb)->words[kLength - 1] == 99;
}

Result<bool> one_side_goes() {
    TRY(meeting_place, pool.endpoint());
    static constinit Endpoint lost{};
    lost = meeting_place;
    TRY_VOID(worker.run([] { seen = std::uint64_t(lost.recv(0).tag.as_error()); }));
    TRY_VOID(node().remove(lost.cptr()));
    return Error(seen) == Error::Deleted;
}

constinit Notification bell{};

Result<bool> notifications() {
    TRY(made, pool.notification());
    bell = made;
    TRY_VOID(worker.run([] { seen = bell.wait().value_or(0); }));
    TRY_VOID(bell.signal());
    return seen == 1;
}

Result<bool> faults() {
    constexpr std::uint64_t kFar = kPage + kPageSize;
    TRY_VOID(worker.run([] { seen = *reinterpret_cast<const volatile std::uint64_t*>(kFar) + 36; }));
    const Message fault = endpoint.recv(reply.cptr());
    TRY(frame, pool.frame());
    TRY_VOID(pool.map(frame, space(), kFar, MapFlags::Read));
    TRY_VOID(reply.send({.tag = Tag(kFaultResume, 0)}));
    return FaultKind(fault.tag.label()) == FaultKind::Vm && fault.words[1] == kFar && seen == 36;
}

Result<bool> interrupts() {
    TRY(timer, pool.timer());
    TRY_VOID(timer.bind(bell));
    TRY_VOID(timer.arm(read_time() + boot_info().timebase / 1000));
    TRY(bits, bell.wait());
    return bits == 1;
}

/// A call that takes the fast path is not counted.
Result<bool> fast_path() {
    TRY_VOID(worker.run([] {
        Message message = endpoint.recv(reply.cptr());
        for (;;) message = endpoint.reply_recv(reply.cptr(), message);
    }));
    const auto which = std::uint64_t(KernelCounter::Syscalls);
    TRY(before, environment().machine.counter(which));
    for (unsigned i = 0; i < 100; i++) (void)endpoint.call({.tag = Tag(1, 1), .words = {i}});
    TRY(after, environment().machine.counter(which));
    return after - before < 100;
}

constexpr struct {
    const char* exercise;
    const char* title;
    Result<bool> (*run)();
} kSteps[] = {{"2.3", "Memory becomes objects", memory_becomes_objects},
              {"2.4", "Copy, mint, move", copies},
              {"2.5", "Frames in spaces", frames},
              {"2.6", "Threads from memory", threads},
              {"2.7", "Delete", deleting},
              {"2.8", "Revoke", revoking},
              {"3.1", "Rendezvous", rendezvous},
              {"3.2", "Call and reply", calling},
              {"3.3", "Long messages and capabilities", long_messages},
              {"3.4", "When one side goes", one_side_goes},
              {"3.5", "Notifications", notifications},
              {"3.6", "Faults are messages", faults},
              {"3.7", "Interrupts are messages", interrupts},
              {"3.8", "The fast path", fast_path}};

void tour() {
    print("\nA tour of your kernel. That you read this shows that two things work:\n");
    print("  2.1  A copy and its place: the root task has its first capabilities\n");
    print("  2.2  Find a capability: one of them is the console\n");
    for (const auto& step : kSteps) {
        print("  {}  {}: ", step.exercise, step.title);
        const Result<bool> works = step.run();
        if (!works)
            return print("no, the kernel says {}. Next: make grade EX={}\n", name_of(works.error()), step.exercise);
        if (!*works) return print("not right yet. Next: make grade EX={}\n", step.exercise);
        print("it works\n");
    }
    print("All of it works. This is a microkernel, and it is yours.\n");
}

}  // namespace
}  // namespace glenda

int main(int, char**) {
    using namespace glenda;
    pool = Bootstrap(node(), boot_info().empty);
    const Result<Untyped> memory = largest_memory();
    if (memory) pool.add_untyped(*memory);
    (void)environment().tcb.set_priority(kPriority, kMaxPriority);
    tour();
    return 0;
}
