// SPDX-License-Identifier: MIT
// Memory and authority: Untyped, CNode, Frame, PageTable, VSpace.
//
// Each method calls the kernel method of that name and returns a Result. abi/method.h has the contracts.
#pragma once

#include "abi/method.h"
#include "glenda/object_base.h"

namespace glenda {

class CNode;

/// Memory that can be retyped into objects. An Untyped has one capability, which can be moved but not copied.
class Untyped : public Object {
public:
    using Object::Object;

    struct Info {
        std::uint64_t address;  // physical
        unsigned size_bits;
        std::uint64_t used;  // bytes, from the start; the rest is free
        bool is_device;
    };
    Result<Info> info() const;

    /// Makes `count` objects in the empty slots of `node` from `index` on: all or none.
    /// `size_bits`: log2 of the bytes (Untyped, Frame) or of the slots (CNode), else 0. count <= kMaxRetypeCount.
    /// `offset` is for device memory only.
    Result<void> retype(CapType type, unsigned size_bits, CNode node, std::uint64_t index, unsigned count = 1,
                        std::uint64_t offset = 0) const;
};

/// A table of capability slots. Methods that write a slot are invoked on the destination's CNode.
class CNode : public Object {
public:
    using Object::Object;

    /// Copies a capability into this CNode, with its rights limited to `rights`. The copy is a child of the source.
    Result<void> copy(std::uint64_t index, CNode source, std::uint64_t source_index,
                      Rights rights = Rights::All) const {
        return invoke(CNodeMethod::Copy, index, source.cptr(), source_index, rights);
    }
    /// The same for `count` consecutive slots, at most kMaxRunLength: all of them, or none.
    Result<void> copy_run(std::uint64_t index, CNode source, std::uint64_t source_index, unsigned count,
                          Rights rights = Rights::All) const {
        return invoke(CNodeMethod::Copy, index, source.cptr(), source_index, rights, count);
    }
    /// Copies an unbadged endpoint or notification and sets the copy's badge.
    Result<void> mint(std::uint64_t index, CNode source, std::uint64_t source_index, Rights rights, Badge badge) const {
        return invoke(CNodeMethod::Mint, index, source.cptr(), source_index, rights, badge);
    }
    /// Copies the capability of a CNode and sets a guard of `guard_bits` bits.
    Result<void> mint_cnode(std::uint64_t index, CNode source, std::uint64_t source_index, Rights rights,
                            std::uint64_t guard, unsigned guard_bits) const {
        return invoke(CNodeMethod::Mint, index, source.cptr(), source_index, rights, guard, guard_bits);
    }
    Result<void> move(std::uint64_t index, CNode source, std::uint64_t source_index) const {
        return invoke(CNodeMethod::Move, index, source.cptr(), source_index);
    }
    /// Deletes the capability in a slot, which may be empty. Deleting the last capability destroys the object.
    Result<void> remove(std::uint64_t index) const { return invoke(CNodeMethod::Delete, index); }
    /// Deletes all capabilities derived from the one in a slot, which itself stays.
    Result<void> revoke(std::uint64_t index) const { return invoke(CNodeMethod::Revoke, index); }

    struct Info {
        CapType type;  // Null: the slot is empty
        Rights rights;
        unsigned size_bits;
        std::uint64_t badge;  // Frame: the address it is mapped at, or 0
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
    /// The mapping of `address`. NotMapped if there is none.
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

/// An inner node of an address space. It can be moved but not copied.
class PageTable : public Object {
public:
    using Object::Object;

    /// Installs the table at the highest level that is missing on the path to `address`.
    Result<void> map(VSpace space, std::uint64_t address) const {
        return invoke(PageTableMethod::Map, space.cptr(), address);
    }
    Result<void> unmap() const { return invoke(PageTableMethod::Unmap); }
};

/// Memory that can be mapped. Each copy of the capability can have one mapping.
class Frame : public Object {
public:
    using Object::Object;

    /// MissingTable: `space` needs a PageTable there first (Bootstrap::map does this).
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
