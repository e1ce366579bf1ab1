// SPDX-License-Identifier: MIT
//
// A node of a device tree: its name, its place in the tree, and its properties. A view into a blob that
// Fdt::parse has checked. A look-up by name reads the properties in turn, so whoever wants many of them goes
// through properties() once instead.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "format/fdt_property.h"

namespace glenda {

/// What an open node says for its children.
struct FdtContext {
    FdtCells cells{};               // how their `reg` is written
    uint32_t interrupt_parent = 0;  // a phandle, which holds where a child names no other; 0: none
    bool is_available = true;       // neither the node nor one above it is switched off
};

/// Where the registers of a device are.
struct FdtRegisters {
    uint64_t base = 0;   // of register 0
    unsigned shift = 0;  // register i is at base + (i << shift)
    unsigned width = 1;  // bytes of one access: 1 or 4, at most 1 << shift
};

/// A node: its name, its place in the tree, and its properties.
class FdtNode {
public:
    FdtNode(std::string_view name, unsigned depth, FdtContext context, FdtProperties properties)
        : name_{name}, depth_{depth}, context_{context}, properties_{properties} {}

    /// The name with its unit address, such as "serial@10000000"; the root's is empty.
    std::string_view name() const { return name_; }

    /// The name before the '@'.
    std::string_view base_name() const;

    /// 0 for the root, 1 for its children.
    unsigned depth() const { return depth_; }

    /// In what units `reg` is written, as the parent says.
    FdtCells cells() const { return context_.cells; }

    /// A reader at this node's first property.
    FdtProperties properties() const { return properties_; }

    /// The property of that name.
    std::optional<FdtProperty> property(std::string_view name) const;

    /// Shorthands for one property of a known type; `string` is empty, the numbers absent, where it is
    /// missing.
    std::string_view string(std::string_view name) const;
    std::optional<uint64_t> number(std::string_view name) const;

    /// Entry `index` of `reg`, in the parent's address space. Nothing past the last entry, and for numbers of
    /// more than 64 bits (PCI).
    std::optional<FdtRange> reg(std::size_t index = 0) const;

    /// The device's registers: the first entry of `reg`, with `reg-shift` and `reg-io-width`. Nothing where
    /// `reg` is missing, or where these say what nobody here can do.
    std::optional<FdtRegisters> registers() const;

    /// The device's first interrupt, in the numbers of its interrupt controller: for a RISC-V PLIC, the source.
    std::optional<uint32_t> interrupt() const;

    /// The phandle of the controller that gets this interrupt; 0 where the tree names none.
    uint32_t interrupt_parent() const;

    /// The number by which other nodes refer to this one; 0 where it has none.
    uint32_t phandle() const;

    /// Whether `compatible` lists `device`.
    bool is_compatible(std::string_view device) const;

    /// Whether `status` is "okay" or missing, here and in all nodes above: other devices must not be touched.
    bool is_available() const;

private:
    std::string_view name_;
    unsigned depth_;
    FdtContext context_;
    FdtProperties properties_;
};

}  // namespace glenda
