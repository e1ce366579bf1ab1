// SPDX-License-Identifier: MIT
// Slots and objects for a program that owns Untypeds: the root task, or a test in its place.
//
// It is a bump allocator, on purpose. It hands out slots in order, and reuses those that `give_back` returns. Memory
// comes from a short list of Untypeds, tried in order. Retype objects that are to be freed from an Untyped of their
// own.
#pragma once

#include "abi/boot_info.h"
#include "glenda/object.h"

namespace glenda {

class Bootstrap {
public:
    static constexpr unsigned kMaxUntypeds = 16;
    static constexpr unsigned kMaxSpareSlots = 64;

    /// `node` is this program's own CNode, and `empty` its free slots.
    Bootstrap(CNode node, SlotRange empty) : node_(node), empty_(empty) {}

    CNode node() const { return node_; }
    /// Adds memory for objects. Ignored past kMaxUntypeds.
    void add_untyped(Untyped untyped);

    /// Takes an empty slot.
    Result<CPtr> slot();
    /// Takes `count` consecutive empty slots and returns the first.
    Result<CPtr> slots(std::uint64_t count);
    /// Returns a slot, which must be empty.
    void give_back(CPtr slot);
    /// The slots that have not been taken yet.
    SlotRange empty() const { return empty_; }

    /// Makes an object in a new slot. `size_bits` as in Untyped::retype.
    Result<CPtr> make(CapType type, unsigned size_bits = 0);
    /// Makes an object in a slot of any CNode.
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

    /// Maps a frame, and makes missing page tables.
    Result<void> map(Frame frame, VSpace space, std::uint64_t address, MapFlags flags);
    /// Makes `pages` zeroed frames and maps them from `address` on. Returns the first frame's slot.
    Result<CPtr> map_new(VSpace space, std::uint64_t address, std::uint64_t pages,
                         MapFlags flags = MapFlags::ReadWrite);

    /// Free bytes in all Untypeds, according to the kernel.
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
