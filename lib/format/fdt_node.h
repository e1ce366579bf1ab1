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

/// A node: its name, its place in the tree, and its properties.
class FdtNode {
public:
    FdtNode(std::string_view name, unsigned depth, FdtCells cells, FdtProperties properties)
        : name_{name}, depth_{depth}, cells_{cells}, properties_{properties} {}

    /// The name with its unit address, such as "serial@10000000"; the root's is empty.
    std::string_view name() const { return name_; }

    /// The name before the '@'.
    std::string_view base_name() const;

    /// 0 for the root, 1 for its children.
    unsigned depth() const { return depth_; }

    /// In what units `reg` is written, as the parent says.
    FdtCells cells() const { return cells_; }

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

    /// The first cell of `interrupts`: for a RISC-V PLIC, the source.
    std::optional<uint32_t> interrupt() const;

    /// Whether `compatible` lists `device`.
    bool is_compatible(std::string_view device) const;

    /// Whether `status` is "okay" or missing: other devices are not to be touched.
    bool is_available() const;

private:
    std::string_view name_;
    unsigned depth_;
    FdtCells cells_;
    FdtProperties properties_;
};

}  // namespace glenda
