// SPDX-License-Identifier: MIT
// See world.h.
#include "world.h"

#include <algorithm>

#include "glenda/tls.h"
#include "util/bits.h"

namespace glenda::fuzz {

CPtr World::next_slot() {
    if (used_ == kWorldSlots) need(Failure(Error::OutOfRange), "slots");
    return supplies_.slots + used_++;
}

World::Item World::make(CapType type, unsigned size_bits, Untyped from) {
    const Item item{next_slot(), type, size_bits};
    const Untyped memory = from ? from : supplies_.memory;
    need(memory.retype(type, size_bits, supplies_.node, item.slot), "retype");
    items_[item_count_++] = item;
    return item;
}

/// A random item of this type. Precondition: there is one.
World::Item& World::pick(CapType type) {
    for (;;) {
        Item& item = items_[random_.below(item_count_)];
        if (item.type == type) return item;
    }
}

/// Creates some objects of every type, part of them in an Untyped that the victims get.
void World::make_objects() {
    nested_ = Untyped(make(CapType::Untyped, 18).slot);
    items_[--item_count_] = {};
    for (const CapType type : {CapType::Endpoint, CapType::Notification, CapType::Reply, CapType::Timer, CapType::Frame,
                               CapType::PageTable, CapType::CNode, CapType::Tcb, CapType::Untyped}) {
        const unsigned count = 2 + random_.below(3);
        for (unsigned i = 0; i < count; i++) {
            unsigned size = 0;
            if (type == CapType::Frame) size = kFrameBits;
            if (type == CapType::CNode) size = 4 + random_.below(3);
            if (type == CapType::Untyped) size = 8 + random_.below(9);
            const bool outside = i == 0 || type == CapType::Untyped;
            make(type, size, outside || random_.chance(50) ? Untyped{} : nested_);
        }
    }
}

/// Creates address spaces that map the program's code and have page tables for the victims' memory.
void World::make_spaces() {
    const unsigned count = 1 + random_.below(3);
    for (unsigned i = 0; i < count; i++) {
        const VSpace space(make(CapType::VSpace, 0, i != 0 && random_.chance(50) ? nested_ : Untyped{}).slot);
        for (const std::uint64_t address : {kVictimArea, kVictimArea}) {
            const PageTable table(make(CapType::PageTable).slot);
            items_[--item_count_] = {};  // not for the victims
            need(table.map(space, address), "table");
        }
        const Frame code(next_slot());
        need(supplies_.node.copy(code.cptr(), supplies_.node, supplies_.code.cptr(), Rights::Read), "code");
        need(code.map(space, 0, MapFlags::ReadExecute), "code");
    }
}

/// Puts a capability to `item` into a slot: a copy, perhaps badged, or the capability itself.
Result<void> World::give(CNode target, std::uint64_t index, const Item& item, Rights rights) {
    const bool can_have_badge = item.type == CapType::Endpoint || item.type == CapType::Notification;
    if (can_have_badge && random_.chance(50))
        return target.mint(index, supplies_.node, item.slot, rights, random_.next());
    const bool needed = item.type == CapType::Tcb || item.type == CapType::VSpace || item.type == CapType::CNode;
    const bool unique = item.type == CapType::Untyped || item.type == CapType::PageTable;
    if (unique || (!needed && random_.chance(10))) return target.move(index, supplies_.node, item.slot);
    return target.copy(index, supplies_.node, item.slot, rights);
}

/// Puts capabilities with random rights into empty slots of the victim's CNode, among them some to the CNode itself.
/// Creates objects anew if their capabilities are gone.
void World::fill(unsigned number) {
    const Victim& v = victims_[number];
    const CNode target(v.cnode.slot);
    Board& board = boards_at(number);
    board.prefix = v.prefix;
    board.radix = v.cnode.size_bits;
    if (target.copy(kOwnIndex, supplies_.node, target.cptr())) board.types[kOwnIndex] = CapType::CNode;
    for (std::uint64_t index = 1; index < bit(v.cnode.size_bits); index++) {
        if (random_.chance(60)) continue;
        const Item& item = random_.chance(8) ? v.cnode : items_[random_.below(item_count_)];
        const Rights rights = random_.chance(70) ? Rights::All : Rights(random_.below(8));
        const Result<void> done = give(target, index, item, rights);
        if (done) board.types[index] = item.type;
        if (!done && done.error() == Error::SlotEmpty)
            (void)supplies_.memory.retype(item.type, item.size_bits, supplies_.node, item.slot);
    }
    const std::uint64_t fresh = random_.below(bit(v.cnode.size_bits));
    if (supplies_.memory.retype(CapType::Untyped, 10 + random_.below(7), target, fresh))
        board.types[fresh] = CapType::Untyped;
    const CPtr last = bit(v.cnode.size_bits) - 1, interrupt = random_.below(supplies_.interrupt_count);
    if (target.copy(last, supplies_.node, supplies_.interrupts + interrupt))
        board.types[last] = interrupt == 0 ? CapType::IrqControl : CapType::IrqHandler;
}

/// Makes a CSpace of one level, or of two levels with a guard each.
void World::make_cspace(Victim& v) {
    const Item& root = pick(CapType::CNode);
    v.cspace = next_slot();
    v.cnode = root;
    if (random_.chance(60)) {
        need(supplies_.node.copy(v.cspace, supplies_.node, root.slot), "cspace");
        return;
    }
    v.cnode = pick(CapType::CNode);
    const unsigned radix = root.size_bits, low_radix = v.cnode.size_bits, inner_bits = random_.below(8);
    const unsigned outer_bits = 64 - radix - low_radix - inner_bits;
    const std::uint64_t outer = random_.below(4), inner = random_.below(bit(inner_bits));
    need(supplies_.node.mint_cnode(v.cspace, supplies_.node, root.slot, Rights::All, outer, outer_bits), "cspace");
    const std::uint64_t index = 1 + random_.below(bit(radix) - 1);
    (void)CNode(root.slot).remove(index);
    (void)CNode(root.slot).mint_cnode(index, supplies_.node, v.cnode.slot, Rights::All, inner, inner_bits);
    v.prefix = outer << (64 - outer_bits) | index << (inner_bits + low_radix) | inner << low_radix;
}

void World::configure(unsigned number) {
    const Victim& v = victims_[number];
    (void)Tcb(v.tcb).configure({.cspace = CNode(v.cspace),
                                .vspace = VSpace(v.vspace),
                                .utcb_frame = Frame(v.utcb),
                                .utcb_address = address_of(number, VictimPage::Utcb),
                                .fault_handler = Endpoint(supplies_.handlers + number)});
    (void)Tcb(v.tcb).set_affinity(random_.below(supplies_.harts));
    (void)Tcb(v.tcb).set_priority(10 + random_.below(4), kVictimPriority);
}

void World::make_victim(unsigned number) {
    Victim& v = victims_[number] = {};
    v.vspace = pick(CapType::VSpace).slot;
    CPtr pages[kVictimPages];
    for (CPtr& page : pages) page = make(CapType::Frame, kFrameBits).slot;
    items_[--item_count_] = {};  // the board stays with the driver
    v.board = pages[unsigned(VictimPage::Board)];
    v.utcb = pages[unsigned(VictimPage::Utcb)];
    need(Frame(v.board).map(supplies_.space, reinterpret_cast<std::uint64_t>(&boards_at(number)), MapFlags::ReadWrite),
         "board");
    Board& board = boards_at(number);
    board = Board{};
    board.random = Random(random_.next());
    for (unsigned page = 0; page < kVictimPages; page++) {
        Frame frame(pages[page]);
        if (frame.cptr() == v.board) {
            frame = Frame(next_slot());
            need(supplies_.node.copy(frame.cptr(), supplies_.node, v.board), "board");
        }
        need(frame.map(VSpace(v.vspace), address_of(number, VictimPage(page)), MapFlags::ReadWrite), "page");
    }
    v.tcb = make(CapType::Tcb, 0, number != 0 && random_.chance(30) ? nested_ : Untyped{}).slot;
    make_cspace(v);
}

void World::begin() {
    used_ = item_count_ = 0;
    calls_ = 0;
    make_objects();
    make_spaces();
    victim_count_ = 2 + random_.below(kMaxVictims - 1);
    for (unsigned i = 0; i < victim_count_; i++) make_victim(i);
    items_[item_count_++] = {nested_.cptr(), CapType::Untyped, 0};
    for (unsigned i = 0; i < victim_count_; i++) {
        fill(i);
        restart(i);
    }
}

void World::restart(unsigned number) {
    const Tcb tcb(victims_[number].tcb);
    Registers registers;
    registers.pc = reinterpret_cast<std::uint64_t>(&run_victim);
    registers.gp = global_pointer();
    registers.sp = address_of(number, VictimPage::Stack) + 4096;
    registers.a0 = address_of(number, VictimPage::Board);
    registers.a1 = address_of(number, VictimPage::Utcb);
    if (!tcb.suspend()) return;
    configure(number);
    (void)tcb.write_registers(registers);
    (void)tcb.resume();
}

bool World::is_gone(CPtr slot) const {
    const auto info = supplies_.node.info(slot);
    return !info || info->type == CapType::Null;
}

void World::help(unsigned number) {
    Victim& v = victims_[number];
    if (is_gone(v.cnode.slot))
        (void)supplies_.memory.retype(CapType::CNode, v.cnode.size_bits, supplies_.node, v.cnode.slot);
    if (is_gone(v.cspace) || is_gone(v.cnode.slot) || random_.chance(10)) {
        (void)supplies_.node.remove(v.cspace);
        (void)supplies_.node.copy(v.cspace, supplies_.node, v.cnode.slot);
        v.prefix = 0;
    }
    if (is_gone(v.utcb) && supplies_.memory.retype(CapType::Frame, kFrameBits, supplies_.node, v.utcb))
        (void)Frame(v.utcb).map(VSpace(v.vspace), address_of(number, VictimPage::Utcb), MapFlags::ReadWrite);
    fill(number);
    restart(number);
}

void World::disturb() {
    for (unsigned i = 0; i < victim_count_; i++) {
        const auto info = Tcb(victims_[i].tcb).info();
        if (random_.chance(70)) fill(i);
        if (info && random_.chance(info->state != ThreadState::Ready ? 80 : 60)) restart(i);
    }
    if (!random_.chance(8)) return;
    const Item& item = items_[random_.below(item_count_)];
    const bool is_needed = item.type == CapType::Tcb || item.type == CapType::VSpace || item.type == CapType::CNode;
    if (is_needed && random_.chance(90)) return;
    if (random_.chance(60))
        (void)supplies_.node.revoke(item.slot);
    else
        (void)supplies_.node.remove(item.slot);
}

std::uint64_t World::calls() {
    for (unsigned i = 0; i < victim_count_; i++) {
        Victim& v = victims_[i];
        const std::uint64_t now = boards_at(i).calls;
        if (now < v.counted || now - v.counted > kPlausibleCalls) v.is_damaged = true;
        if (!v.is_damaged) calls_ += now - v.counted;
        v.counted = now;
    }
    return calls_;
}

void World::end() {
    need(supplies_.node.revoke(supplies_.memory.cptr()), "revoke");
    for (CPtr i = 0; i < kWorldSlots; i++) need(supplies_.node.remove(supplies_.slots + i), "remove");
}

}  // namespace glenda::fuzz
