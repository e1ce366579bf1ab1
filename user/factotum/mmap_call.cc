// SPDX-License-Identifier: MIT
// MMAP: anonymous memory, private or shared, or a memory object. Frames are in map_frames.cc.
#include "factotum.h"
#include "range.h"

namespace glenda::factotum {

Reaction Factotum::map(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t address = reader.word(), length = reader.word();
    const auto rights = MapFlags(reader.word());
    if (process.is_founder()) return ServerError::PermissionDenied;
    if (!reader.ok()) return ServerError::BadRequest;
    const auto given =
        request.caps() == 0 ? Result<CNode::Info>(CNode::Info{}) : request.caps_node().info(request.cap_index(0));
    if (given && given->type == CapType::Frame) return map_frames(process, request);
    if (request.caps() > 1) return ServerError::BadRequest;

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
    if (objects_.has_more()) wind_timer();
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

/// Makes all pages of a new region, or ends it. Those that a pager has to bring are not waited for.
Answer<void> Factotum::populate(Process& process, const Range& range, MapFlags rights) {
    AddressSpace& space = process.space;
    const Access access = rights == MapFlags::ReadWrite ? Access::Write : Access::Read;
    for (std::uint64_t at = range.start; at < range.end; at += kPageSize) {
        const auto page = space.populate(memory_, *space.regions().find(at), at, access);
        if (page || page.error() == Error::WouldBlock) continue;
        (void)space.unmap(memory_, range.start, range.end);
        return Refusal(page.error());
    }
    return {};
}

}  // namespace glenda::factotum
