// SPDX-License-Identifier: MIT
// Hostile system calls: malformed tags, aliased slots and CNodes, cyclic CSpaces, and a Retype whose target lies in the
// Untyped itself. The exact replies matter less than that the kernel survives: after each step it checks its
// invariants.
#include "common/ktest.h"
#include "glenda/message.h"

namespace glenda::ktest {

namespace {

CNode::Info look(CPtr slot) { return need(node().info(slot)); }
void expect_invariants() { EXPECT(need(environment().machine.check())); }

/// Tags that claim more words and capabilities than there are, sent to an object of each type.
void malformed_tags() {
    const CPtr objects[] = {need(pool().endpoint()).cptr(),
                            need(pool().notification()).cptr(),
                            need(pool().reply()).cptr(),
                            need(pool().frame()).cptr(),
                            need(pool().tcb()).cptr(),
                            need(pool().cnode(4)).cptr(),
                            need(pool().timer()).cptr(),
                            need(pool().make(CapType::PageTable)),
                            need(pool().make(CapType::Untyped, 12)),
                            need(pool().vspace()).cptr(),
                            0,
                            4000,
                            ~CPtr{0}};
    for (const CPtr object : objects) {
        for (const std::uint64_t length : {0, 1, 4, 5, 119, 120, 121, 128, 255}) {
            for (std::uint64_t label = 0; label < 14; label++) {
                const std::uint64_t flags_and_caps = (label * 5 + length) & 0xff;
                const Message message{
                    .tag = Tag(label << Tag::kLabelShift | flags_and_caps << Tag::kCapsShift | length),
                    .words = {~0ul, ~0ul, ~0ul, ~0ul}};
                (void)sys::nb_send(object, message);
                if (object != objects[0]) (void)sys::call(object, message);  // no one would reply to a Call
                (void)sys::reply(object, message);
                (void)sys::nb_recv(object, object);
            }
        }
    }
    expect_invariants();
}

/// Source and destination are the same slot, or the same CNode through two capabilities.
void aliases() {
    const CPtr one = need(pool().endpoint()).cptr(), other = need(pool().slot());
    EXPECT_ERROR(SlotOccupied, node().move(one, node(), one));
    EXPECT_ERROR(SlotOccupied, node().copy(one, node(), one));
    EXPECT_ERROR(SlotEmpty, node().move(other, node(), other));
    const CNode twin = with_rights(node(), Rights::All);
    EXPECT_OK(twin.move(other, node(), one));
    EXPECT_OK(node().move(one, twin, other));
    EXPECT_ERROR(SlotOccupied, node().move(twin.cptr(), twin, twin.cptr()));
    EXPECT_OK(node().move(other, twin, twin.cptr()));  // moves the capability that names it
    EXPECT_OK(CNode(other).copy(twin.cptr(), CNode(other), other));
    expect_invariants();
}

/// Capability transfer into slots of which some are occupied, of one source named four times, and from a receive slot
/// to itself.
void transfers() {
    const Endpoint endpoint = need(pool().endpoint());
    const CPtr slot = need(pool().slots(6));
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 12));
    EXPECT_OK(node().copy(slot + 2, node(), endpoint.cptr()));
    unsigned arrived = 99;
    auto receiver = [&] {
        set_receive_slots({node(), slot, 4});
        arrived = endpoint.recv(0).tag.caps();
    };
    Thread thread(receiver);
    thread.start();
    for (CPtr& cap : utcb()->send_caps) cap = memory.cptr();
    EXPECT_OK(endpoint.send({.tag = Tag(0, 0, 4)}));
    EXPECT_EQ(arrived, 1);  // an Untyped moves, so the source is empty from then on
    EXPECT_EQ(look(slot).type, CapType::Untyped);
    thread.start();
    utcb()->send_caps[0] = slot;
    EXPECT_OK(endpoint.send({.tag = Tag(0, 0, 1)}));
    EXPECT_EQ(arrived, 0);  // source and target are the same slot
    EXPECT_EQ(look(slot).type, CapType::Untyped);
    expect_invariants();
}

/// Retypes an Untyped into a CNode that was made from it, also when that CNode holds the Untyped or has no free slot.
void retype_into_itself() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 14));
    const CPtr slot = need(pool().slot());
    EXPECT_OK(memory.retype(CapType::CNode, 3, node(), slot));
    const CNode box(slot);
    EXPECT_OK(memory.retype(CapType::CNode, 3, box, 1, 2));
    EXPECT_OK(box.move(3, node(), memory.cptr()));  // now the only capability to the memory of `box` is in `box`
    EXPECT_ERROR(InvalidCapability, memory.retype(CapType::Endpoint, 0, node(), memory.cptr()));
    EXPECT_OK(node().move(memory.cptr(), box, 3));
    EXPECT_ERROR(OutOfRange, memory.retype(CapType::Endpoint, 0, box, 4, 5));
    EXPECT_ERROR(OutOfRange, memory.retype(CapType::Endpoint, 0, box, ~std::uint64_t{0}, 2));
    EXPECT_ERROR(SlotOccupied, memory.retype(CapType::Endpoint, 0, box, 2, 3));
    EXPECT_OK(box.move(4, box, 1));
    EXPECT_OK(box.move(1, node(), slot));  // now `box` is reachable only through itself
    expect_invariants();
    EXPECT_OK(node().revoke(memory.cptr()));
    EXPECT_EQ(need(memory.info()).used, 0);
    expect_invariants();
}

/// Deletes and revokes CNodes that hold capabilities to each other in cycles.
void cycles() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 15));
    const CPtr slot = need(pool().slots(8));
    for (unsigned round = 0; round < 3; round++) {
        EXPECT_OK(memory.retype(CapType::CNode, 4, node(), slot, 8));
        for (unsigned i = 0; i < 8; i++) EXPECT_OK(CNode(slot + i).copy(1, node(), slot + (i + 1) % 8));
        for (unsigned i = 0; i < 8; i++) EXPECT_OK(CNode(slot + i).copy(2, node(), slot + (i + 3) % 8));
        if (round == 1) EXPECT_OK(CNode(slot).revoke(1));
        for (unsigned i = 0; i < 8; i++) EXPECT_OK(node().remove(slot + i));
        expect_invariants();
        EXPECT_OK(node().revoke(memory.cptr()));
        EXPECT_EQ(need(memory.info()).used, 0);
    }
    expect_invariants();
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"hostile_malformed_tags", malformed_tags},
                                      {"hostile_aliases", aliases},
                                      {"hostile_transfers", transfers},
                                      {"hostile_retype_into_itself", retype_into_itself},
                                      {"hostile_cycles", cycles}};
    return run_cases(kCases);
}
