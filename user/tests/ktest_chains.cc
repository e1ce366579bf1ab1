// SPDX-License-Identifier: MIT
// Long chains. A program can build every structure that the kernel walks as deep as its memory allows. So the kernel
// must neither count the depth in too few bits nor recurse.
#include "common/ktest.h"

namespace glenda::ktest {

namespace {

void expect_invariants() { EXPECT(need(environment().machine.check())); }

/// Copies of copies, 70,000 deep. Deleting one in the middle deletes no other; revoking the first deletes them all.
void copies() {
    constexpr unsigned kDepth = 70'000;
    const CNode box = need(pool().cnode(17));
    const CPtr source = need(pool().endpoint()).cptr(), other = need(pool().slot());
    EXPECT_OK(box.copy(1, node(), source));
    unsigned refused = 0;
    for (unsigned i = 2; i <= kDepth; i++) refused += box.copy(i, box, i - 1) ? 0 : 1;
    EXPECT_EQ(refused, 0);
    EXPECT_OK(node().copy(other, node(), source));
    EXPECT_OK(box.remove(1));
    EXPECT_OK(box.remove(kDepth / 2));
    EXPECT_OK(node().revoke(other));  // a sibling of slot 2, not its parent
    EXPECT_EQ(need(box.info(2)).type, CapType::Endpoint);
    EXPECT_OK(box.revoke(kDepth / 2 + 1));
    EXPECT_EQ(need(box.info(kDepth)).type, CapType::Null);
    EXPECT_EQ(need(box.info(kDepth / 2 + 1)).type, CapType::Endpoint);
    EXPECT_EQ(need(box.info(2)).type, CapType::Endpoint);
    EXPECT_OK(node().revoke(source));
    for (const unsigned i : {2u, 3u, 300u, kDepth / 2 + 1}) EXPECT_EQ(need(box.info(i)).type, CapType::Null);
    EXPECT_EQ(need(node().info(other)).type, CapType::Null);
}

/// Thousands of CNodes, each holding the only capability to the next.
void cnodes() {
    constexpr unsigned kCount = 20'000;
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 22));
    const CPtr slot = need(pool().slots(2));
    EXPECT_OK(memory.retype(CapType::CNode, 1, node(), slot));
    for (unsigned i = 1; i < kCount; i++) {
        need(memory.retype(CapType::CNode, 1, node(), slot + 1));
        need(CNode(slot + 1).move(1, node(), slot));
        need(node().move(slot, node(), slot + 1));
    }
    EXPECT_OK(node().remove(slot));
    EXPECT_EQ(need(memory.info()).used, 0);
}

/// The same with threads. Each holds the only capabilities to its fault endpoint and to its CSpace, which contains the
/// next thread.
void threads() {
    constexpr unsigned kCount = 3000;
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 23));
    const CPtr slot = need(pool().slots(3));
    for (unsigned i = 0; i < kCount; i++) {
        need(memory.retype(CapType::CNode, 2, node(), slot));
        need(memory.retype(CapType::Endpoint, 0, node(), slot + 2));
        if (i > 0) need(CNode(slot).move(1, node(), slot + 1));
        need(memory.retype(CapType::Tcb, 0, node(), slot + 1));
        need(Tcb(slot + 1).configure({.cspace = CNode(slot), .vspace = space(), .fault_handler = Endpoint(slot + 2)}));
        need(node().remove(slot));
        need(node().remove(slot + 2));
    }
    expect_invariants();
    EXPECT_OK(node().remove(slot + 1));
    EXPECT_EQ(need(memory.info()).used, 0);
    expect_invariants();
}

/// Nested Untypeds, from 8 MiB to 32 bytes, with an object in the smallest. The test deletes those in between, then the
/// object.
void memory() {
    const CPtr first = need(pool().slots(20)), last = first + 18;
    EXPECT_OK(arena().retype(CapType::Untyped, 23, node(), first));
    for (CPtr slot = first; slot < last; slot++)
        EXPECT_OK(Untyped(slot).retype(CapType::Untyped, 22 - (slot - first), node(), slot + 1));
    EXPECT_OK(Untyped(last).retype(CapType::Endpoint, 0, node(), last + 1));
    EXPECT_ERROR(NotEnoughMemory, Untyped(last).retype(CapType::Endpoint, 0, node(), need(pool().slot())));
    for (CPtr slot = first + 1; slot <= last; slot++) EXPECT_OK(node().remove(slot));
    EXPECT_ERROR(WouldBlock, Endpoint(last + 1).nb_send({}));
    EXPECT_ERROR(NotEnoughMemory, Untyped(first).retype(CapType::Untyped, 23, node(), last));  // still in use
    EXPECT_OK(node().remove(last + 1));
    EXPECT_EQ(need(Untyped(first).info()).used, 0);
    EXPECT_OK(Untyped(first).retype(CapType::Untyped, 23, node(), last));
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"chains_of_copies", copies},
                                      {"chains_of_cnodes", cnodes},
                                      {"chains_of_threads", threads},
                                      {"chains_of_untypeds", memory}};
    return run_cases(kCases);
}
