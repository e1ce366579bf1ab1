// SPDX-License-Identifier: MIT
// A capability: which object, and what the holder may do with it.
//
// Copying the value grants nothing; only a capability in a Slot is authority. A slot is a capability and its place in
// the derivation tree, together one cache line.
// Handout: reference/kernel-design.md, "Capabilities".
#pragma once

#include <cstddef>
#include <cstdint>

#include "abi/object.h"

namespace glenda {

struct Slot;

enum class CapFlags : std::uint8_t {
    None = 0,
    Device = 1,  // Untyped, Frame: not RAM; never zeroed, never executable
    InTcb = 2,   // the slot is part of a Tcb, which caches what follows from it
};
constexpr CapFlags operator|(CapFlags a, CapFlags b) { return CapFlags(std::uint8_t(a) | std::uint8_t(b)); }
constexpr bool has(CapFlags flags, CapFlags flag) { return (std::uint8_t(flags) & std::uint8_t(flag)) != 0; }
/// The flags that belong to the object and so go into copies.
constexpr CapFlags inherited(CapFlags flags) { return CapFlags(std::uint8_t(flags) & std::uint8_t(CapFlags::Device)); }

struct Capability {
    CapType type = CapType::Null;
    Rights rights = Rights::None;
    std::uint8_t size_bits = 0;  // Untyped, Frame: log2 bytes; CNode: log2 slots; PageTable: its level once mapped
    CapFlags flags = CapFlags::None;
    std::uint32_t guard_bits = 0;  // CNode: how many bits of a pointer the guard covers
    void* object = nullptr;        // where it lies, in the kernel's direct map
    union {
        Badge badge = 0;          // Endpoint, Notification: what a receiver sees
        std::uint64_t guard;      // CNode: what those bits must be
        std::uint64_t watermark;  // Untyped: bytes from its start that objects occupy
        std::uint64_t mapped_at;  // Frame, PageTable: virtual address, if `space` is not 0
        std::uint64_t next;       // Zombie: the next slot to take apart
    };
    union {
        std::uint64_t space = 0;  // VSpace: its identity; Frame, PageTable: of the VSpace that maps it, 0: none
        std::uint64_t zeroed;     // Untyped: memory from the watermark up to here is zero
        Slot* below;              // Zombie: the one below it (call/destroy.h)
    };

    bool is_null() const { return type == CapType::Null; }
    /// It is of this type, and its holder has these rights.
    bool permits(CapType wanted, Rights needed = Rights::None) const { return type == wanted && has(rights, needed); }
    /// The object as what it is; the caller has checked the type.
    template <typename T>
    T& as() const {
        return *static_cast<T*>(object);
    }
    /// Both lead to one object. An Untyped and a smaller one made at its beginning are two, at one address.
    bool same_object(const Capability& other) const {
        return object == other.object && type == other.type && size_bits == other.size_bits;
    }
};
static_assert(sizeof(Capability) == 32);

/// There may be several capabilities of this kind to one object.
inline bool is_copyable(const Capability& cap) {
    switch (cap.type) {
        case CapType::Null:
        case CapType::Untyped:    // two would hand out the same memory
        case CapType::PageTable:  // two would map the same table twice
        case CapType::Zombie: return false;
        case CapType::CNode:
        case CapType::Tcb:
        case CapType::Endpoint:
        case CapType::Notification:
        case CapType::Reply:
        case CapType::Frame:
        case CapType::VSpace:
        case CapType::Timer:
        case CapType::IrqControl:
        case CapType::IrqHandler:
        case CapType::Console:
        case CapType::Machine: return true;
        case CapType::Count: break;
    }
    return false;
}

/// The value that a copy of `original` with at most `rights` has. A mapping stays with the original.
inline Capability copy_of(const Capability& original, Rights rights) {
    // lab 2.1a {
    Capability copy = original;
    copy.rights = original.rights & rights;
    copy.flags = inherited(original.flags);
    if (copy.type == CapType::Frame) copy.mapped_at = copy.space = 0;
    return copy;
    // lab 2.1a }
}

}  // namespace glenda
