// SPDX-License-Identifier: MIT
// A method completes a preempted Delete of a zombie CNode, and this deletes the method's own caller along with the only
// capabilities to the CNode that the method is to fill. The method must not write to that CNode.
#include "common/ktest.h"

namespace glenda::ktest {

namespace {

constexpr unsigned kZombieRadix = 12;
alignas(64) constinit std::byte caller_stack[4096];

/// The caller's CSpace has the main thread's CNode in slot 1, and in slot 2 a CNode whose slot 1 holds the target.
constexpr CPtr in_node(CPtr slot) { return CPtr{1} << 60 | slot; }
constexpr CPtr kTarget = CPtr{2} << 60 | 1;

struct Scene {
    Notification bell = need(pool().notification());
    Timer timer = need(pool().timer());
    Untyped below = need(pool().make<Untyped>(CapType::Untyped, 20));   // is deleted
    Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 12));  // stays
    CPtr slot = need(pool().slots(8));
    Tcb tcb{};
    volatile bool began = false, returned = false;

    void operator()() {
        (void)sys::recv(in_node(bell.cptr()), 0);
        began = true;
        (void)sys::call(in_node(memory.cptr()), {.tag = Tag(std::uint64_t(UntypedMethod::Retype), 3),
                                                 .words = {RetypeKind{CapType::Endpoint, 0, 1}.encode(), kTarget, 1}});
        returned = true;
        for (;;) asm volatile("ebreak");
    }
    static void enter(Scene* self) { (*self)(); }

    void build() {
        need(timer.bind(bell));
        const CPtr root = slot, box = slot + 1, target = slot + 2, minted = slot + 3, zombie = slot + 4;
        need(below.retype(CapType::CNode, 4, node(), root));
        need(below.retype(CapType::CNode, 4, node(), box));
        need(below.retype(CapType::CNode, 4, node(), target));
        need(below.retype(CapType::Tcb, 0, node(), slot + 5));
        need(below.retype(CapType::CNode, kZombieRadix, node(), zombie));
        tcb = Tcb(slot + 5);
        need(CNode(root).mint_cnode(1, node(), kRootCNode, Rights::All, 0, 48));
        need(CNode(box).move(1, node(), target));
        need(CNode(root).mint_cnode(2, node(), box, Rights::All, 0, 56));
        need(node().remove(box));
        need(node().mint_cnode(minted, node(), root, Rights::All, 0, 0));
        need(node().remove(root));
        need(tcb.configure({.cspace = CNode(minted), .vspace = space()}));
        need(node().remove(minted));
        need(tcb.set_priority(kPriority + 1, 0));
        Registers registers;
        registers.pc = reinterpret_cast<std::uint64_t>(&enter);
        registers.sp = reinterpret_cast<std::uint64_t>(caller_stack + sizeof(caller_stack));
        registers.a0 = reinterpret_cast<std::uint64_t>(this);
        need(tcb.write_registers(registers));
        need(tcb.resume());
        const CPtr filler = need(pool().endpoint()).cptr();
        const CNode full(zombie);
        for (unsigned i = 1; i < bit(kZombieRadix) - 1; i++) need(full.copy(i, node(), filler));
        need(full.move(bit(kZombieRadix) - 1, node(), tcb.cptr()));
    }
};

void retype_by_deleted_caller() {
    unsigned began = 0;
    for (std::uint64_t after = 20; after < 300; after += 40) {
        Scene scene;
        scene.build();
        need(scene.timer.arm(read_time() + ticks(after)));
        need(node().remove(scene.slot + 4));
        need(scene.timer.cancel());
        began += scene.began ? 1 : 0;
        EXPECT(!scene.returned);
        EXPECT(need(environment().machine.check()));
        EXPECT_EQ(need(scene.below.info()).used, 0);
        EXPECT_EQ(need(scene.memory.info()).used, 0);
        need(scene.below.retype(CapType::Frame, kFrameBits, node(), scene.slot, 1));
        EXPECT_OK(node().revoke(scene.memory.cptr()));
        EXPECT_OK(node().revoke(scene.below.cptr()));
        EXPECT(need(environment().machine.check()));
    }
    EXPECT(began > 3);
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"zombies_retype_by_deleted_caller", retype_by_deleted_caller}};
    return run_cases(kCases);
}
