// SPDX-License-Identifier: MIT
// FORK: a second address space with the same bytes, which costs pages only where the two come to differ.
//
//   before         parent ──RW──> page           refs 0
//   fork           parent ──R───> page <── child refs 1    the child's entry is not mapped yet
//   child writes   parent ──R───> page           refs 0    break_sharing(): the child has a copy
//   parent writes  parent ──RW──> page                     it is the only one, so it gets its right back
//
// Invariants: refs is the number of entries that name a page, less one; while it is not 0, no private region maps the
// page writable. Every page of a private region is charged, whether it is shared or not, so a copy can always be taken.
//
// A large space is copied part by part, from low addresses to high ones. If that ends half-way, destroy() ends the
// copy, and the parent has only lost rights that a fault gives back.
#include <algorithm>

#include "frames/page_bytes.h"
#include "vm/address_space.h"

namespace glenda::factotum {

namespace {

/// Memory that Factotum or a device has put there is the parent's alone.
bool is_for_child(const Region& region, std::uint64_t utcb) {
    if (region.kind == RegionKind::Utcb) return region.contains(utcb);
    return region.kind != RegionKind::Device && region.kind != RegionKind::Snapshot;
}

}  // namespace

Answer<bool> AddressSpace::fork(Memory& memory, AddressSpace& parent, std::uint64_t utcb, unsigned& steps) {
    if (image_ == nullptr) TRY_VOID(begin_fork(parent));
    for (unsigned i = parent.regions_.first_above(forked_); i != parent.regions_.count(); i++) {
        const Region& region = parent.regions_.at(i);
        if (!spend(steps, kStepsOfRegion)) return false;
        if (is_for_child(region, utcb)) {
            const bool is_new = regions_.count() == 0 || regions_.last().end <= region.start;
            if (is_new) TRY_VOID(inherit(memory, region));
            TRY(is_done, share_region(memory, parent, region, steps));
            if (!is_done) return false;
        }
        forked_ = region.end;
    }
    return true;
}

Answer<void> AddressSpace::begin_fork(const AddressSpace& parent) {
    TRY(runs, stores_->images.enter(*parent.image_));
    image_ = parent.image_;
    runs_ = runs;
    return {};
}

/// Charges and adds one of the parent's regions, behind those that are there.
Answer<void> AddressSpace::inherit(Memory& memory, const Region& region) {
    // lab 5.8a {
    if (!regions_.has_room(1)) TRY_VOID(make_room(memory, 1));
    const bool has_tables = tree_.has_leaf_for(memory, region.start, region.end);
    const Pages tables = has_tables ? Pages{} : missing_tables(memory, region.start, region.end);
    CHECK(pay(memory, RegionKind::Image, region.price() + tables), ServerError::OutOfMemory);
    if (region.kind == RegionKind::Object) stores_->objects.add_mapped(region.source, region.pages());
    regions_.append(region);
    return {};
    // lab 5.8a }
}

/// Shares the pages of one of the parent's regions, from forked_ on. False if there are more.
Result<bool> AddressSpace::share_region(Memory& memory, AddressSpace& parent, const Region& region, unsigned& steps) {
    if (region.is_shared) return true;  // a fault finds the pages of the image or object
    const std::uint64_t start = std::max(forked_, region.start);
    forked_ = parent.reach(memory, start, region.end, steps);
    if (forked_ != start) TRY_VOID(share_pages(memory, parent, region.part(start, forked_)));
    return forked_ == region.end;
}

/// Names the pages in a part of one of the parent's regions here, too.
Result<void> AddressSpace::share_pages(Memory& memory, AddressSpace& parent, const Region& part) {
    // lab 5.8b {
    for (std::uint64_t at = part.start; at < part.end; at = PageTree::leaf_after(at)) {
        const std::span<PageEntry> theirs = parent.tree_.leaf(memory, at, part.end);
        if (theirs.empty()) continue;
        TRY(mine, tree_.ensure(memory, at));
        for (const PageEntry& entry : theirs) {
            if (entry) {
                *mine = PageEntry(entry.page());
                memory.record(entry.page()).refs++;
                resident_++;
            }
            mine++;
        }
    }
    if (part.kind == RegionKind::Utcb) return copy_pages(memory, part);
    if (part.rights == MapFlags::ReadWrite)
        (void)memory.kernel().protect(parent.vspace(), part.start, part.pages(), MapFlags::Read);
    return {};
    // lab 5.8b }
}

/// Takes copies of a region's pages at once. The kernel writes to a UTCB by its physical address, so it must stay
/// there.
Result<void> AddressSpace::copy_pages(Memory& memory, const Region& region) {
    // lab 5.8c {
    Result<void> done{};
    tree_.for_each(memory, region.start, region.end, [&](PageEntry& entry) {
        if (done) done = break_sharing(memory, entry);
    });
    return done;
    // lab 5.8c }
}

/// Gives the entry a page of its own: a copy of the one that others name, too.
Result<void> AddressSpace::break_sharing(Memory& memory, PageEntry& entry) {
    // lab 5.8d {
    TRY(copy, memory.take_frame());
    copy_page(memory.window(copy), memory.window(entry.page()));
    if (entry.slot() != 0) memory.give_mapping(entry.slot());
    memory.release_frame(entry.page());
    entry = PageEntry(copy);
    return {};
    // lab 5.8d }
}

}  // namespace glenda::factotum
