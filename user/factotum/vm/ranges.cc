// SPDX-License-Identifier: MIT
// Ranges of an address space: map, unmap and protect any part of any regions.
//
// Each works in two steps. First it charges what is missing and makes room for the cuts, which can fail. Then it cuts
// the regions at both ends of the range, so that all others lie inside or outside, and changes them, which cannot.
//
// What is charged: a page for each page of a region, except the image's own; and the page tables that a region reaches
// into, or that are there.
#include <algorithm>

#include "vm/address_space.h"

namespace glenda::factotum {

namespace {

/// Whether a region of an image's pages must get pages of its own, because it may write to them from now on.
bool becomes_own(const Region& region, MapFlags rights) {
    return region.kind == RegionKind::Image && region.is_shared && rights == MapFlags::ReadWrite;
}

/// What `a` has more than `b`.
Pages excess(Pages a, Pages b) { return {.frames = a.frames > b.frames ? a.frames - b.frames : 0}; }

}  // namespace

Answer<void> AddressSpace::enter(Memory& memory, Image& image) {
    TRY(runs, stores_->images.enter(image));
    image_ = &image;
    runs_ = runs;
    for (const ElfSegment& segment : image.elf.segments()) {
        const std::uint64_t start = align_down(segment.vaddr, kPageSize);
        const std::uint64_t end = align_up(segment.end(), kPageSize);
        const std::uint64_t file_end = align_up(segment.vaddr + segment.data.size(), kPageSize);
        CHECK(!regions_.overlaps(start, end), ServerError::BadExecutable);
        const MapFlags rights = rights_of(segment.access);
        TRY_VOID(map(memory, {.start = start,
                              .end = end,
                              .rights = rights,
                              .is_shared = rights != MapFlags::ReadWrite,
                              .file_pages = std::uint32_t((file_end - start) >> kPageBits),
                              .source = stores_->images.find(image, start)}));
    }
    return {};
}

Answer<void> AddressSpace::map(Memory& memory, const Region& region) {
    const std::uint64_t start = region.start, end = region.end;
    TRY_VOID(make_room(memory, 1 + regions_.is_inside(start) + regions_.is_inside(end)));
    const Pages old = owed(start, end), wanted = region.price();
    CHECK(pay(memory, region.kind, excess(wanted, old) + missing_tables(memory, start, end)), ServerError::OutOfMemory);

    take_out(memory, start, end);
    pay_back(memory, region.kind, excess(old, wanted));
    if (region.kind == RegionKind::Object) stores_->objects.add_mapped(region.source, region.pages());
    regions_.insert(region);
    regions_.merge(start, end);
    return {};
}

Answer<void> AddressSpace::unmap(Memory& memory, std::uint64_t start, std::uint64_t end) {
    if (!regions_.overlaps(start, end)) return {};
    TRY_VOID(make_room(memory, regions_.is_inside(start) + regions_.is_inside(end)));

    const RegionKind kind = regions_.at(regions_.first_above(start)).kind;
    const Pages freed = owed(start, end) + spare_tables(memory, start, end);
    take_out(memory, start, end);
    pay_back(memory, kind, freed);
    return {};
}

Answer<void> AddressSpace::protect(Memory& memory, std::uint64_t start, std::uint64_t end, MapFlags rights) {
    const unsigned first = regions_.first_above(start);
    std::uint64_t reached = start;
    for (unsigned i = first; reached < end; reached = regions_.at(i++).end)
        CHECK(i != regions_.count() && regions_.at(i).start <= reached, ServerError::NotFound);
    const Pages cost = sum_of_parts(start, end, [&](const Region& part) {
        return Pages{.frames = becomes_own(part, rights) ? part.file_pages : 0};
    });
    TRY_VOID(make_room(memory, regions_.is_inside(start) + regions_.is_inside(end)));
    CHECK(pay(memory, RegionKind::Image, cost), ServerError::OutOfMemory);

    regions_.cut(start);
    regions_.cut(end);
    for (unsigned i = regions_.first_above(start); i != regions_.count() && regions_.at(i).start < end; i++) {
        Region& region = regions_.at(i);
        region.rights = rights;
        if (becomes_own(region, rights)) region.is_shared = false;
    }
    if (rights == MapFlags{})
        unmap_pages(memory, start, end);
    else
        (void)memory.kernel().protect(vspace(), start, (end - start) >> kPageBits, rights);
    regions_.merge(start, end);
    return {};
}

/// Makes room for more regions.
Answer<void> AddressSpace::make_room(Memory& memory, unsigned more) {
    CHECK(regions_.count() + more <= RegionList::kMost, ServerError::TooMany);
    while (regions_.capacity() < regions_.count() + more) {
        CHECK(pay(memory, RegionKind::Image, {.frames = 1}), ServerError::OutOfMemory);
        const auto page = memory.take_frame();
        if (!page) {
            pay_back(memory, RegionKind::Image, {.frames = 1});
            return Refusal(page.error());
        }
        regions_.add_page(memory.window(*page));
    }
    return {};
}

/// The sum of count(part) for the parts of regions in [start, end).
template <typename Count>
Pages AddressSpace::sum_of_parts(std::uint64_t start, std::uint64_t end, Count count) const {
    Pages sum{};
    for (unsigned i = regions_.first_above(start); i != regions_.count() && regions_.at(i).start < end; i++) {
        Region part = regions_.at(i);
        if (part.start < start) part = part.split(start);
        if (part.end > end) (void)part.split(end);
        sum += count(part);
    }
    return sum;
}

/// What the regions are charged for their parts in [start, end).
Pages AddressSpace::owed(std::uint64_t start, std::uint64_t end) const {
    return sum_of_parts(start, end, [](const Region& part) { return part.price(); });
}

/// The page tables for [start, end) that are not charged: they are not there, and no region reaches into them.
Pages AddressSpace::missing_tables(const Memory& memory, std::uint64_t start, std::uint64_t end) const {
    std::uint64_t count = 0;
    for (const std::uint64_t span : {PageTree::kLeafSize, PageTree::kDirectorySize}) {
        unsigned i = regions_.first_above(align_down(start, span));
        for (std::uint64_t at = align_down(start, span); at < end; at += span) {
            while (i != regions_.count() && regions_.at(i).end <= at) i++;
            const bool is_reached = i != regions_.count() && regions_.at(i).start < at + span;
            if (!is_reached && !tree_.has_table(memory, at, span)) count++;
        }
    }
    return count * kTable;
}

/// The page tables that any region reaches into and that are not there.
Pages AddressSpace::tables_reached(const Memory& memory) const {
    std::uint64_t count = 0;
    for (const std::uint64_t span : {PageTree::kLeafSize, PageTree::kDirectorySize}) {
        std::uint64_t at = 0;  // tables below have been counted
        for (unsigned i = 0; i < regions_.count(); i++) {
            at = std::max(at, align_down(regions_.at(i).start, span));
            for (; at < regions_.at(i).end; at += span) count += !tree_.has_table(memory, at, span);
        }
    }
    return count * kTable;
}

/// The page tables that are charged only because of regions in [start, end).
Pages AddressSpace::spare_tables(const Memory& memory, std::uint64_t start, std::uint64_t end) const {
    const unsigned first = regions_.first_above(start);
    std::uint64_t count = 0;
    for (const std::uint64_t span : {PageTree::kLeafSize, PageTree::kDirectorySize}) {
        std::uint64_t at = 0;  // tables below have been counted
        for (unsigned i = first; i != regions_.count() && regions_.at(i).start < end; i++) {
            const std::uint64_t stop = std::min(regions_.at(i).end, end);
            at = std::max(at, align_down(std::max(regions_.at(i).start, start), span));
            for (; at < stop; at += span) {
                const bool is_reached = (at < start && regions_.overlaps(at, start)) ||
                                        (at + span > end && regions_.overlaps(end, at + span));
                if (!is_reached && !tree_.has_table(memory, at, span)) count++;
            }
        }
    }
    return count * kTable;
}

/// Ends the regions in [start, end), and frees their pages. There is room for the cuts.
void AddressSpace::take_out(Memory& memory, std::uint64_t start, std::uint64_t end) {
    if (!regions_.overlaps(start, end)) return;
    regions_.cut(start);
    regions_.cut(end);
    unmap_pages(memory, start, end);
    for (unsigned i = regions_.first_above(start); i != regions_.count() && regions_.at(i).start < end; i++)
        drop_pages(memory, regions_.at(i));
    regions_.erase(start, end);
}

}  // namespace glenda::factotum
