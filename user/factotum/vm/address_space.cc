// SPDX-License-Identifier: MIT
// Regions of an address space, and the memory they are charged. pages.cc has the pages.
#include "vm/address_space.h"

#include <algorithm>

namespace glenda::factotum {

Result<void> AddressSpace::create(Memory& memory) {
    CHECK(memory.charge(PageTree::kRoot), Error::NotEnoughMemory);
    charged_ = PageTree::kRoot;
    return tree_.create(memory);
}

void AddressSpace::destroy(Memory& memory) {
    for (const Region& region : regions_.all()) drop_pages(memory, region.start, region.end);
    tree_.destroy(memory);
    if (image_ != nullptr) images_->leave(*image_, runs_);
    image_ = nullptr;
    regions_.clear();
    uncharge(memory, charged_);
}

Answer<void> AddressSpace::charge(Memory& memory, Pages pages) {
    if (!memory.charge(pages)) return Refusal(ServerError::OutOfMemory);
    charged_ += pages;
    return {};
}

void AddressSpace::uncharge(Memory& memory, Pages pages) {
    memory.uncharge(pages);
    charged_ -= pages;
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
    TRY_VOID(charge(memory, cost));
    if (regions_.add(region)) return {};
    uncharge(memory, cost);
    return Refusal(Error::BadArgument);
}

Answer<void> AddressSpace::resize(Memory& memory, Region& region, std::uint64_t end) {
    const std::uint64_t old_end = region.end;
    const std::uint64_t tables_end = std::max(region.tables_end, old_end);
    if (end > old_end) {
        const std::uint64_t tables =
            table_cost(region.start, std::max(tables_end, end)) - table_cost(region.start, tables_end);
        const Pages cost = Pages{.frames = (end - old_end) >> kPageBits} + tables * kTable;
        TRY_VOID(charge(memory, cost));
        if (!regions_.resize(region, end)) {
            uncharge(memory, cost);
            return Refusal(ServerError::OutOfMemory);
        }
        region.tables_end = std::max(tables_end, end);
    } else {
        if (!regions_.resize(region, end)) return Refusal(Error::BadArgument);
        region.tables_end = tables_end;
        if (end == old_end) return {};
        if (resident_ != 0) (void)memory.kernel().unmap(vspace(), end, (old_end - end) >> kPageBits);
        drop_pages(memory, end, old_end);
        uncharge(memory, {.frames = (old_end - end) >> kPageBits});
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
