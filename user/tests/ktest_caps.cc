// SPDX-License-Identifier: MIT
// Capabilities: copying never adds rights, Revoke reaches every descendant, and no memory leaks. ktest_cspaces.cc tests
// how pointers are looked up.
#include "common/ktest.h"

namespace glenda::ktest {

namespace {

CNode::Info look(CPtr slot) { return need(node().info(slot)); }

/// K11: a copy has only those rights that both the original has and the copier asks for.
void rights_only_shrink() {
    const CPtr source = need(pool().endpoint()).cptr();
    for (unsigned held = 0; held < 8; held++) {
        const CPtr first = need(pool().slots(9));
        EXPECT_OK(node().copy(first, node(), source, Rights(held)));
        EXPECT_EQ(look(first).rights, held);
        for (unsigned wanted = 0; wanted < 8; wanted++) {
            EXPECT_OK(node().copy(first + 1 + wanted, node(), first, Rights(wanted)));
            EXPECT_EQ(look(first + 1 + wanted).rights, held & wanted);
        }
    }
}

/// K12: a badge cannot be changed, and every copy keeps it. ipc_badges_arrive tests that it is delivered.
void badges() {
    const CPtr source = need(pool().endpoint()).cptr(), slot = need(pool().slots(3));
    EXPECT_OK(node().mint(slot, node(), source, Rights::All, 0xdead'beef'0000'0001));
    EXPECT_EQ(look(slot).badge, 0xdead'beef'0000'0001);
    EXPECT_OK(node().copy(slot + 1, node(), slot));
    EXPECT_EQ(look(slot + 1).badge, 0xdead'beef'0000'0001);
    EXPECT_ERROR(NoRights, node().mint(slot + 2, node(), slot, Rights::All, 5));
    EXPECT_ERROR(NoRights, node().mint(slot + 2, node(), slot + 1, Rights::All, 0));
    EXPECT_EQ(look(slot + 2).type, CapType::Null);
}

void moving() {
    const CPtr source = need(pool().endpoint()).cptr(), slot = need(pool().slots(3));
    EXPECT_OK(node().copy(slot, node(), source));
    EXPECT_OK(node().move(slot + 1, node(), slot));
    EXPECT_EQ(look(slot).type, CapType::Null);
    EXPECT_EQ(look(slot + 1).type, CapType::Endpoint);
    EXPECT_OK(node().copy(slot + 2, node(), slot + 1));
    EXPECT_OK(node().move(slot, node(), source));  // the moved original is still the ancestor of all copies
    EXPECT_OK(node().revoke(slot));
    EXPECT_EQ(look(slot).type, CapType::Endpoint);
    EXPECT_EQ(look(slot + 1).type, CapType::Null);
    EXPECT_EQ(look(slot + 2).type, CapType::Null);
    EXPECT_ERROR(SlotEmpty, node().move(slot + 2, node(), slot + 1));
}

void deleting() {
    const CPtr source = need(pool().endpoint()).cptr(), slot = need(pool().slots(2));
    EXPECT_OK(node().copy(slot, node(), source));
    EXPECT_OK(node().copy(slot + 1, node(), slot));
    EXPECT_OK(node().remove(source));
    EXPECT_OK(node().remove(source));  // deleting an empty slot succeeds
    EXPECT_ERROR(WouldBlock, Endpoint(slot + 1).nb_send({}));
    EXPECT_OK(node().remove(slot));
    EXPECT_ERROR(WouldBlock, Endpoint(slot + 1).nb_send({}));
    EXPECT_OK(node().remove(slot + 1));
    EXPECT_ERROR(InvalidCapability, Endpoint(slot + 1).nb_send({}));
}

/// Revoke deletes copies of copies, but neither the capability itself nor its siblings.
void revoking() {
    const CPtr source = need(pool().endpoint()).cptr(), slot = need(pool().slots(40));
    EXPECT_OK(node().copy(slot, node(), source));
    EXPECT_OK(node().copy(slot + 1, node(), source));
    for (unsigned i = 2; i < 40; i++) EXPECT_OK(node().copy(slot + i, node(), slot + (i % 3 == 0 ? 0 : i - 1)));
    EXPECT_OK(node().revoke(slot));
    EXPECT_EQ(look(slot).type, CapType::Endpoint);
    EXPECT_EQ(look(slot + 1).type, CapType::Endpoint);
    for (unsigned i = 3; i < 40; i++) EXPECT_EQ(look(slot + i).type, CapType::Null);
    EXPECT_OK(node().revoke(source));
    EXPECT_EQ(look(slot + 1).type, CapType::Null);
    EXPECT_EQ(look(source).type, CapType::Endpoint);
}

/// Revokes an Untyped that contains an Untyped with objects of every type, one of which a thread is waiting on.
void revoking_nested_memory() {
    const Untyped outer = need(pool().make<Untyped>(CapType::Untyped, 20));
    const CPtr slot = need(pool().slots(20));
    EXPECT_OK(outer.retype(CapType::Untyped, 18, node(), slot));
    const Untyped inner(slot);
    EXPECT_OK(inner.retype(CapType::CNode, 6, node(), slot + 1));
    const CNode box(slot + 1);
    unsigned at = 1;
    for (const CapType type : {CapType::Tcb, CapType::Endpoint, CapType::Notification, CapType::Reply,
                               CapType::PageTable, CapType::VSpace, CapType::Timer})
        EXPECT_OK(inner.retype(type, 0, box, at++));
    EXPECT_OK(inner.retype(CapType::Frame, kFrameBits, box, at++));
    EXPECT_OK(inner.retype(CapType::CNode, 4, box, at++));
    EXPECT_OK(inner.retype(CapType::Untyped, 14, box, at++));
    EXPECT_OK(node().copy(slot + 2, box, 2));
    EXPECT_OK(box.copy(20, node(), box.cptr()));  // the box holds itself
    EXPECT_OK(box.copy(21, node(), kRootVSpace));

    Error got = Error::Ok;
    auto body = [&] { got = error_of(Endpoint(slot + 2).call({})); };
    Thread remote(body);
    remote.start();
    EXPECT_EQ(remote.state(), ThreadState::BlockedCall);
    EXPECT_OK(node().revoke(outer.cptr()));
    EXPECT_ERROR(Deleted, got);
    for (unsigned i = 0; i < 20; i++) EXPECT_EQ(look(slot + i).type, CapType::Null);
    EXPECT_EQ(need(outer.info()).used, 0);
    EXPECT_OK(outer.retype(CapType::Untyped, 20, node(), slot));
}

/// K13: 10,000 rounds of Retype and Revoke leak no memory.
void many_rounds() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 17));
    const CPtr slot = need(pool().slots(8));
    const std::uint64_t before = need(arena().info()).used;
    bool good = true;
    for (unsigned round = 0; round < 10'000; round++) {
        good = good && memory.retype(CapType::Endpoint, 0, node(), slot, 3) &&
               memory.retype(CapType::CNode, 2, node(), slot + 3) && memory.retype(CapType::Tcb, 0, node(), slot + 4) &&
               memory.retype(CapType::VSpace, 0, node(), slot + 5) && CNode(slot + 3).copy(1, node(), slot) &&
               CNode(slot + 3).move(2, node(), slot + 4) && node().copy(slot + 6, node(), slot + 5) &&
               node().revoke(memory.cptr());
        good = good && need(memory.info()).used == 0;
    }
    EXPECT(good);
    for (unsigned i = 0; i < 8; i++) EXPECT_EQ(look(slot + i).type, CapType::Null);
    EXPECT_EQ(need(arena().info()).used, before);
}

/// 2,500 rounds with Delete instead of Revoke: objects are made and used, then their capabilities are deleted one by
/// one, in varying order. Deleting the last one frees the memory.
void many_deletions() {
    constexpr unsigned kObjects = 10;
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 17));
    const CPtr slot = need(pool().slots(kObjects));
    const Endpoint endpoint(slot);
    const Notification bell(slot + 1);
    const Timer timer(slot + 2);
    const VSpace made(slot + 3);
    const PageTable tables[] = {PageTable(slot + 4), PageTable(slot + 5)};
    const Frame frame(slot + 6);
    const Tcb tcb(slot + 7);
    const CNode box(slot + 8);
    const auto make_and_use = [&] {
        return memory.retype(CapType::Endpoint, 0, node(), slot) &&
               memory.retype(CapType::Notification, 0, node(), slot + 1) &&
               memory.retype(CapType::Timer, 0, node(), slot + 2) && timer.bind(bell) &&
               timer.arm(read_time() + ticks(10'000'000)) && memory.retype(CapType::VSpace, 0, node(), slot + 3) &&
               memory.retype(CapType::PageTable, 0, node(), slot + 4, 2) && tables[0].map(made, kArea) &&
               tables[1].map(made, kArea) && memory.retype(CapType::Frame, kFrameBits, node(), slot + 6) &&
               frame.map(made, kArea, MapFlags::ReadWrite) && memory.retype(CapType::Tcb, 0, node(), slot + 7) &&
               memory.retype(CapType::CNode, 3, node(), slot + 8) && box.copy(1, node(), slot) &&
               box.copy(2, node(), bell.cptr()) && tcb.bind(bell) &&
               memory.retype(CapType::Reply, 0, node(), slot + 9) &&
               tcb.configure({.cspace = box,
                              .vspace = made,
                              .utcb_frame = frame,
                              .utcb_address = kArea,
                              .fault_handler = endpoint});
    };
    const std::uint64_t before = need(arena().info()).used;
    unsigned wrong = 0;
    for (unsigned round = 0; round < 2500; round++) {
        wrong += make_and_use() ? 0 : 1;
        const unsigned stride = 1 + 2 * (round % 2) + 6 * (round / 2 % 2);  // 1, 3, 7 or 9: coprime to kObjects
        for (unsigned i = 0; i < kObjects; i++) wrong += node().remove(slot + (round + i * stride) % kObjects) ? 0 : 1;
        wrong += need(memory.info()).used != 0 ? 1 : 0;
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(need(arena().info()).used, before);
    EXPECT(need(environment().machine.check()));
}

/// Deletes a CNode that holds itself, and one that holds 100 others.
void deleting_cnodes() {
    const CNode box = need(pool().cnode(7));
    const std::uint64_t before = need(arena().info()).used;
    EXPECT_OK(box.move(1, node(), box.cptr()));
    EXPECT_ERROR(InvalidCapability, box.remove(1));
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 18));
    const CPtr slot = need(pool().slots(2));
    EXPECT_OK(memory.retype(CapType::CNode, 7, node(), slot));
    for (unsigned i = 1; i <= 100; i++) EXPECT_OK(memory.retype(CapType::CNode, 1, CNode(slot), i));
    EXPECT_OK(memory.retype(CapType::CNode, 4, node(), slot + 1));
    EXPECT_OK(CNode(slot + 1).move(1, node(), slot));
    EXPECT_OK(node().remove(slot + 1));
    EXPECT_EQ(need(memory.info()).used, 0);
    EXPECT(before <= need(arena().info()).used);
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"caps_rights_only_shrink", rights_only_shrink},
                                      {"caps_badges", badges},
                                      {"caps_moving", moving},
                                      {"caps_deleting", deleting},
                                      {"caps_revoking", revoking},
                                      {"caps_revoking_nested_memory", revoking_nested_memory},
                                      {"caps_many_rounds", many_rounds},
                                      {"caps_many_deletions", many_deletions},
                                      {"caps_deleting_cnodes", deleting_cnodes}};
    return run_cases(kCases);
}
