// SPDX-License-Identifier: MIT
// Which parts of one Untyped are free: a buddy allocator that knows nothing of capabilities.
//
// A region of 2^order pages is a binary tree in heap order: node 1 is all of it, node n has the halves 2n and 2n+1.
// For each node one byte says how much less than the whole of it can be had in one piece ("deficit"), so 0 means
// wholly free, and a table of zeroes is an empty region: nothing to initialise.
//
//                1                  pages 0-3     order 2
//           2         3             0-1   2-3     order 1
//         4   5     6   7           0  1  2  3    order 0
//
// Invariant: the kernel has split exactly the nodes above an allocated one; a node that is wholly free is not split.
// Handout: labs/factotum.md, "Where memory comes from"
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "util/bits.h"

namespace glenda::factotum {

/// The node's place in the heap-ordered tree, from 1.
using Node = std::uint32_t;

class Buddy {
public:
    /// Bytes of table that a region of 2^order pages needs.
    static constexpr std::uint64_t table_size(unsigned order) { return bit(order + 1); }

    Buddy() = default;
    /// `deficits`: table_size(order) zeroes. order <= 26.
    Buddy(std::span<std::uint8_t> deficits, unsigned order) : deficits_(deficits), order_(order) {}

    /// A free node of 2^order pages, or nothing. Prefers the tightest fit, to keep large nodes whole.
    /// split(node) halves a node of the real memory; where it says false, all is as before and the answer is nothing.
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

    /// Give back what allocate() returned. merge(node) undoes the split of a node whose halves are both free again.
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

    /// The largest wholly free node that holds `node`, which is free itself.
    Node topmost_free(Node node) const {
        while (node > 1 && is_free(node / 2)) node /= 2;
        return node;
    }

    /// Whether a node of 2^order pages is free.
    bool has_room(unsigned order) const { return !deficits_.empty() && room(1) > order; }
    /// How many pages the region has.
    std::uint64_t pages() const { return deficits_.empty() ? 0 : bit(order_); }
    /// log2 of the pages of `node`.
    unsigned order_of(Node node) const { return order_ - highest_bit(node); }
    /// The node's first page, counted from the start of the region.
    std::uint32_t first_page(Node node) const {
        return std::uint32_t((node - bit(highest_bit(node))) << order_of(node));
    }
    /// The node of 2^order pages that starts at `page`, a multiple of 2^order.
    Node node_at(std::uint32_t page, unsigned order) const { return Node(bit(order_ - order) + (page >> order)); }

private:
    bool is_free(Node node) const { return deficits_[node] == 0; }
    /// One more than the order of the largest free node in it, 0 for none.
    unsigned room(Node node) const { return order_of(node) + 1 - deficits_[node]; }
    /// The half of `node` that has room for 2^order pages, and not more than it must.
    Node tighter_child(Node node, unsigned order) const;
    /// The nodes above `node` can offer what their halves can.
    void update_above(Node node);

    std::span<std::uint8_t> deficits_;
    unsigned order_ = 0;
};

}  // namespace glenda::factotum
