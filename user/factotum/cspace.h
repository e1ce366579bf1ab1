// SPDX-License-Identifier: MIT
// Factotum's own CSpace: two levels of CNodes, the lower ones made when a slot in them is first needed.
//
//   capability pointer   |  0 ... 0  |   leaf    | slot in the leaf |
//                          guard       T bits      kLeafRadix bits
//
// 9Ball gave Factotum one CNode. It becomes leaf 1 under a new top CNode. A second capability of each leaf lies in the
// directory, since a leaf itself is on the way to its slots and so cannot be named through the top CNode.
// Handout: labs/factotum.md, "A CSpace that grows"
#pragma once

#include "reserve.h"
#include "slot_layout.h"

namespace glenda::factotum {

class CSpace {
public:
    /// Change this thread's CSpace for a two-level one. Every pointer from before is wrong afterwards: see home().
    Result<void> start(Reserve& reserve, const SlotLayout& layout);

    /// The leaf that holds slot `pointer`, as a CNode to invoke; the index there is index_in_leaf().
    CNode leaf(CPtr pointer) const { return CNode(capability_of(leaf_of(pointer))); }

    bool has_leaf(CPtr pointer) const { return is_present(leaf_of(pointer)); }
    /// Make the leaf that holds `pointer` from `memory`, an Untyped of 2^kLeafBits bytes or more.
    Result<void> add_leaf(CPtr pointer, Untyped memory);
    /// The same from the reserve.
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
    /// Empty a slot, which may be empty already.
    Result<void> remove(CPtr slot) const { return leaf(slot).remove(index_in_leaf(slot)); }
    Result<void> revoke(CPtr slot) const { return leaf(slot).revoke(index_in_leaf(slot)); }
    /// Make `count` objects in consecutive slots of one leaf.
    Result<void> retype(Untyped memory, CapType type, unsigned size_bits, CPtr to, unsigned count = 1) const {
        return memory.retype(type, size_bits, leaf(to), index_in_leaf(to), count);
    }

private:
    bool is_present(std::uint64_t leaf) const { return (present_[leaf / 64] & bit(leaf % 64)) != 0; }
    void set_present(std::uint64_t leaf) { present_[leaf / 64] |= bit(leaf % 64); }
    /// Where the capability of leaf `leaf` is.
    CPtr capability_of(std::uint64_t leaf) const;
    /// Put a leaf whose capability is in the directory into the top CNode.
    Result<void> install(std::uint64_t leaf);

    CNode top_{};
    CPtr first_directory_ = 0;  // capabilities of the directory's leaves
    SlotLayout layout_{};
    std::uint64_t present_[SlotLayout::kMaxLeaves / 64] = {};
};

}  // namespace glenda::factotum
