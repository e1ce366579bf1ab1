// SPDX-License-Identifier: MIT
// The two walks in the buddy tree: down to the tightest fit, and up to update what is free.
#include "buddy.h"

namespace glenda::factotum {

Node Buddy::tighter_child(Node node, unsigned order) const {
    const Node left = 2 * node;
    const Node right = left + 1;
    if (room(left) <= order) return right;
    if (room(right) <= order) return left;
    return room(right) < room(left) ? right : left;
}

void Buddy::update_above(Node node) {
    for (node /= 2; node != 0; node /= 2) {
        const unsigned left = room(2 * node);
        const unsigned right = room(2 * node + 1);
        const unsigned best = left > right ? left : right;
        deficits_[node] = std::uint8_t(order_of(node) + 1 - best);
    }
}

}  // namespace glenda::factotum
