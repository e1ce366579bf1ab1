// SPDX-License-Identifier: MIT
// Preemptible operations on a set of objects, interrupted again and again by a thread that makes random and often
// opposite operations on the same objects. The replies do not matter: the kernel's invariants hold throughout, and in
// the end all memory is free.
#include "common/ktest.h"

namespace glenda::ktest {

namespace {

/// A pseudo-random number generator, the same in each run.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    std::uint64_t below(std::uint64_t limit) {
        state_ = (state_ ^ state_ >> 29) * 0xbf58'476d'1ce4'e5b9 + 0x9e37'79b9'7f4a'7c15;
        return (state_ >> 33) % limit;
    }

private:
    std::uint64_t state_;
};

extern "C" const char wait_then_fault[];
asm(R"(
    .text
    .option push
    .option norvc
wait_then_fault:            # make the system call in s1 on the object in s0, which blocks; after that, fault
    mv a0, s0
    mv a7, s1
    li a1, 0
    li a6, 0
    ecall
    ebreak
    j wait_then_fault
    .option pop
)");

alignas(64) constinit std::byte stack[16 * 1024];

/// Slots of `world` from `first` on; each may be empty at any time.
enum Place : unsigned { kBoxA, kBoxB, kInner, kEndpoint, kBell, kReply, kSpare, kThreads, kPlaces = kThreads + 12 };
constexpr unsigned kRadix = 9;

struct World {
    Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 20));
    CPtr first = need(pool().slots(kPlaces));
    Endpoint sink = need(pool().endpoint());
    // Where the threads wait. The copy in kEndpoint has only the right to read, so that no acting thread calls it.
    Endpoint queue{need(pool().slot())};
    Random random{0};

    CPtr at(unsigned place) const { return first + place; }
    CNode box(unsigned n) const { return CNode(at(n == 0 ? kBoxA : kBoxB)); }
    CPtr any_place() { return at(random.below(kPlaces)); }

    void build(std::uint64_t seed) {
        random = Random(seed);
        need(memory.retype(CapType::CNode, kRadix, node(), at(kBoxA)));
        need(memory.retype(CapType::CNode, kRadix, node(), at(kBoxB)));
        need(memory.retype(CapType::Untyped, 18, node(), at(kInner)));
        need(memory.retype(CapType::Endpoint, 0, node(), queue.cptr()));
        need(node().copy(at(kEndpoint), node(), queue.cptr(), Rights::Read));
        need(memory.retype(CapType::Notification, 0, node(), at(kBell)));
        need(memory.retype(CapType::Reply, 0, node(), at(kReply)));
        for (unsigned i = kThreads; i < kPlaces; i++) {
            need(memory.retype(CapType::Tcb, 0, node(), at(i)));
            const Tcb tcb(at(i));
            const bool in_box = random.below(3) == 0;
            need(tcb.configure({.cspace = in_box ? box(0) : node(), .vspace = space()}));
            need(tcb.configure({.fault_handler = random.below(3) == 0 ? queue : sink}));
            Registers registers;
            registers.pc = reinterpret_cast<std::uint64_t>(wait_then_fault);
            registers.s0 = random.below(2) == 0 ? queue.cptr() : at(kBell);
            registers.s1 = std::uint64_t(random.below(2) == 0 ? Syscall::Recv : Syscall::Send);
            need(tcb.write_registers(registers));
            need(tcb.set_priority(random.below(2) == 0 ? 1 : kPriority + 1, 0));
        }
        for (unsigned i = 1; i < bit(kRadix); i++) {
            const CNode target = box(random.below(2));
            const std::uint64_t index = random.below(bit(kRadix));
            if (random.below(8) == 0)
                (void)Untyped(at(kInner)).retype(CapType::CNode, 1 + random.below(4), target, index);
            else if (random.below(12) == 0)
                (void)target.move(index, node(), any_place());  // possibly the only capability
            else
                (void)target.copy(index, node(), any_place());
        }
    }

    /// One random operation: a long one, or one that makes what the long ones delete.
    void act() {
        const CPtr slot = any_place(), other = any_place();
        const CNode target = box(random.below(2));
        const std::uint64_t index = 1 + random.below(bit(kRadix) - 1);
        switch (random.below(17)) {
            case 0: (void)node().remove(slot); break;
            case 1: (void)node().revoke(slot); break;
            case 2: (void)node().remove(at(kBoxA)); break;
            case 3: (void)node().remove(at(kBoxB)); break;
            case 4: (void)node().revoke(at(kInner)); break;
            case 5:
                (void)Untyped(at(kInner)).retype(CapType::Frame, kFrameBits, target, index, 1 + random.below(12));
                break;
            case 6: (void)Untyped(at(kInner)).retype(CapType::CNode, 1 + random.below(9), node(), slot); break;
            case 7: (void)memory.retype(CapType::CNode, kRadix, node(), slot); break;
            case 8: (void)target.move(index, node(), slot); break;
            case 9: (void)node().move(slot, target, index); break;
            case 10: (void)target.copy(index, node(), slot); break;
            case 11: (void)node().copy(slot, target, index); break;
            case 12: (void)Tcb(slot).configure({.cspace = CNode(other), .fault_handler = queue}); break;
            case 13: (void)Tcb(slot).bind(Notification(at(kBell))); break;
            case 14: (void)Tcb(slot).resume(); break;
            case 15: (void)target.remove(index); break;
            case 16: (void)node().remove(queue.cptr()); break;
        }
    }
    void wake() const {
        for (unsigned i = kThreads; i < kPlaces; i++) (void)Tcb(at(i)).resume();
    }
};

void concurrent_operations() {
    World world;
    const Notification bell = need(pool().notification());
    const Timer timer = need(pool().timer());
    need(timer.bind(bell));
    Random when(77);
    bool stopped = false;
    unsigned preemptions = 0;
    auto body = [&] {
        while (bell.wait()) {
            if (stopped) continue;
            preemptions++;
            for (unsigned i = 0; i < 3; i++) world.act();
            need(timer.arm(read_time() + 10 + when.below(100)));
        }
    };
    Thread thread(body, {.priority = kPriority + 2, .stack = stack});
    thread.start();
    const Machine machine = environment().machine;
    for (std::uint64_t seed = 1; seed <= 60; seed++) {
        stopped = true;
        world.build(seed);
        world.wake();
        let_others_run();
        stopped = false;
        need(timer.arm(read_time() + 30));
        for (unsigned i = 0; i < 60; i++) world.act();
        (void)node().remove(world.at(kBoxA));
        (void)node().revoke(world.at(kInner));
        stopped = true;
        need(timer.cancel());
        EXPECT(need(machine.check()));
        EXPECT_OK(node().revoke(world.memory.cptr()));
        EXPECT_OK(node().remove(world.queue.cptr()));
        for (unsigned i = 0; i < kPlaces; i++) EXPECT_OK(node().remove(world.at(i)));
        EXPECT_EQ(need(world.memory.info()).used, 0);
        EXPECT(need(machine.check()));
    }
    EXPECT(preemptions > 100);
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"preempted_by_concurrent_operations", concurrent_operations}};
    return run_cases(kCases);
}
