// SPDX-License-Identifier: MIT
// Attacks on the kernel, one idea each. What is answered matters less than that the kernel lives: after each of them it
// checks all its invariants.
#include "common/ktest.h"
#include "glenda/message.h"

namespace glenda::ktest {

namespace {

CNode::Info look(CPtr slot) { return need(node().info(slot)); }
void expect_well() { EXPECT(need(environment().machine.check())); }

/// Lengths and counts that the message does not have, with every object there is.
void confused_lengths() {
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
                if (object != objects[0]) (void)sys::call(object, message);  // nobody would answer there
                (void)sys::reply(object, message);
                (void)sys::nb_recv(object, object);
            }
        }
    }
    expect_well();
}

/// Source and destination are one slot, or one CNode by two names.
void aliases() {
    const CPtr one = need(pool().endpoint()).cptr(), other = need(pool().slot());
    EXPECT_ERROR(SlotOccupied, node().move(one, node(), one));
    EXPECT_ERROR(SlotOccupied, node().copy(one, node(), one));
    EXPECT_ERROR(SlotEmpty, node().move(other, node(), other));
    const CNode twin = with_rights(node(), Rights::All);
    EXPECT_OK(twin.move(other, node(), one));
    EXPECT_OK(node().move(one, twin, other));
    EXPECT_ERROR(SlotOccupied, node().move(twin.cptr(), twin, twin.cptr()));
    EXPECT_OK(node().move(other, twin, twin.cptr()));  // the name that it is moved by
    EXPECT_OK(CNode(other).copy(twin.cptr(), CNode(other), other));
    expect_well();
}

/// Four capabilities into slots of which some are taken, one source named four times, a receiver that moves itself.
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
    EXPECT_EQ(arrived, 1);  // it moved; the second time there was none
    EXPECT_EQ(look(slot).type, CapType::Untyped);
    thread.start();
    utcb()->send_caps[0] = slot;
    EXPECT_OK(endpoint.send({.tag = Tag(0, 0, 1)}));
    EXPECT_EQ(arrived, 0);  // into the slot that it is in
    EXPECT_EQ(look(slot).type, CapType::Untyped);
    expect_well();
}

/// Retype into a CNode that lies in the same Untyped, also into itself, and where no slot is free.
void retype_into_itself() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 14));
    const CPtr slot = need(pool().slot());
    EXPECT_OK(memory.retype(CapType::CNode, 3, node(), slot));
    const CNode box(slot);
    EXPECT_OK(memory.retype(CapType::CNode, 3, box, 1, 2));
    EXPECT_OK(box.move(3, node(), memory.cptr()));  // now only the box has the memory that it lies in
    EXPECT_ERROR(InvalidCapability, memory.retype(CapType::Endpoint, 0, node(), memory.cptr()));
    EXPECT_OK(node().move(memory.cptr(), box, 3));
    EXPECT_ERROR(OutOfRange, memory.retype(CapType::Endpoint, 0, box, 4, 5));
    EXPECT_ERROR(OutOfRange, memory.retype(CapType::Endpoint, 0, box, ~std::uint64_t{0}, 2));
    EXPECT_ERROR(SlotOccupied, memory.retype(CapType::Endpoint, 0, box, 2, 3));
    EXPECT_OK(box.move(4, box, 1));
    EXPECT_OK(box.move(1, node(), slot));  // unreachable: a ring
    expect_well();
    EXPECT_OK(node().revoke(memory.cptr()));
    EXPECT_EQ(need(memory.info()).used, 0);
    expect_well();
}

void rings() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 15));
    const CPtr slot = need(pool().slots(8));
    for (unsigned round = 0; round < 3; round++) {
        EXPECT_OK(memory.retype(CapType::CNode, 4, node(), slot, 8));
        for (unsigned i = 0; i < 8; i++) EXPECT_OK(CNode(slot + i).copy(1, node(), slot + (i + 1) % 8));
        for (unsigned i = 0; i < 8; i++) EXPECT_OK(CNode(slot + i).copy(2, node(), slot + (i + 3) % 8));
        if (round == 1) EXPECT_OK(CNode(slot).revoke(1));
        for (unsigned i = 0; i < 8; i++) EXPECT_OK(node().remove(slot + i));
        expect_well();
        EXPECT_OK(node().revoke(memory.cptr()));
        EXPECT_EQ(need(memory.info()).used, 0);
    }
    expect_well();
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {{"attack_confused_lengths", confused_lengths},
                                      {"attack_aliases", aliases},
                                      {"attack_transfers", transfers},
                                      {"attack_retype_into_itself", retype_into_itself},
                                      {"attack_rings", rings}};
    return run_cases(kCases);
}
