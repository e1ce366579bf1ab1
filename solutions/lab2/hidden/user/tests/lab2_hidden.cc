// SPDX-License-Identifier: MIT
// Lab 2, what the public tests do not try: the same contract from other sides.
#include "common/toucher.h"

namespace glenda::ktest {

namespace {

bool is_sound() { return need(environment().machine.check()); }

/// A CSpace of sixteen levels, each with two bits of guard and two of index. Every bit of the pointer counts.
void deep_cspace() {
    constexpr unsigned kLevels = 16;
    CPtr below = environment().tcb.cptr(), pointer = 0;
    for (unsigned level = kLevels; level-- > 0;) {  // from the lowest up
        const unsigned index = 1 + level % 3, guard = level % 4;
        const CNode table = need(pool().cnode(2));
        if (level == kLevels - 1)
            EXPECT_OK(table.copy(index, node(), below));
        else
            EXPECT_OK(table.move(index, node(), below));
        const CPtr named = need(pool().slot());
        EXPECT_OK(node().mint_cnode(named, node(), table.cptr(), Rights::All, guard, 2));
        pointer |= CPtr{guard << 2 | index} << (4 * (kLevels - 1 - level));
        below = named;
    }
    const Toucher thread({.cspace = CNode(below), .vspace = space()});
    const Message reply = thread.call(pointer, TcbMethod::Info);
    EXPECT_OK(reply);
    EXPECT_EQ(reply.words[1], kPriority);
    for (unsigned i = 0; i < 64; i++) EXPECT_ERROR(InvalidCapability, thread.call(pointer ^ bit(i), TcbMethod::Info));
    EXPECT(is_sound());
}

/// Objects come and go many times in one Untyped. Each new page is zero, and nothing is lost.
void memory_again() {
    constexpr unsigned kRounds = 60, kObjects = 5;
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 15));
    const CPtr slot = need(pool().slots(kObjects));
    (void)mapped_frame(kArea + 8 * kPageSize);  // makes the tables
    for (unsigned round = 0; round < kRounds; round++) {
        EXPECT_OK(memory.retype(CapType::Tcb, 0, node(), slot));
        EXPECT_OK(memory.retype(CapType::Frame, kFrameBits, node(), slot + 1, 2));
        EXPECT_OK(memory.retype(CapType::CNode, 3, node(), slot + 3));
        EXPECT_OK(memory.retype(CapType::VSpace, 0, node(), slot + 4));
        for (unsigned i = 1; i < 3; i++) {
            EXPECT_OK(Frame(slot + i).map(space(), kArea + i * kPageSize, MapFlags::ReadWrite));
            EXPECT_EQ(read_at(kArea + i * kPageSize + 64), 0);
            word_at(kArea + i * kPageSize + 64) = ~std::uint64_t{0};
        }
        EXPECT_OK(CNode(slot + 3).copy(1 + round % 7, node(), slot));
        for (unsigned i = 0; i < kObjects; i++) EXPECT_OK(node().remove(slot + (i * 2 + round) % kObjects));
        EXPECT_EQ(need(memory.info()).used, 0);
        if (has_failed()) return;
    }
    EXPECT(is_sound());
}

/// A Revoke finds what was moved away, also into a CNode, and spares a sibling that looks just the same.
void revoke_spares() {
    const CPtr source = need(pool().endpoint()).cptr(), slot = need(pool().slots(6));
    const CNode box = need(pool().cnode(4));
    for (unsigned i = 0; i < 2; i++) EXPECT_OK(node().mint(slot + i, node(), source, Rights::Write, 5));
    EXPECT_OK(node().copy(slot + 2, node(), slot));
    EXPECT_OK(box.copy(3, node(), slot + 2));
    EXPECT_OK(box.move(7, box, 3));
    EXPECT_OK(node().move(slot + 3, node(), slot + 2));
    EXPECT_OK(node().move(slot + 4, node(), slot));  // what is revoked has moved, too
    EXPECT_OK(node().revoke(slot + 4));
    EXPECT_EQ(need(box.info(7)).type, CapType::Null);
    EXPECT_EQ(need(node().info(slot + 3)).type, CapType::Null);
    EXPECT_EQ(need(node().info(slot + 4)).badge, 5);
    EXPECT_EQ(need(node().info(slot + 1)).badge, 5);
    EXPECT(is_sound());
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {
        {"deep_cspace", deep_cspace}, {"memory_again", memory_again}, {"revoke_spares", revoke_spares}};
    return run_cases(kCases);
}
