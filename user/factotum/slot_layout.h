// SPDX-License-Identifier: MIT
// The layout of Factotum's CSpace. Arithmetic gives the slot of each capability, so there is no table of slots.
//
// A capability pointer selects a leaf CNode and a slot in it. Leaves are made on first use. For P pages of memory:
//
//   leaf 1      home: the CNode that 9Ball gave Factotum
//   then        directory: the capabilities of the leaves themselves
//   then        2P slots: Untypeds, one for each node of the buddy trees
//   then        P slots: the objects made of pages
//   then        a run of slots for each process
//
// Slot 0 of every CNode, including the top one, is reserved by the kernel. So there is no leaf 0, and a leaf has room
// for kLeafRoom capabilities, starting at slot 2. Both numbers are even, which keeps the two halves of a node in one
// leaf.
#pragma once

#include "abi/object.h"
#include "protocol/factotum_boot.h"
#include "util/bits.h"

namespace glenda::factotum {

constexpr unsigned kLeafRadix = kFactotumCNodeRadix;  // so that 9Ball's CNode can become a leaf
constexpr std::uint64_t kLeafSlots = bit(kLeafRadix);
constexpr std::uint64_t kLeafRoom = kLeafSlots - 2;
constexpr unsigned kLeafBits = kLeafRadix + kSlotBits;  // log2 of a leaf's size in bytes

/// The pointer, in the two-level CSpace, of slot `slot` in the CNode from 9Ball.
constexpr CPtr home(std::uint64_t slot) { return kLeafSlots + slot; }

constexpr std::uint64_t leaf_of(CPtr pointer) { return pointer >> kLeafRadix; }
constexpr std::uint64_t index_in_leaf(CPtr pointer) { return pointer & (kLeafSlots - 1); }

/// The slots in a process's run. The first is never used.
enum RunSlot : std::uint64_t {
    kRunTcb = 1,
    kRunFaultHandler,      // Factotum's endpoint, badged for faults of this process
    kRunExitNotification,  // as passed by the process
    kRunFirstDevice = 4,   // frames mapped for the process
    kRunEndDevice = 16,
    kRunFirstObject = 16,  // objects made for the process
    kRunEnd = 64,
};

class SlotLayout {
public:
    static constexpr std::uint64_t kMaxProcesses = bit(14);
    static constexpr std::uint64_t kMaxLeaves = bit(16);  // the CSpace has a flag for each

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

    /// The Untyped of buddy node `node` in the region that starts at page number `first_page`.
    constexpr CPtr node(std::uint64_t first_page, std::uint32_t node) const {
        return at(nodes_, 2 * first_page + node);
    }
    /// The object made of page number `page`.
    constexpr CPtr page(std::uint64_t page) const { return at(pages_, page); }
    /// Slot `slot` in the run of the process at `place` in the process table.
    constexpr CPtr process(std::uint64_t place, std::uint64_t slot) const {
        return (processes_ << kLeafRadix) + place * kRunEnd + slot;
    }
    /// The capability of leaf number `leaf`, for leaves after the directory.
    constexpr CPtr directory(std::uint64_t leaf) const { return at(2, leaf); }

    constexpr std::uint64_t directory_leaves() const { return directory_leaves_; }
    /// One past the last leaf's number. The first leaf is number 1.
    constexpr std::uint64_t end_leaf() const { return end_; }
    /// The most leaves that memory management needs.
    constexpr std::uint64_t page_leaves() const { return processes_; }
    /// log2 of the number of slots in the top CNode.
    constexpr unsigned top_radix() const { return highest_bit(end_ - 1) + 1; }

private:
    static constexpr std::uint64_t leaves_for(std::uint64_t things) { return (things + kLeafRoom - 1) / kLeafRoom; }
    static constexpr CPtr at(std::uint64_t first_leaf, std::uint64_t n) {
        return (first_leaf + n / kLeafRoom) << kLeafRadix | (2 + n % kLeafRoom);
    }

    std::uint64_t directory_leaves_ = 0;  // they start at leaf 2
    std::uint64_t nodes_ = 0;             // first leaf of each area
    std::uint64_t pages_ = 0;
    std::uint64_t processes_ = 0;
    std::uint64_t end_ = 0;
};
static_assert(SlotLayout(64 * kMiB / kPageSize).top_radix() <= 9);
// An Sv39 kernel reaches at most this much memory.
static_assert(SlotLayout(256 * kGiB / kPageSize).end_leaf() <= SlotLayout::kMaxLeaves);
static_assert(SlotLayout::kMaxLeaves <= bit(kMaxCNodeRadix));

}  // namespace glenda::factotum
