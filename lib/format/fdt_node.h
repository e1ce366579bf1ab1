// SPDX-License-Identifier: MIT
//
// A node of a device tree. It is a view into a blob that Fdt::parse has checked. Each look-up by name searches the
// properties from the start; to read many of them, iterate over properties() once instead.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "format/fdt_property.h"

namespace glenda {

/// What nodes inherit from their parent.
struct FdtContext {
    FdtCells cells{};               // the units of `reg`
    uint32_t interrupt_parent = 0;  // a phandle, unless the node has its own; 0: none
    bool is_available = true;       // no node above is disabled
};

/// Where a device's registers are.
struct FdtRegisters {
    uint64_t base = 0;   // address of register 0
    unsigned shift = 0;  // register i is at base + (i << shift)
    unsigned width = 1;  // bytes per access: 1 or 4, at most 1 << shift
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

    /// The units of `reg`, which the parent specifies.
    FdtCells cells() const { return context_.cells; }

    /// The node's properties.
    FdtProperties properties() const { return properties_; }

    /// The property of that name.
    std::optional<FdtProperty> property(std::string_view name) const;

    /// The value of a property of known type. If it is missing, `string` is empty and `number` gives nothing.
    std::string_view string(std::string_view name) const;
    std::optional<uint64_t> number(std::string_view name) const;

    /// Entry `index` of `reg`, in the parent's address space. Nothing past the last entry, or if numbers have more than
    /// 64 bits (PCI).
    std::optional<FdtRange> reg(std::size_t index = 0) const;

    /// The device's registers, from the first entry of `reg`, `reg-shift` and `reg-io-width`. Nothing if `reg` is
    /// missing or the combination is not supported.
    std::optional<FdtRegisters> registers() const;

    /// The device's first interrupt, as numbered by its interrupt controller (for a PLIC, the source).
    std::optional<uint32_t> interrupt() const;

    /// The phandle of the interrupt controller; 0 if the tree names none.
    uint32_t interrupt_parent() const;

    /// The number by which other nodes refer to this node; 0 if it has none.
    uint32_t phandle() const;

    /// True if `compatible` lists `device`.
    bool is_compatible(std::string_view device) const;

    /// True if `status` is "okay" or missing, in this node and in all nodes above. Other devices must not be used.
    bool is_available() const;

private:
    std::string_view name_;
    unsigned depth_;
    FdtContext context_;
    FdtProperties properties_;
};

}  // namespace glenda
