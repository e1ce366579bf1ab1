// SPDX-License-Identifier: MIT
// Ranges of an address space: map, unmap and protect any part of any regions.
//
// Each begins with the span of regions that overlap the range. First it charges what is missing and makes room for the
// cuts at both ends of the range, which can fail. Then it changes the regions, which cannot.
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
    // lab 5.2b {
    TRY(runs, stores_->images.enter(image));
    image_ = &image;
    runs_ = runs;
    for (const ElfSegment& segment : image.elf.segments()) {
        const std::uint64_t start = align_down(segment.vaddr, kPageSize);
        const std::uint64_t end = align_up(segment.end(), kPageSize);
        const std::uint64_t file_end =
            segment.data.empty() ? start : align_up(segment.vaddr + segment.data.size(), kPageSize);
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
    // lab 5.2b }
}

/// How many ends of [start, end) lie inside a region: so many regions more there may be when it is cut there.
inline unsigned AddressSpace::cuts(Span span, std::uint64_t start, std::uint64_t end) const {
    if (span.is_empty()) return 0;
    return (regions_.at(span.first).start < start) + (regions_.at(span.after - 1).end > end);
}

Answer<void> AddressSpace::map(Memory& memory, const Region& region, IfMapped if_mapped) {
    const std::uint64_t start = region.start, end = region.end;
    Span old = regions_.span(start, end);
    CHECK(old.is_empty() || if_mapped == IfMapped::Replace, ServerError::OutOfMemory);
    const unsigned more = 1 + cuts(old, start, end);
    if (!regions_.has_room(more)) TRY_VOID(make_room(memory, more));
    const Pages freed = old.is_empty() ? Pages{} : owed(old, start, end), wanted = region.price();
    const Pages tables = tree_.has_leaf_for(memory, start, end) ? Pages{} : missing_tables(memory, start, end);
    CHECK(pay(memory, region.kind, excess(wanted, freed) + tables), ServerError::OutOfMemory);

    if (!old.is_empty()) {
        (void)take_out(memory, old, start, end);
        pay_back(memory, region.kind, excess(freed, wanted));
    }
    if (region.kind == RegionKind::Object) stores_->objects.add_mapped(region.source, region.pages());
    regions_.add(old.first, region);
    return {};
}

bool AddressSpace::can_replace(Memory& memory, const Region& region) {
    const Pages freed = owed(regions_.span(region.start, region.end), region.start, region.end);
    const Pages more = excess(region.price(), freed) + missing_tables(memory, region.start, region.end);
    const bool is_paid = pay(memory, region.kind, more);
    if (is_paid) pay_back(memory, region.kind, more);
    return is_paid;
}

Answer<void> AddressSpace::unmap(Memory& memory, std::uint64_t start, std::uint64_t end) {
    // lab 5.7c {
    Span old = regions_.span(start, end);
    if (old.is_empty()) return {};
    const auto makes_hole = [&] { return old.first + 1 == old.after && cuts(old, start, end) == 2; };
    if (!regions_.has_room(1) && makes_hole()) TRY_VOID(make_room(memory, 1));

    const RegionKind kind = regions_.at(old.first).kind;
    const Pages tables = tree_.has_leaf_for(memory, start, end) ? Pages{} : spare_tables(memory, old, start, end);
    pay_back(memory, kind, take_out(memory, old, start, end) + tables);
    return {};
    // lab 5.7c }
}

Answer<void> AddressSpace::protect(Memory& memory, std::uint64_t start, std::uint64_t end, MapFlags rights) {
    TRY_VOID(change_rights(memory, start, end, rights));
    narrow(memory, start, end, rights);
    return {};
}

Answer<void> AddressSpace::change_rights(Memory& memory, std::uint64_t start, std::uint64_t end, MapFlags rights) {
    const Span old = regions_.span(start, end);
    std::uint64_t reached = start;
    for (unsigned i = old.first; reached < end; reached = regions_.at(i++).end)
        CHECK(i != old.after && regions_.at(i).start <= reached, ServerError::NotFound);
    const Pages cost = sum_of_parts(old, start, end, [&](const Region& part) {
        return Pages{.frames = becomes_own(part, rights) ? part.file_pages : 0};
    });
    const unsigned more = cuts(old, start, end);
    if (!regions_.has_room(more)) TRY_VOID(make_room(memory, more));
    CHECK(pay(memory, RegionKind::Image, cost), ServerError::OutOfMemory);

    regions_.cut(start);
    regions_.cut(end);
    const Span whole = regions_.span(start, end);
    for (unsigned i = whole.first; i != whole.after; i++) {
        Region& region = regions_.at(i);
        region.rights = rights;
        if (becomes_own(region, rights)) region.is_shared = false;
    }
    regions_.merge(start, end);
    return {};
}

/// What a page gains, a fault gives it.
void AddressSpace::narrow(Memory& memory, std::uint64_t start, std::uint64_t end, MapFlags rights) {
    if (rights == MapFlags{})
        unmap_pages(memory, start, end);
    else
        (void)memory.kernel().protect(vspace(), start, (end - start) >> kPageBits, rights);
}

Answer<void> AddressSpace::make_room(Memory& memory, unsigned more) {
    while (!regions_.has_room(more)) {
        CHECK(regions_.capacity() != RegionList::kMost, ServerError::TooMany);
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

/// The sum of count(part) for the parts of regions in [start, end), which `span` overlaps.
template <typename Count>
Pages AddressSpace::sum_of_parts(Span span, std::uint64_t start, std::uint64_t end, Count count) const {
    Pages sum{};
    for (unsigned i = span.first; i != span.after; i++) sum += count(regions_.at(i).part(start, end));
    return sum;
}

/// What the regions are charged for their parts in [start, end).
Pages AddressSpace::owed(Span span, std::uint64_t start, std::uint64_t end) const {
    return sum_of_parts(span, start, end, [](const Region& part) { return part.price(); });
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

/// The page tables that are charged only because of the regions that overlap [start, end).
Pages AddressSpace::spare_tables(const Memory& memory, Span old, std::uint64_t start, std::uint64_t end) const {
    std::uint64_t count = 0;
    for (const std::uint64_t span : {PageTree::kLeafSize, PageTree::kDirectorySize}) {
        std::uint64_t at = 0;  // tables below have been counted
        for (unsigned i = old.first; i != old.after; i++) {
            const std::uint64_t stop = std::min(regions_.at(i).end, end);
            at = std::max(at, align_down(std::max(regions_.at(i).start, start), span));
            for (; at < stop; at += span) {
                if (tree_.has_table(memory, at, span)) continue;
                const bool is_reached = (at < start && regions_.overlaps(at, start)) ||
                                        (at + span > end && regions_.overlaps(end, at + span));
                if (!is_reached) count++;
            }
        }
    }
    return count * kTable;
}

/// Ends the regions of `span` in [start, end), and frees their pages. There is room for the cuts. Returns what it was
/// charged; `span` is then where a region in its place comes.
Pages AddressSpace::take_out(Memory& memory, Span& span, std::uint64_t start, std::uint64_t end) {
    // lab 5.7d {
    Pages charged{};
    unmap_pages(memory, start, end);
    for (unsigned i = span.first; i != span.after; i++) {
        const Region part = regions_.at(i).part(start, end);
        charged += part.price();
        drop_pages(memory, part);
    }
    span = regions_.remove(span, start, end);
    return charged;
    // lab 5.7d }
}

}  // namespace glenda::factotum
