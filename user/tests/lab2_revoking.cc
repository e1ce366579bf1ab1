// SPDX-License-Identifier: MIT
// Revoke: everything that was made from a capability goes, wherever it is, and nothing else.
#include "common/toucher.h"

namespace glenda::ktest {

namespace {

CNode::Info look(CPtr slot) { return need(node().info(slot)); }
bool is_free(CPtr slot) { return look(slot).type == CapType::Null; }
std::uint64_t used(Untyped memory) { return need(memory.info()).used; }
bool is_sound() { return need(environment().machine.check()); }

/// Copies of copies go, but neither the capability itself nor its siblings.
void copies() {
    const CPtr source = need(pool().endpoint()).cptr(), slot = need(pool().slots(40));
    EXPECT_OK(node().copy(slot, node(), source));
    EXPECT_OK(node().copy(slot + 1, node(), source));
    for (unsigned i = 2; i < 40; i++) EXPECT_OK(node().copy(slot + i, node(), slot + (i % 3 == 0 ? 0 : i - 1)));
    EXPECT_OK(node().revoke(slot));
    EXPECT_EQ(look(slot).type, CapType::Endpoint);
    EXPECT_EQ(look(slot + 1).type, CapType::Endpoint);
    EXPECT_EQ(look(slot + 2).type, CapType::Endpoint);  // a copy of slot + 1
    for (unsigned i = 3; i < 40; i++) EXPECT(is_free(slot + i));
    EXPECT(is_sound());
    EXPECT_OK(node().revoke(source));
    EXPECT(is_free(slot + 1) && is_free(slot + 2));
    EXPECT_EQ(look(source).type, CapType::Endpoint);
    EXPECT_OK(node().revoke(source));  // nothing is left to do
    EXPECT_OK(node().revoke(slot));    // nor is there at an empty slot
}

/// A chain that is much deeper than the kernel's stack could be: nothing in the kernel may recurse.
void a_deep_chain() {
    constexpr unsigned kDepth = 2000;
    const CPtr first = need(pool().slots(kDepth));
    need(pool().make_at(CapType::Notification, 0, node(), first));
    for (unsigned i = 1; i < kDepth; i++) EXPECT_OK(node().copy(first + i, node(), first + i - 1));
    EXPECT_OK(node().revoke(first));
    EXPECT(!is_free(first));
    for (unsigned i = 1; i < kDepth; i++) EXPECT(is_free(first + i));
    EXPECT(is_sound());
}

/// Memory comes back whole, whatever was made of it, and is zero when it is used again.
void memory_returns() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 17));
    const CPtr slot = need(pool().slots(20));
    for (unsigned round = 0; round < 3; round++) {
        EXPECT_OK(memory.retype(CapType::Frame, kFrameBits, node(), slot, 4));
        for (unsigned i = 0; i < 4; i++) {
            need(pool().map(Frame(slot + i), space(), kArea + i * kPageSize, MapFlags::ReadWrite));
            EXPECT_EQ(read_at(kArea + i * kPageSize), 0);
            for (unsigned word = 0; word < 512; word++) word_at(kArea + i * kPageSize + 8 * word) = ~std::uint64_t{0};
        }
        EXPECT_OK(memory.retype(CapType::Tcb, 0, node(), slot + 4));
        EXPECT_OK(Tcb(slot + 4).configure({.cspace = node(), .vspace = space()}));
        EXPECT_OK(memory.retype(CapType::Untyped, 12, node(), slot + 5));
        EXPECT_OK(Untyped(slot + 5).retype(CapType::Endpoint, 0, node(), slot + 6, 3));
        EXPECT_OK(memory.retype(CapType::CNode, 4, node(), slot + 9));
        EXPECT_OK(CNode(slot + 9).copy(7, node(), slot + 6));
        EXPECT_OK(node().move(slot + 10, node(), slot));  // it is found wherever it has moved to
        EXPECT_OK(node().revoke(memory.cptr()));
        for (unsigned i = 0; i < 11; i++) EXPECT(is_free(slot + i));
        EXPECT_EQ(used(memory), 0);
        EXPECT_ERROR(NotMapped, space().info(kArea));
        EXPECT(is_sound());
        // Objects whose fields would show what was there before.
        EXPECT_OK(memory.retype(CapType::CNode, 8, node(), slot));
        for (unsigned i = 1; i < 256; i++) EXPECT_EQ(need(CNode(slot).info(i)).type, CapType::Null);
        EXPECT_OK(memory.retype(CapType::VSpace, 0, node(), slot + 1));
        EXPECT_ERROR(NotMapped, VSpace(slot + 1).info(kArea));
        EXPECT_OK(node().revoke(memory.cptr()));
    }
}

/// CNodes within CNodes, full of capabilities, one of them to itself.
void cnodes_in_cnodes() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 18));
    const CPtr slot = need(pool().slots(2)), endpoint = need(pool().endpoint()).cptr();
    CNode outer(slot);
    EXPECT_OK(memory.retype(CapType::CNode, 6, node(), slot));
    for (unsigned depth = 0; depth < 8; depth++) {
        EXPECT_OK(memory.retype(CapType::CNode, 6, node(), slot + 1));
        const CNode inner(slot + 1);
        for (unsigned i = 1; i < 64; i++) EXPECT_OK(inner.copy(i, node(), endpoint));
        EXPECT_OK(inner.remove(20));
        EXPECT_OK(inner.move(20, node(), outer.cptr()));  // the one before lives in this one
        EXPECT_OK(node().move(slot, node(), slot + 1));
    }
    EXPECT_OK(outer.remove(1));
    EXPECT_OK(outer.copy(1, node(), slot));
    EXPECT(is_sound());
    EXPECT_OK(node().remove(slot));  // it holds a capability to itself, and goes on living
    EXPECT(is_sound());
    EXPECT(used(memory) != 0);
    EXPECT_OK(node().revoke(memory.cptr()));
    EXPECT_EQ(used(memory), 0);
    EXPECT(is_sound());
    EXPECT_OK(node().revoke(endpoint));
    // A CNode that dies with its last capability takes its contents with it.
    EXPECT_OK(memory.retype(CapType::CNode, 4, node(), slot));
    for (unsigned i = 1; i < 16; i++) EXPECT_OK(memory.retype(CapType::Tcb, 0, CNode(slot), i));
    EXPECT_OK(node().remove(slot));
    EXPECT_EQ(used(memory), 0);
    EXPECT(is_sound());
}

/// Revoking what a thread refers to takes it away from the thread.
void from_threads() {
    const CPtr cspace = need(pool().slots(3)), vspace = cspace + 1, utcb_slot = cspace + 2;
    const Frame page = mapped_frame(kArea);
    EXPECT_OK(node().copy(cspace, node(), node().cptr()));
    EXPECT_OK(node().copy(vspace, node(), space().cptr()));
    EXPECT_OK(node().copy(utcb_slot, node(), page.cptr()));
    const Toucher thread(
        {.cspace = CNode(cspace), .vspace = VSpace(vspace), .utcb_frame = Frame(utcb_slot), .utcb_address = kArea});
    EXPECT_OK(thread.call(kRootTcb, TcbMethod::ReadRegisters));
    EXPECT_OK(node().revoke(utcb_slot));
    EXPECT_ERROR(NoUtcb, thread.call(kRootTcb, TcbMethod::ReadRegisters));
    EXPECT_OK(thread.call(kRootTcb, TcbMethod::Info));
    EXPECT_OK(node().revoke(cspace));
    EXPECT(is_sound());
    EXPECT_ERROR(NotConfigured, thread.tcb.resume());
    EXPECT_OK(thread.tcb.configure({.cspace = CNode(cspace)}));
    EXPECT(thread.can_read(kArea));
    EXPECT_OK(node().revoke(vspace));
    EXPECT_ERROR(NotConfigured, thread.tcb.resume());
    EXPECT_OK(thread.tcb.configure({.vspace = VSpace(vspace)}));
    EXPECT(thread.can_read(kArea));
    EXPECT(is_sound());
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"copies", copies},
                                      {"a_deep_chain", a_deep_chain},
                                      {"memory_returns", memory_returns},
                                      {"cnodes_in_cnodes", cnodes_in_cnodes},
                                      {"from_threads", from_threads}};
    return run_cases(kCases);
}
