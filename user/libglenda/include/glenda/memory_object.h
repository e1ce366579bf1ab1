// SPDX-License-Identifier: MIT
// Memory and authority: Untyped, CNode, Frame, PageTable, VSpace.
//
// One method per method of the kernel (abi/method.h has the contract of each), with Result instead of tags.
#pragma once

#include "abi/method.h"
#include "glenda/object_base.h"

namespace glenda {

class CNode;

/// Memory that can become objects. There is only ever one capability of an Untyped: it can be moved, not copied.
class Untyped : public Object {
public:
    using Object::Object;

    struct Info {
        std::uint64_t address;  // physical
        unsigned size_bits;
        std::uint64_t used;  // bytes from the start; the rest is free
        bool is_device;
    };
    Result<Info> info() const;

    /// Make `count` objects in the empty slots of `node` from `index` on: all of them, or none.
    /// `size_bits`: Untyped, Frame: log2 of bytes; CNode: log2 of slots; others: 0. count <= kMaxRetypeCount.
    /// `offset`: device memory only.
    Result<void> retype(CapType type, unsigned size_bits, CNode node, std::uint64_t index, unsigned count = 1,
                        std::uint64_t offset = 0) const;
};

/// A table of capability slots. As a destination it is the invoked object.
class CNode : public Object {
public:
    using Object::Object;

    /// Copy a capability here, with the rights that it has and `rights` allows: a child of the source.
    Result<void> copy(std::uint64_t index, CNode source, std::uint64_t source_index,
                      Rights rights = Rights::All) const {
        return invoke(CNodeMethod::Copy, index, source.cptr(), source_index, rights);
    }
    /// The same for `count` consecutive slots, at most kMaxRunLength: all of them, or none.
    Result<void> copy_run(std::uint64_t index, CNode source, std::uint64_t source_index, unsigned count,
                          Rights rights = Rights::All) const {
        return invoke(CNodeMethod::Copy, index, source.cptr(), source_index, rights, count);
    }
    /// Copy and give a badge; the source has none. Endpoints and notifications.
    Result<void> mint(std::uint64_t index, CNode source, std::uint64_t source_index, Rights rights, Badge badge) const {
        return invoke(CNodeMethod::Mint, index, source.cptr(), source_index, rights, badge);
    }
    /// Copy the capability of a CNode and give it a guard of `guard_bits` bits.
    Result<void> mint_cnode(std::uint64_t index, CNode source, std::uint64_t source_index, Rights rights,
                            std::uint64_t guard, unsigned guard_bits) const {
        return invoke(CNodeMethod::Mint, index, source.cptr(), source_index, rights, guard, guard_bits);
    }
    Result<void> move(std::uint64_t index, CNode source, std::uint64_t source_index) const {
        return invoke(CNodeMethod::Move, index, source.cptr(), source_index);
    }
    /// Empty a slot. It may be empty already. The object goes with its last capability.
    Result<void> remove(std::uint64_t index) const { return invoke(CNodeMethod::Delete, index); }
    /// Delete everything derived from the capability in a slot; itself it stays.
    Result<void> revoke(std::uint64_t index) const { return invoke(CNodeMethod::Revoke, index); }

    struct Info {
        CapType type;  // Null: the slot is empty
        Rights rights;
        unsigned size_bits;
        std::uint64_t badge;  // Frame: address where it is mapped, or 0
    };
    Result<Info> info(std::uint64_t index) const;
    /// Whether slot `index` leads to the same object as slot `other_index` of `other`, whatever badges and rights.
    Result<bool> same(std::uint64_t index, CNode other, std::uint64_t other_index) const;
};

/// The root of an address space.
class VSpace : public Object {
public:
    using Object::Object;

    struct Mapping {
        std::uint64_t address;  // physical
        MapFlags flags;
        unsigned size_bits;
    };
    /// What maps `address`; NotMapped if nothing does.
    Result<Mapping> info(std::uint64_t address) const;
    /// End all mappings in a range of pages, whatever capabilities made them. A large page lies in it whole, or not at
    /// all. A Frame capability does not notice: unmap it before it is mapped again, or replace.
    Result<void> unmap(std::uint64_t address, std::uint64_t pages) const {
        return invoke(VSpaceMethod::Unmap, address, pages);
    }
    /// Leave all mappings in a range of pages at most these rights.
    Result<void> protect(std::uint64_t address, std::uint64_t pages, MapFlags flags) const {
        return invoke(VSpaceMethod::Protect, address, pages, flags);
    }
};

/// An inner node of an address space. Can be moved, not copied.
class PageTable : public Object {
public:
    using Object::Object;

    /// Become the highest table that is missing on the way to `address`.
    Result<void> map(VSpace space, std::uint64_t address) const {
        return invoke(PageTableMethod::Map, space.cptr(), address);
    }
    Result<void> unmap() const { return invoke(PageTableMethod::Unmap); }
};

/// Memory that programs can map. A copy of the capability has a mapping of its own.
class Frame : public Object {
public:
    using Object::Object;

    /// MissingTable: give `space` a PageTable there first (map_frame in map_frame.h does).
    Result<void> map(VSpace space, std::uint64_t address, MapFlags flags) const {
        return invoke(FrameMethod::Map, space.cptr(), address, flags);
    }
    /// The same for this frame and those in the slots behind it, `count` together, at consecutive addresses: all of
    /// them, or none. count <= kMaxRunLength.
    Result<void> map_run(VSpace space, std::uint64_t address, MapFlags flags, unsigned count) const {
        return invoke(FrameMethod::Map, space.cptr(), address, flags, count);
    }
    Result<void> unmap() const { return invoke(FrameMethod::Unmap); }
    Result<void> protect(MapFlags flags) const { return invoke(FrameMethod::Protect, flags); }

    struct Info {
        std::uint64_t address;  // physical
        unsigned size_bits;
        std::uint64_t mapped_at;  // 0: nowhere
    };
    Result<Info> info() const;
};

}  // namespace glenda
