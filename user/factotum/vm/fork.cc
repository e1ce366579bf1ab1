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
#include "frames/page_bytes.h"
#include "vm/address_space.h"

namespace glenda::factotum {

namespace {

/// Memory that Factotum or a device has put there is the parent's alone.
bool is_inherited(const Region& region) {
    return region.kind != RegionKind::Device && region.kind != RegionKind::Snapshot;
}

}  // namespace

Answer<void> AddressSpace::fork(Memory& memory, AddressSpace& parent) {
    // lab 5.8a {
    TRY_VOID(inherit(memory, parent));
    for (unsigned i = 0; i < regions_.count(); i++) {
        const Region& region = regions_.at(i);
        if (region.is_shared) continue;  // a fault finds the pages of the image or object
        TRY_VOID(share_pages(memory, parent, region));
        if (region.kind == RegionKind::Utcb) {
            TRY_VOID(copy_pages(memory, region));
        } else if (region.rights == MapFlags::ReadWrite) {
            (void)memory.kernel().protect(parent.vspace(), region.start, region.pages(), MapFlags::Read);
        }
    }
    return {};
    // lab 5.8a }
}

/// Charges and adds the parent's regions.
Answer<void> AddressSpace::inherit(Memory& memory, const AddressSpace& parent) {
    // lab 5.8b {
    TRY(runs, stores_->images.enter(*parent.image_));
    image_ = parent.image_;
    runs_ = runs;
    TRY_VOID(make_room(memory, parent.regions_.count()));
    Pages cost{};
    for (unsigned i = 0; i < parent.regions_.count(); i++) {
        const Region& region = parent.regions_.at(i);
        if (!is_inherited(region)) continue;
        cost += region.price();
        if (region.kind == RegionKind::Object) stores_->objects.add_mapped(region.source, region.pages());
        regions_.append(region);
    }
    CHECK(pay(memory, RegionKind::Image, cost + tables_reached(memory)), ServerError::OutOfMemory);
    return {};
    // lab 5.8b }
}

/// Names the pages of one of the parent's regions here, too.
Result<void> AddressSpace::share_pages(Memory& memory, AddressSpace& parent, const Region& region) {
    // lab 5.8c {
    for (std::uint64_t at = region.start; at < region.end; at = PageTree::leaf_after(at)) {
        const std::span<PageEntry> theirs = parent.tree_.leaf(memory, at, region.end);
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
    return {};
    // lab 5.8c }
}

/// Takes copies of a region's pages at once. The kernel writes to a UTCB by its physical address, so it must stay
/// there.
Result<void> AddressSpace::copy_pages(Memory& memory, const Region& region) {
    Result<void> done{};
    tree_.for_each(memory, region.start, region.end, [&](PageEntry& entry) {
        if (done) done = break_sharing(memory, entry);
    });
    return done;
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
