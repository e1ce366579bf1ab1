// SPDX-License-Identifier: MIT
//
// The flattened device tree: how firmware tells the kernel what the machine is made of.
// The one idea: `parse` reads the token stream once and proves it well formed (balanced, no deeper than
// kMaxDepth, every name ended, every value inside). Walking afterwards cannot fail, leave the blob or loop,
// so nothing below returns an error; what a tree does not say, or says in a wrong shape, is just absent.
// Format: Devicetree Specification 0.4, chapter 5; properties: chapter 2. Numbers are big-endian.
#pragma once

#include <array>
#include <expected>
#include <optional>
#include <string_view>

#include "format/bytes.h"
#include "format/fdt_node.h"
#include "format/parse_error.h"

namespace glenda {

/// A device tree that has been checked. A view: the blob must outlive it and must not change.
class Fdt {
public:
    static constexpr std::size_t kHeaderSize = 40;
    static constexpr unsigned kMaxDepth = 16;  // levels of nodes, the root's being one

    /// How many bytes the blob that starts with `header` (kHeaderSize bytes or more) takes: for a boot
    /// loader's bare pointer, whose end is not known otherwise.
    static std::expected<std::size_t, ParseError> size_from_header(Bytes header);

    /// Check the tree at the start of `blob`, which starts on a multiple of 8. Errors give an offset in the
    /// blob.
    static std::expected<Fdt, ParseError> parse(Bytes blob);

    /// Bytes of the blob that are the tree; what follows belongs to somebody else.
    std::size_t total_size() const { return total_size_; }

    /// Memory that the firmware keeps for itself (the memory reservation block), by index.
    std::size_t reservation_count() const { return reservations_.size() / sizeof(FdtRange); }
    std::optional<FdtRange> reservation(std::size_t index) const;

    /// The first available node whose `compatible` lists `device`, such as "ns16550a".
    std::optional<FdtNode> find_compatible(std::string_view device) const;

    /// The node at `path`, such as "/soc/serial@10000000"; a ':' ends the path, as in `stdout-path`. Without a
    /// '/' in front it is an alias. Unit addresses cannot be left out.
    std::optional<FdtNode> find_path(std::string_view path) const;

    /// Which device of that kind to use: the one that /chosen/stdout-path names if it is such a device and
    /// available, else the first.
    std::optional<FdtNode> find_device(std::string_view device) const;

    /// Whether `node` is a PLIC, available or not.
    static bool is_plic(const FdtNode& node);

    /// The PLIC that the kernel drives: the one that the console, an "ns16550a", interrupts; without that, the
    /// first that is available. 9Ball asks the same, so that it gives no driver an interrupt of another one.
    std::optional<FdtNode> find_plic() const;

private:
    friend class FdtWalk;

    Fdt() = default;
    ParseError read_header(Bytes blob);
    ParseError count_reservations(Bytes from_block, std::size_t where);

    std::size_t total_size_ = 0;
    Bytes reservations_;  // pairs of 64-bit numbers, without the pair of zeroes at the end
    Bytes structure_;     // tokens; starts on a multiple of 4, and so is its length
    Bytes strings_;       // names of properties; empty, or the last byte is a NUL
};

/// Goes through a tree once, parents before children, in the order of the blob:
///
///     for (FdtWalk walk{tree}; std::optional<FdtNode> node = walk.next();) ...
class FdtWalk {
public:
    explicit FdtWalk(const Fdt& tree) : at_{tree.structure_.data()}, strings_{tree.strings_.data()} {}

    /// The next node; nothing after the last.
    std::optional<FdtNode> next();

private:
    const std::byte* at_;  // the next token
    const std::byte* strings_;
    unsigned depth_ = 0;                                    // nodes that are open there
    std::array<FdtContext, Fdt::kMaxDepth + 1> context_{};  // by depth: that of the nodes inside the open one
};

}  // namespace glenda
