// SPDX-License-Identifier: MIT
// Factotum's own CSpace: two levels of CNodes. A leaf is made when a slot in it is first needed.
//
//   capability pointer   |  0 ... 0  |   leaf    | slot in the leaf |
//                          guard       T bits      kLeafRadix bits
//
// 9Ball gave Factotum one CNode. It becomes leaf 1 under a new top CNode. To invoke a leaf, Factotum needs a capability
// of it that has a pointer of its own. The one in the top CNode has none, because a lookup continues through it into
// the leaf. So the directory holds a second capability of each leaf.
#pragma once

#include "reserve.h"
#include "slot_layout.h"

namespace glenda::factotum {

class CSpace {
public:
    /// Switches this thread to a two-level CSpace. Earlier pointers are invalid afterwards: convert them with home().
    Result<void> start(Reserve& reserve, const SlotLayout& layout);

    /// The leaf CNode with slot `pointer`. The slot's index in it is index_in_leaf(pointer).
    CNode leaf(CPtr pointer) const { return CNode(capability_of(leaf_of(pointer))); }

    bool has_leaf(CPtr pointer) const { return is_present(leaf_of(pointer)); }
    /// Makes the leaf with slot `pointer` from `memory`, an Untyped of at least 2^kLeafBits bytes.
    Result<void> add_leaf(CPtr pointer, Untyped memory);
    /// The same, from the reserve's memory.
    Result<void> add_leaf(CPtr pointer, const Reserve& reserve);

    Result<void> copy(CPtr to, CPtr from, Rights rights = Rights::All) const {
        return leaf(to).copy(index_in_leaf(to), leaf(from), index_in_leaf(from), rights);
    }
    Result<void> mint(CPtr to, CPtr from, Rights rights, Badge badge) const {
        return leaf(to).mint(index_in_leaf(to), leaf(from), index_in_leaf(from), rights, badge);
    }
    Result<void> move(CPtr to, CPtr from) const {
        return leaf(to).move(index_in_leaf(to), leaf(from), index_in_leaf(from));
    }
    /// Deletes the capability in a slot. The slot may be empty.
    Result<void> remove(CPtr slot) const { return leaf(slot).remove(index_in_leaf(slot)); }
    Result<void> revoke(CPtr slot) const { return leaf(slot).revoke(index_in_leaf(slot)); }
    /// Makes `count` objects in consecutive slots of one leaf.
    Result<void> retype(Untyped memory, CapType type, unsigned size_bits, CPtr to, unsigned count = 1) const {
        return memory.retype(type, size_bits, leaf(to), index_in_leaf(to), count);
    }

private:
    bool is_present(std::uint64_t leaf) const { return (present_[leaf / 64] & bit(leaf % 64)) != 0; }
    void set_present(std::uint64_t leaf) { present_[leaf / 64] |= bit(leaf % 64); }
    /// The pointer of leaf number `leaf`'s capability.
    CPtr capability_of(std::uint64_t leaf) const;
    /// Copies a leaf's capability from the directory into the top CNode.
    Result<void> install(std::uint64_t leaf);

    CNode top_{};
    CPtr first_directory_ = 0;  // pointer of the first directory leaf's capability
    SlotLayout layout_{};
    std::uint64_t present_[SlotLayout::kMaxLeaves / 64] = {};
};

}  // namespace glenda::factotum
