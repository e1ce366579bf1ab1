// SPDX-License-Identifier: MIT
// Regions of an address space, and the memory they are charged. pages.cc has the pages.
#include "vm/address_space.h"

#include <algorithm>

namespace glenda::factotum {

Result<void> AddressSpace::create(Memory& memory, SpaceKits& kits, AccountNumber account) {
    CHECK(memory.charge(PageTree::kRoot, account), Error::NotEnoughMemory);
    kits_ = &kits;
    account_ = account;
    charged_ = PageTree::kRoot;
    if (kits.take(tree_)) return {};
    return tree_.create(memory);
}

void AddressSpace::destroy(Memory& memory) {
    if (tree_.is_usual(memory)) unmap_usual(memory);
    for (const Region& region : regions_.all()) drop_pages(memory, region.start, region.end);
    uncharge(memory, charged_);
    if (kits_ != nullptr) kits_->give(tree_);
    if (image_ != nullptr) images_->leave(*image_, runs_);
    image_ = nullptr;
    regions_.clear();
    pay_back(memory, RegionKind::Snapshot, listed_);
}

/// Ends all mappings, which are in two ranges: in the first and in the last table.
void AddressSpace::unmap_usual(Memory& memory) {
    std::uint64_t low = kStackTop, middle = 0, high = kStackTop, end = 0;
    for (const Region& region : regions_.all()) {
        if (region.start == region.end) continue;
        if (region.end < kDeviceArea) {
            low = std::min(low, region.start);
            middle = std::max(middle, region.end);
        } else {
            high = std::min(high, region.start);
            end = std::max(end, region.end);
        }
    }
    if (low < middle) (void)memory.kernel().unmap(vspace(), low, (middle - low) >> kPageBits);
    if (high < end) (void)memory.kernel().unmap(vspace(), high, (end - high) >> kPageBits);
}

Answer<void> AddressSpace::charge(Memory& memory, Pages pages) {
    CHECK(pay(memory, RegionKind::Image, pages), ServerError::OutOfMemory);
    return {};
}

void AddressSpace::uncharge(Memory& memory, Pages pages) { pay_back(memory, RegionKind::Image, pages); }

bool AddressSpace::pay(Memory& memory, RegionKind kind, Pages pages) {
    const bool is_list = kind == RegionKind::Snapshot;
    if (!memory.charge(pages, is_list ? Accounts::kSystem : account_)) return false;
    (is_list ? listed_ : charged_) += pages;
    return true;
}

void AddressSpace::pay_back(Memory& memory, RegionKind kind, Pages pages) {
    const bool is_list = kind == RegionKind::Snapshot;
    memory.uncharge(pages, is_list ? Accounts::kSystem : account_);
    (is_list ? listed_ : charged_) -= pages;
}

Answer<void> AddressSpace::enter(Memory& memory, ImageStore& images, Image& image) {
    TRY(runs, images.enter(image));
    images_ = &images;
    image_ = &image;
    runs_ = runs;
    for (const ElfSegment& segment : image.elf.segments()) {
        const std::uint64_t start = align_down(segment.vaddr, kPageSize);
        TRY_VOID(add(memory, {.start = start,
                              .end = align_up(segment.end(), kPageSize),
                              .rights = rights_of(segment.access),
                              .file_end = align_up(segment.vaddr + segment.data.size(), kPageSize),
                              .cluster = images.find(image, start)}));
    }
    return {};
}

Answer<void> AddressSpace::add(Memory& memory, const Region& region) {
    Pages cost = cost_of(region.start, region.end);
    if (region.is_shared() && region.file_end > region.start)
        cost -= {.frames = (region.file_end - region.start) >> kPageBits};
    CHECK(pay(memory, region.kind, cost), ServerError::OutOfMemory);
    if (regions_.add(region)) return {};
    pay_back(memory, region.kind, cost);
    return Refusal(Error::BadArgument);
}

Answer<void> AddressSpace::resize(Memory& memory, Region& region, std::uint64_t end) {
    const std::uint64_t old_end = region.end;
    const std::uint64_t tables_end = std::max(region.tables_end, old_end);
    if (end > old_end) {
        const std::uint64_t tables =
            table_cost(region.start, std::max(tables_end, end)) - table_cost(region.start, tables_end);
        const Pages cost = Pages{.frames = (end - old_end) >> kPageBits} + tables * kTable;
        CHECK(pay(memory, region.kind, cost), ServerError::OutOfMemory);
        if (!regions_.resize(region, end)) {
            pay_back(memory, region.kind, cost);
            return Refusal(ServerError::OutOfMemory);
        }
        region.tables_end = std::max(tables_end, end);
    } else {
        if (!regions_.resize(region, end)) return Refusal(Error::BadArgument);
        region.tables_end = tables_end;
        if (end == old_end) return {};
        if (resident_ != 0) (void)memory.kernel().unmap(vspace(), end, (old_end - end) >> kPageBits);
        drop_pages(memory, end, old_end);
        pay_back(memory, region.kind, {.frames = (old_end - end) >> kPageBits});
    }
    return {};
}

/// Frees the pages in [start, end), which are mapped nowhere any more, or not for long.
void AddressSpace::drop_pages(Memory& memory, std::uint64_t start, std::uint64_t end) {
    tree_.for_each(memory, start, end, [&](PageEntry& entry) {
        if (!entry.is_shared()) memory.give_frame(entry.page());
        entry = PageEntry();
        resident_--;
    });
}

}  // namespace glenda::factotum
