// SPDX-License-Identifier: MIT
// The leftist heap of armed timers; see timer_queue.h.
//
// Invariants: a timer's deadline is not before that of its parent; the rank of a left child is never below that of its
// right sibling; and a timer's rank is one more than that of its right child. `merge` goes down two right paths, which
// these invariants keep short. `fix` restores the second and third after a change, upwards, and stops where nothing
// changed.
#include "sched/timer_queue.h"

#include <utility>

namespace glenda {

namespace {
std::uint32_t rank_of(const Timer* timer) { return timer != nullptr ? timer->rank : 0; }
}  // namespace

/// Makes `node` leftist again after its children changed. Returns false if nothing changed that its parent could see.
bool TimerQueue::fix(Timer& node) {
    if (rank_of(node.left) < rank_of(node.right)) std::swap(node.left, node.right);
    const std::uint32_t rank = rank_of(node.right) + 1;
    const bool changed = rank != node.rank;
    node.rank = rank;
    return changed;
}

/// Merges two heaps, either of which may be null, and returns the root. Goes down along the right paths, always
/// continuing with the earlier deadline, and back up to fix the ranks. The root's `parent` is left to the caller.
Timer* TimerQueue::merge(Timer* a, Timer* b) {
    if (a == nullptr) return b;
    if (b == nullptr) return a;
    if (b->deadline < a->deadline) std::swap(a, b);
    Timer* const root = a;
    Timer* at = root;
    while (b != nullptr) {  // invariant: at->deadline <= b->deadline; b becomes part of at's right side
        Timer* right = at->right;
        if (right == nullptr || b->deadline < right->deadline) std::swap(right, b);
        at->right = right;
        right->parent = at;
        at = right;
    }
    for (; at != root; at = at->parent) fix(*at);
    fix(*root);
    return root;
}

void TimerQueue::add(Timer& timer) {
    timer.left = timer.right = timer.parent = nullptr;
    timer.rank = 1;
    timer.is_armed = true;
    root_ = merge(root_, &timer);
    root_->parent = nullptr;
}

void TimerQueue::remove(Timer& timer) {
    Timer* parent = timer.parent;
    Timer* rest = merge(timer.left, timer.right);
    if (rest != nullptr) rest->parent = parent;
    if (parent == nullptr)
        root_ = rest;
    else
        (parent->left == &timer ? parent->left : parent->right) = rest;
    for (; parent != nullptr && fix(*parent); parent = parent->parent) {
    }
    timer.left = timer.right = timer.parent = nullptr;
    timer.is_armed = false;
}

}  // namespace glenda
