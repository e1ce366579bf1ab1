// SPDX-License-Identifier: MIT
//
// The flattened device tree: how firmware describes the machine to the kernel.
//
// `parse` reads the token stream once and proves that it is well formed: nodes are balanced and at most kMaxDepth deep,
// names end, and values lie inside the blob. Later walks cannot fail, leave the blob or loop, so the functions below
// return no errors. Properties that are missing or have the wrong length are simply absent.
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
    static constexpr unsigned kMaxDepth = 16;  // levels of nodes, including the root

    /// The size of the blob that starts with `header`, which must have at least kHeaderSize bytes. For blobs of unknown
    /// size, such as the one that a boot loader passes by its address.
    static std::expected<std::size_t, ParseError> size_from_header(Bytes header);

    /// Check the tree at the start of `blob`, which must be aligned to 8 bytes. An error gives an offset in the blob.
    static std::expected<Fdt, ParseError> parse(Bytes blob);

    /// The size of the tree in bytes. The blob may be larger.
    std::size_t total_size() const { return total_size_; }

    /// Memory that the firmware reserves for itself (the memory reservation block), by index.
    std::size_t reservation_count() const { return reservations_.size() / sizeof(FdtRange); }
    std::optional<FdtRange> reservation(std::size_t index) const;

    /// The first available node whose `compatible` lists `device`, such as "ns16550a".
    std::optional<FdtNode> find_compatible(std::string_view device) const;

    /// The node at `path`, such as "/soc/serial@10000000". A path that does not start with '/' is an alias. A ':' ends
    /// the path, as in `stdout-path`. Unit addresses must not be omitted.
    std::optional<FdtNode> find_path(std::string_view path) const;

    /// The device of that kind to use: the console (/chosen/stdout-path) if it is available and of that kind, otherwise
    /// the first available one.
    std::optional<FdtNode> find_device(std::string_view device) const;

    /// True if `node` is a PLIC, whether or not it is available.
    static bool is_plic(const FdtNode& node);

    /// The PLIC that the kernel drives: the interrupt parent of the console (an "ns16550a"), otherwise the first
    /// available PLIC. 9Ball uses this too, so it hands out no interrupts of other controllers.
    std::optional<FdtNode> find_plic() const;

private:
    friend class FdtWalk;

    Fdt() = default;
    ParseError read_header(Bytes blob);
    ParseError count_reservations(Bytes from_block, std::size_t where);

    std::size_t total_size_ = 0;
    Bytes reservations_;  // pairs of 64-bit numbers, without the terminating pair of zeros
    Bytes structure_;     // tokens; start and length are multiples of 4
    Bytes strings_;       // names of properties; if not empty, the last byte is NUL
};

/// Visits each node once, parents before children, in the order of the blob:
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
    unsigned depth_ = 0;                                    // number of nodes that are open
    std::array<FdtContext, Fdt::kMaxDepth + 1> context_{};  // by depth: the context of the children
};

}  // namespace glenda
