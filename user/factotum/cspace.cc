// SPDX-License-Identifier: MIT
// Builds the two-level CSpace, and moves this thread into it.
#include "cspace.h"

#include "glenda/environment.h"

namespace glenda::factotum {

namespace {

constexpr std::uint64_t kHomeLeaf = leaf_of(home(0));

/// Updates libglenda's capability pointers.
void move_environment() {
    Environment& e = environment();
    e.cnode = CNode(home(kSlotCNode));
    e.vspace = VSpace(home(kSlotVSpace));
    e.tcb = Tcb(home(kSlotTcb));
    e.nineball = Endpoint(home(kFactotumNineball));
    e.reply = Reply(home(kSlotReply));
    e.notification = Notification(home(kSlotNotification));
    if (e.console) e.console = Console(home(kFactotumConsole));
}

}  // namespace

Result<void> CSpace::start(Reserve& reserve, const SlotLayout& layout) {
    CHECK(layout.end_leaf() <= SlotLayout::kMaxLeaves, Error::OutOfRange);
    layout_ = layout;
    const CNode own = reserve.node();
    TRY(top, reserve.slots(2));  // the CNode, and its capability with the right guard
    TRY(directory, reserve.slots(layout.directory_leaves()));
    TRY_VOID(reserve.make_at(CapType::CNode, layout.top_radix(), own, top));
    const CNode new_top(top);
    TRY_VOID(new_top.mint_cnode(kHomeLeaf, own, kSlotCNode, Rights::All, 0, 0));
    for (std::uint64_t i = 0; i < layout.directory_leaves(); i++) {
        TRY_VOID(reserve.make_at(CapType::CNode, kLeafRadix, own, directory + i));
        TRY_VOID(new_top.mint_cnode(kHomeLeaf + 1 + i, own, directory + i, Rights::All, 0, 0));
        set_present(kHomeLeaf + 1 + i);
    }
    set_present(kHomeLeaf);

    const unsigned guard_bits = 64 - layout.top_radix() - kLeafRadix;
    TRY_VOID(own.mint_cnode(top + 1, own, top, Rights::All, 0, guard_bits));
    TRY_VOID(Tcb(kSlotTcb).configure({.cspace = CNode(top + 1)}));
    top_ = CNode(home(top));
    first_directory_ = home(directory);
    reserve.move_to(home(0));
    move_environment();
    return {};
}

CPtr CSpace::capability_of(std::uint64_t leaf) const {
    if (leaf == kHomeLeaf) return home(kSlotCNode);
    const std::uint64_t in_directory = leaf - kHomeLeaf - 1;
    return in_directory < layout_.directory_leaves() ? first_directory_ + in_directory : layout_.directory(leaf);
}

Result<void> CSpace::install(std::uint64_t leaf) {
    const CPtr slot = capability_of(leaf);
    TRY_VOID(top_.mint_cnode(leaf, this->leaf(slot), index_in_leaf(slot), Rights::All, 0, 0));
    set_present(leaf);
    return {};
}

Result<void> CSpace::add_leaf(CPtr pointer, Untyped memory) {
    TRY_VOID(retype(memory, CapType::CNode, kLeafRadix, capability_of(leaf_of(pointer))));
    return install(leaf_of(pointer));
}

Result<void> CSpace::add_leaf(CPtr pointer, const Reserve& reserve) {
    const CPtr slot = capability_of(leaf_of(pointer));
    TRY_VOID(reserve.make_at(CapType::CNode, kLeafRadix, leaf(slot), index_in_leaf(slot)));
    return install(leaf_of(pointer));
}

}  // namespace glenda::factotum
