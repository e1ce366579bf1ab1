// SPDX-License-Identifier: MIT
// The beginning and the end of an address space, and whom it charges. ranges.cc has the regions, pages.cc the pages.
#include "vm/address_space.h"

#include <algorithm>

namespace glenda::factotum {

/// The tables of a kit are there, so they are charged, like all that are.
Result<void> AddressSpace::create(Memory& memory, Stores& stores, AccountNumber account) {
    CHECK(memory.charge(PageTree::kRoot, account), Error::NotEnoughMemory);
    stores_ = &stores;
    account_ = account;
    charged_ = PageTree::kRoot;
    if (!stores.kits.take(tree_)) return tree_.create(memory);
    CHECK(pay(memory, RegionKind::Image, PageTree::kUsual - PageTree::kRoot), Error::NotEnoughMemory);
    return {};
}

void AddressSpace::destroy(Memory& memory) {
    if (tree_.is_usual(memory)) {
        unmap_leaf(memory, kUsualImage);
        unmap_leaf(memory, kStackTop);
    }
    for (unsigned i = 0; i < regions_.count(); i++) drop_pages(memory, regions_.at(i));
    for (unsigned i = 0; i < regions_.page_count(); i++) memory.give_frame(memory.page_at(regions_.page(i)));
    regions_ = RegionList();
    pay_back(memory, RegionKind::Image, charged_);
    if (stores_ != nullptr) stores_->kits.give(tree_);
    if (image_ != nullptr) stores_->images.leave(*image_, runs_);
    image_ = nullptr;
    pay_back(memory, RegionKind::Snapshot, listed_);
}

/// Ends the mappings in the page table for `address`.
void AddressSpace::unmap_leaf(Memory& memory, std::uint64_t address) {
    const std::uint64_t start = align_down(address, PageTree::kLeafSize), end = start + PageTree::kLeafSize;
    const Span there = regions_.span(start, end);
    if (there.is_empty()) return;
    unmap_pages(memory, std::max(start, regions_.at(there.first).start),
                std::min(end, regions_.at(there.after - 1).end));
}

void AddressSpace::unmap_pages(Memory& memory, std::uint64_t start, std::uint64_t end) {
    if (resident_ != 0) (void)memory.kernel().unmap(vspace(), start, (end - start) >> kPageBits);
}

Answer<void> AddressSpace::charge(Memory& memory, Pages pages) {
    CHECK(pay(memory, RegionKind::Image, pages), ServerError::OutOfMemory);
    others_ += pages;
    return {};
}

void AddressSpace::uncharge(Memory& memory, Pages pages) {
    pay_back(memory, RegionKind::Image, pages);
    others_ -= pages;
}

void AddressSpace::hand_over(AddressSpace& next) {
    next.others_ += others_;
    next.charged_ += others_;
    charged_ -= others_;
    others_ = {};
}

bool AddressSpace::pay(Memory& memory, RegionKind kind, Pages pages) {
    if (pages.sum() == 0) return true;
    const bool is_list = kind == RegionKind::Snapshot;
    if (!memory.charge(pages, is_list ? Accounts::kSystem : account_)) return false;
    (is_list ? listed_ : charged_) += pages;
    return true;
}

void AddressSpace::pay_back(Memory& memory, RegionKind kind, Pages pages) {
    if (pages.sum() == 0) return;
    const bool is_list = kind == RegionKind::Snapshot;
    memory.uncharge(pages, is_list ? Accounts::kSystem : account_);
    (is_list ? listed_ : charged_) -= pages;
}

std::uint64_t AddressSpace::reach(const Memory& memory, std::uint64_t start, std::uint64_t end, unsigned& steps) const {
    for (unsigned i = regions_.first_above(start); i != regions_.count() && regions_.at(i).start < end; i++) {
        const std::uint64_t stop = std::min(end, regions_.at(i).end);
        std::uint64_t at = std::max(start, regions_.at(i).start);
        if (!spend(steps, kStepsOfRegion)) return at;
        for (; at < stop; at = PageTree::leaf_after(at)) {
            const std::span<PageEntry> entries = tree_.leaf(memory, at, stop);
            if (!entries.empty() && !spend(steps, kStepsOfLeaf)) return at;
            for (const PageEntry& entry : entries) {
                if (entry && !spend(steps, entry.slot() == 0 ? kStepsOfPage : kStepsOfMapping))
                    return at + std::uint64_t(&entry - entries.data()) * kPageSize;
            }
        }
    }
    return end;
}

/// Pages go from high addresses to low ones, then page tables. The pages are still mapped, but nothing runs here, and
/// who gets one of them next ends its mapping first. The usual tables have few pages, and are used again: destroy()
/// ends their mappings.
bool AddressSpace::drop_some(Memory& memory, unsigned& steps) {
    constexpr unsigned kStepsOfPart = 8;
    if (tree_.is_usual(memory)) return true;
    while (regions_.count() != 0) {
        if (steps <= kStepsOfPart) return false;
        steps -= kStepsOfPart;
        Region& region = regions_.last();
        Region part = region;
        const std::uint64_t pages = std::min<std::uint64_t>({steps, PageLeaf::kEntries, region.pages()});
        part.start = region.end - pages * kPageSize;
        drop_pages(memory, part);
        steps -= unsigned(pages);
        region.end = part.start;
        if (region.start == region.end) regions_.drop_last();
    }
    return tree_.destroy(memory, steps);
}

/// Forgets the pages of a region, which are not mapped here any more, or not for long.
void AddressSpace::drop_pages(Memory& memory, const Region& region) {
    tree_.for_each(memory, region.start, region.end, [&](PageEntry& entry) {
        if (entry.slot() != 0) memory.give_mapping(entry.slot());
        memory.release_frame(entry.page());
        entry = PageEntry();
        resident_--;
    });
    if (region.kind == RegionKind::Object) stores_->objects.drop_mapped(region.source, region.pages());
}

}  // namespace glenda::factotum
