// SPDX-License-Identifier: MIT
// Where in Factotum's CSpace the capability of each thing lies: found by arithmetic, so that there is no table of
// slots.
//
// A capability pointer selects a leaf CNode and a slot in it. Leaves are made when first used. For P pages of memory:
//
//   leaf 1      home: the CNode that 9Ball gave
//   then        directory: the capabilities of the leaves themselves
//   then        2P slots: Untypeds, one for each node of the buddy trees
//   then        P slots: what each page was made into
//   then        a run of slots for each process
//
// The kernel keeps slot 0 of every CNode, also of the one above the leaves. So leaf 0 does not exist, and a leaf gives
// room to kLeafRoom things, from slot 2 on: an even number, which keeps the two halves of a node in one leaf.
// Handout: labs/factotum.md, "A CSpace that grows"
#pragma once

#include "abi/object.h"
#include "protocol/factotum_boot.h"
#include "util/bits.h"

namespace glenda::factotum {

constexpr unsigned kLeafRadix = kFactotumCNodeRadix;  // so that 9Ball's CNode is a leaf as it is
constexpr std::uint64_t kLeafSlots = bit(kLeafRadix);
constexpr std::uint64_t kLeafRoom = kLeafSlots - 2;
constexpr unsigned kLeafBits = kLeafRadix + kSlotBits;  // log2 of a leaf's size in bytes

/// Pointer of the slot that 9Ball numbered `slot`, once Factotum has moved into its own CSpace.
constexpr CPtr home(std::uint64_t slot) { return kLeafSlots + slot; }

constexpr std::uint64_t leaf_of(CPtr pointer) { return pointer >> kLeafRadix; }
constexpr std::uint64_t index_in_leaf(CPtr pointer) { return pointer & (kLeafSlots - 1); }

/// A process's run of slots, by what they hold. The first is never used.
enum RunSlot : std::uint64_t {
    kRunTcb = 1,
    kRunFaultHandler,      // Factotum's endpoint with the badge of a fault of this process
    kRunExitNotification,  // as the process gave it
    kRunFirstDevice = 4,   // frames that the process asked to map
    kRunEndDevice = 16,
    kRunFirstObject = 16,  // made for the process
    kRunEnd = 64,
};

class SlotLayout {
public:
    static constexpr std::uint64_t kMaxProcesses = bit(14);
    static constexpr std::uint64_t kMaxLeaves = bit(16);  // numbers of leaves; the CSpace has a flag for each

    SlotLayout() = default;
    constexpr explicit SlotLayout(std::uint64_t pages) {
        const std::uint64_t run_leaves = kMaxProcesses * kRunEnd >> kLeafRadix;
        const std::uint64_t all = leaves_for(2 * pages) + leaves_for(pages) + run_leaves;
        directory_leaves_ = leaves_for(all + leaves_for(all) + 4);
        nodes_ = 2 + directory_leaves_;
        pages_ = nodes_ + leaves_for(2 * pages);
        processes_ = pages_ + leaves_for(pages);
        end_ = processes_ + run_leaves;
    }

    /// The Untyped of tree node `node` in the region whose first page is number `first_page` of all.
    constexpr CPtr node(std::uint64_t first_page, std::uint32_t node) const {
        return at(nodes_, 2 * first_page + node);
    }
    /// What page number `page` was made into.
    constexpr CPtr page(std::uint64_t page) const { return at(pages_, page); }
    /// A slot of the process at place `place` of the table.
    constexpr CPtr process(std::uint64_t place, std::uint64_t slot) const {
        return (processes_ << kLeafRadix) + place * kRunEnd + slot;
    }
    /// The capability of leaf `leaf`, for leaves behind the directory.
    constexpr CPtr directory(std::uint64_t leaf) const { return at(2, leaf); }

    constexpr std::uint64_t directory_leaves() const { return directory_leaves_; }
    /// Leaves, used or not; the first is number 1.
    constexpr std::uint64_t end_leaf() const { return end_; }
    /// Leaves that memory management may need at most.
    constexpr std::uint64_t page_leaves() const { return processes_; }
    /// log2 of the slots of the CNode above the leaves.
    constexpr unsigned top_radix() const { return highest_bit(end_ - 1) + 1; }

private:
    static constexpr std::uint64_t leaves_for(std::uint64_t things) { return (things + kLeafRoom - 1) / kLeafRoom; }
    static constexpr CPtr at(std::uint64_t first_leaf, std::uint64_t n) {
        return (first_leaf + n / kLeafRoom) << kLeafRadix | (2 + n % kLeafRoom);
    }

    std::uint64_t directory_leaves_ = 0;  // from leaf 2 on
    std::uint64_t nodes_ = 0;             // first leaf of each area
    std::uint64_t pages_ = 0;
    std::uint64_t processes_ = 0;
    std::uint64_t end_ = 0;
};
static_assert(SlotLayout(64 * kMiB / kPageSize).top_radix() <= 9);
// As much memory as an Sv39 kernel can reach.
static_assert(SlotLayout(256 * kGiB / kPageSize).end_leaf() <= SlotLayout::kMaxLeaves);
static_assert(SlotLayout::kMaxLeaves <= bit(kMaxCNodeRadix));

}  // namespace glenda::factotum
