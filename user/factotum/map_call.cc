// SPDX-License-Identifier: MIT
// MMAP: anonymous memory, private or shared; a memory object; or a Frame.
#include "factotum.h"
#include "range.h"

namespace glenda::factotum {

Reaction Factotum::map(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t address = reader.word(), length = reader.word();
    const auto rights = MapFlags(reader.word());
    if (process.is_founder()) return ServerError::PermissionDenied;
    if (!reader.ok() || request.caps() > 1) return ServerError::BadRequest;
    const auto given =
        request.caps() == 0 ? Result<CNode::Info>(CNode::Info{}) : request.caps_node().info(request.cap_index(0));
    if (given && given->type == CapType::Frame)
        return map_frame(process, request, rights == MapFlags{} ? MapFlags::ReadWrite : rights);

    const auto flags = MmapFlags(reader.word());
    const MmapFlags known = MmapFlags::Shared | MmapFlags::Fixed | MmapFlags::Populate;
    if (!reader.ok() || !is_known(rights) || (flags | known) != known) return ServerError::BadRequest;
    if (has(flags, MmapFlags::Populate) && rights == MapFlags{}) return ServerError::BadRequest;
    if (length == 0) return ServerError::BadRequest;
    if (length > memory_.total_pages() * kPageSize) return ServerError::OutOfMemory;
    const auto mapped =
        map_memory(process, request, {.address = address, .length = length, .rights = rights, .flags = flags});
    if (!mapped) return mapped.error();
    return Reaction::ok(*mapped);
}

Answer<std::uint64_t> Factotum::map_memory(Process& process, const Request& request, const MapRequest& wanted) {
    AddressSpace& space = process.space;
    std::uint64_t start = wanted.address;
    if (!has(wanted.flags, MmapFlags::Fixed)) {
        const auto gap = space.regions().find_gap(align_up(wanted.length, kPageSize), kMapArea, kDeviceArea);
        CHECK(gap, ServerError::OutOfMemory);
        start = *gap;
    }
    const auto range = range_of(start, wanted.length);
    CHECK(range, ServerError::BadRequest);
    Region region{.start = range->start, .end = range->end, .rights = wanted.rights, .kind = RegionKind::Anonymous};
    const bool is_shared = has(wanted.flags, MmapFlags::Shared);
    if (is_shared || request.caps() != 0) TRY_VOID(choose_object(process, request, region));
    region.is_shared = is_shared;
    const auto mapped = space.map(memory_, region);
    if (region.kind == RegionKind::Object)
        objects_.drop_mapped(region.source, 0);  // one that was made just now ends if that failed
    TRY_VOID(mapped);
    if (has(wanted.flags, MmapFlags::Populate)) TRY_VOID(populate(process, *range, wanted.rights));
    return range->start;
}

/// Makes it a region of the object that was passed, or of a new one.
Answer<void> Factotum::choose_object(Process& process, const Request& request, Region& region) {
    region.kind = RegionKind::Object;
    if (request.caps() == 0) {
        TRY(number, objects_.create(region.pages(), process.account));
        region.source = number;
        return {};
    }
    TRY(number, object_of(request, 0));
    MessageReader reader = request.reader();
    for (unsigned word = 0; word < 5; word++) reader.word();  // up to the one without meaning
    const std::uint64_t offset = reader.word(), pages = objects_.find(number)->pages;
    CHECK(reader.ok() && offset % kPageSize == 0, ServerError::BadRequest);
    CHECK(offset / kPageSize <= pages && region.pages() <= pages - offset / kPageSize, ServerError::BadRequest);
    region.source = number;
    region.offset = std::uint32_t(offset / kPageSize);
    return {};
}

/// Makes all pages of a new region, or ends it.
Answer<void> Factotum::populate(Process& process, const Range& range, MapFlags rights) {
    AddressSpace& space = process.space;
    const Access access = rights == MapFlags::ReadWrite ? Access::Write : Access::Read;
    for (std::uint64_t at = range.start; at < range.end; at += kPageSize) {
        const auto page = space.populate(memory_, *space.regions().find(at), at, access);
        if (page) continue;
        (void)space.unmap(memory_, range.start, range.end);
        return Refusal(page.error());
    }
    return {};
}

/// MMAP of a Frame: maps it at a free address. Factotum keeps the capability.
Reaction Factotum::map_frame(Process& process, Request& request, MapFlags rights) {
    const CNode node = request.caps_node();
    const auto given = node.info(request.cap_index(0));
    if (!given || given->type != CapType::Frame) return ServerError::BadRequest;

    AddressSpace& space = process.space;
    const std::uint64_t size = bit(given->size_bits);
    const auto gap = space.regions().find_gap(2 * size - kPageSize, kDeviceArea, kDeviceArea + kAreaSize);
    if (!gap) return ServerError::TooMany;
    const std::uint64_t start = align_up(*gap, size);
    const Region region{.start = start, .end = start + size, .rights = rights, .kind = RegionKind::Device};
    if (const auto added = space.map(memory_, region); !added) return added.error();
    const auto slot = process.belongings.take_slot(memory_);  // from here on, tear_down() frees it, even after an error
    Answer<void> mapped{};
    if (!slot)
        mapped = Refusal(slot.error());
    else if (const auto moved = own_node().move(*slot, node, request.cap_index(0)); !moved)
        mapped = Refusal(moved.error());
    else if (const auto done = space.map_foreign(memory_, *slot, start, size, rights); !done)
        mapped = Refusal(done.error());
    if (mapped) return Reaction::ok(start);
    (void)space.unmap(memory_, region.start, region.end);
    return mapped.error();
}

}  // namespace glenda::factotum
