// SPDX-License-Identifier: MIT
// Slots and objects for a program that owns raw memory: the root task, tests in its place, and Factotum's first steps.
//
// A bump allocator, on purpose: slots are given out in order and come back one at a time by `give_back`; memory comes
// from a short list of Untypeds, tried in order. What is to be freed should be retyped from an Untyped of its own.
#pragma once

#include "abi/boot_info.h"
#include "glenda/object.h"

namespace glenda {

class Bootstrap {
public:
    static constexpr unsigned kMaxUntypeds = 16;
    static constexpr unsigned kMaxSpareSlots = 64;

    /// `node` is this program's own CNode, `empty` free slots in it.
    Bootstrap(CNode node, SlotRange empty) : node_(node), empty_(empty) {}

    CNode node() const { return node_; }
    /// Memory to make objects from. Ignored past kMaxUntypeds.
    void add_untyped(Untyped untyped);

    /// An empty slot.
    Result<CPtr> slot();
    /// `count` consecutive empty slots, the first of them.
    Result<CPtr> slots(std::uint64_t count);
    /// The slot is empty again.
    void give_back(CPtr slot);
    /// The slots that no one has taken yet.
    SlotRange empty() const { return empty_; }

    /// A new object in a new slot. `size_bits` as in Untyped::retype.
    Result<CPtr> make(CapType type, unsigned size_bits = 0);
    /// A new object in a slot of any CNode.
    Result<void> make_at(CapType type, unsigned size_bits, CNode node, std::uint64_t index);
    template <typename T>
    Result<T> make(CapType type, unsigned size_bits = 0) {
        TRY(pointer, make(type, size_bits));
        return T(pointer);
    }
    Result<Endpoint> endpoint() { return make<Endpoint>(CapType::Endpoint); }
    Result<Notification> notification() { return make<Notification>(CapType::Notification); }
    Result<Reply> reply() { return make<Reply>(CapType::Reply); }
    Result<Tcb> tcb() { return make<Tcb>(CapType::Tcb); }
    Result<VSpace> vspace() { return make<VSpace>(CapType::VSpace); }
    Result<Timer> timer() { return make<Timer>(CapType::Timer); }
    Result<CNode> cnode(unsigned radix) { return make<CNode>(CapType::CNode, radix); }
    Result<Frame> frame(unsigned size_bits = kFrameBits) { return make<Frame>(CapType::Frame, size_bits); }

    /// Map a frame, making the tables that are missing on the way.
    Result<void> map(Frame frame, VSpace space, std::uint64_t address, MapFlags flags);
    /// New zeroed memory: `pages` frames mapped read-write from `address` on; gives the first slot.
    Result<CPtr> map_new(VSpace space, std::uint64_t address, std::uint64_t pages,
                         MapFlags flags = MapFlags::ReadWrite);

    /// Bytes left in all Untypeds, as the kernel tells.
    std::uint64_t bytes_left() const;

private:
    CNode node_;
    SlotRange empty_;
    unsigned untyped_count_ = 0;
    unsigned spare_count_ = 0;
    Untyped untypeds_[kMaxUntypeds];
    CPtr spare_[kMaxSpareSlots];
};

}  // namespace glenda
