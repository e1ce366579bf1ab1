// SPDX-License-Identifier: MIT
// A buddy allocator: tracks which parts of one Untyped are free. It does not deal with capabilities.
//
// A region of 2^order pages is a binary tree in heap order: node 1 is the region, and the halves of node n are 2n and
// 2n+1. Each node has a one-byte deficit: its size minus that of the largest free block in it, as a difference of
// orders. So 0 means that the node is entirely free, and a zeroed table describes a free region.
//
//                1                  pages 0-3     order 2
//           2         3             0-1   2-3     order 1
//         4   5     6   7           0  1  2  3    order 0
//
// Invariant: exactly the ancestors of allocated nodes are split in the kernel. An entirely free node is not split.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "util/bits.h"

namespace glenda::factotum {

/// A node's index in the heap-ordered tree, starting at 1.
using Node = std::uint32_t;

class Buddy {
public:
    /// Size in bytes of the table for a region of 2^order pages.
    static constexpr std::uint64_t table_size(unsigned order) { return bit(order + 1); }

    Buddy() = default;
    /// `deficits` has table_size(order) zeroes. order <= 26.
    Buddy(std::span<std::uint8_t> deficits, unsigned order) : deficits_(deficits), order_(order) {}

    /// Allocates a node of 2^order pages, or returns nothing. Prefers the tightest fit, to keep large nodes whole.
    /// split(node) splits the Untyped of a node. If it returns false, the allocation is undone and fails.
    template <typename Split, typename Merge>
    std::optional<Node> allocate(unsigned order, Split split, Merge merge) {
        if (!has_room(order)) return std::nullopt;
        Node node = 1;
        for (unsigned at = order_; at > order; at--) {
            if (is_free(node) && !split(node)) {
                release(node, merge);
                return std::nullopt;
            }
            node = tighter_child(node, order);
        }
        deficits_[node] = std::uint8_t(order + 1);
        update_above(node);
        return node;
    }

    /// Frees a node that allocate() returned. merge(node) undoes the split of a node whose halves are both free.
    template <typename Merge>
    void release(Node node, Merge merge) {
        deficits_[node] = 0;
        while (node > 1 && is_free(node ^ 1)) {
            node /= 2;
            merge(node);
            deficits_[node] = 0;
        }
        update_above(node);
    }

    /// The largest entirely free node that contains `node`, which is free.
    Node topmost_free(Node node) const {
        while (node > 1 && is_free(node / 2)) node /= 2;
        return node;
    }

    /// Whether allocate(order) would find a node.
    bool has_room(unsigned order) const { return !deficits_.empty() && room(1) > order; }
    /// The number of pages in the region.
    std::uint64_t pages() const { return deficits_.empty() ? 0 : bit(order_); }
    /// log2 of the number of pages in `node`.
    unsigned order_of(Node node) const { return order_ - highest_bit(node); }
    /// The node's first page, counted from the start of the region.
    std::uint32_t first_page(Node node) const {
        return std::uint32_t((node - bit(highest_bit(node))) << order_of(node));
    }
    /// The node of 2^order pages that starts at `page`, a multiple of 2^order.
    Node node_at(std::uint32_t page, unsigned order) const { return Node(bit(order_ - order) + (page >> order)); }

private:
    bool is_free(Node node) const { return deficits_[node] == 0; }
    /// 1 + the order of the largest free node inside `node`; 0 if there is none.
    unsigned room(Node node) const { return order_of(node) + 1 - deficits_[node]; }
    /// The half of `node` with the tighter fit for 2^order pages.
    Node tighter_child(Node node, unsigned order) const;
    /// Recomputes the deficits of the ancestors of `node`.
    void update_above(Node node);

    std::span<std::uint8_t> deficits_;
    unsigned order_ = 0;
};

}  // namespace glenda::factotum
