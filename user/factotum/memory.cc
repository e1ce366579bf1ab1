// SPDX-License-Identifier: MIT
// Allocates blocks, makes objects of them, and frees them.
#include "memory.h"

#include <algorithm>

#include "glenda/panic.h"

namespace glenda::factotum {

Memory::Region& Memory::region_of(std::uint32_t page) {
    Region* end = regions_ + region_count_;
    Region* after = std::upper_bound(regions_, end, page,
                                     [](std::uint32_t p, const Region& region) { return p < region.first_page; });
    return after[-1];
}

Result<Block> Memory::allocate(unsigned order) {
    for (Region& region : std::span(regions_).first(region_count_)) {
        const auto node = region.buddy.allocate(
            order, [&](Node n) { return split(region, n); }, [&](Node n) { merge(region, n); });
        if (!node) continue;
        free_pages_ -= bit(order);
        return Block{region.first_page + region.buddy.first_page(*node), order};
    }
    return Failure(Error::NotEnoughMemory);
}

void Memory::release(Block block) {
    CPtr latest = 0;
    mark_free(block);
    reclaim(block, latest);
}

/// Merges nodes in the books only. reclaim() then revokes the largest free node, which deletes all its parts.
void Memory::mark_free(Block block) {
    Region& region = region_of(block.page);
    region.buddy.release(node_of(region, block), [](Node) {});
    free_pages_ += bit(block.order);
}

void Memory::reclaim(Block block, CPtr& latest) {
    const Region& region = region_of(block.page);
    const CPtr slot = layout_.node(region.first_page, region.buddy.topmost_free(node_of(region, block)));
    if (slot == latest) return;
    const auto revoked = cspace_.revoke(slot);
    ASSERT(revoked.has_value());
    latest = slot;
}

Node Memory::node_of(const Region& region, Block block) {
    return region.buddy.node_at(block.page - region.first_page, block.order);
}

Untyped Memory::untyped(Block block) const {
    const Region& region = region_of(block.page);
    return Untyped(layout_.node(region.first_page, node_of(region, block)));
}

/// The halves are in adjacent slots of one leaf, because the left one's number is even (slot_layout.h).
bool Memory::split(const Region& region, Node node) {
    const CPtr halves = layout_.node(region.first_page, 2 * node);
    if (!ensure_page_slot(halves)) return false;
    const unsigned size_bits = region.buddy.order_of(node) + kPageBits - 1;
    const Untyped whole(layout_.node(region.first_page, node));
    return cspace_.retype(whole, CapType::Untyped, size_bits, halves, 2).has_value();
}

void Memory::merge(const Region& region, Node node) {
    const CPtr halves = layout_.node(region.first_page, 2 * node);
    const auto left = cspace_.remove(halves);
    const auto right = cspace_.remove(halves + 1);
    ASSERT(left.has_value() && right.has_value());
}

Result<CPtr> Memory::make(Block block, CapType type, unsigned size_bits) {
    const CPtr slot = layout_.page(block.page);
    TRY_VOID(ensure_page_slot(slot));
    TRY_VOID(cspace_.retype(untyped(block), type, size_bits, slot));
    return slot;
}

/// Leaves for page slots come from the reserve, which has memory for all of them: allocating a block needs no other
/// block.
Result<void> Memory::ensure_page_slot(CPtr slot) {
    if (cspace_.has_leaf(slot)) return {};
    return cspace_.add_leaf(slot, reserve_);
}

Result<void> Memory::ensure_slot(CPtr slot) {
    if (cspace_.has_leaf(slot)) return {};
    constexpr unsigned kOrder = kLeafBits - kPageBits;
    CHECK(commit_.charge(bit(kOrder)), Error::NotEnoughMemory);
    auto block = allocate(kOrder);
    if (!block) {
        commit_.uncharge(bit(kOrder));
        return Failure(block.error());
    }
    own_pages_ += bit(kOrder);
    return cspace_.add_leaf(slot, untyped(*block));
}

Result<void> Memory::map_own_page(std::uint64_t address) {
    CHECK(commit_.charge(1), Error::NotEnoughMemory);
    auto block = allocate();
    if (!block) {
        commit_.uncharge(1);
        return Failure(block.error());
    }
    own_pages_++;
    TRY(frame, make(*block, CapType::Frame, kFrameBits));
    return reserve_.map(Frame(frame), address);
}

Result<std::byte*> Memory::open_window(CPtr frame) {
    TRY_VOID(cspace_.copy(window_slot_, frame));
    if (auto mapped = reserve_.map(Frame(window_slot_), kWindow); !mapped) {
        close_window();
        return Failure(mapped.error());
    }
    return reinterpret_cast<std::byte*>(kWindow);
}

void Memory::close_window() {
    const auto closed = cspace_.remove(window_slot_);
    ASSERT(closed.has_value());
}

}  // namespace glenda::factotum
