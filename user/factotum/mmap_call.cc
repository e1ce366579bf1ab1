// SPDX-License-Identifier: MIT
// MMAP: anonymous memory, private or shared, or a memory object. Frames are in map_frames.cc.
#include "factotum.h"
#include "range.h"

namespace glenda::factotum {

namespace {

bool brings_frames(const Request& request) {
    const auto given = request.caps_node().info(request.cap_index(0));
    return given && given->type == CapType::Frame;
}

}  // namespace

Reaction Factotum::map(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t address = reader.word(), length = reader.word();
    const auto rights = MapFlags(reader.word());
    if (process.is_founder()) return ServerError::PermissionDenied;
    if (!reader.ok()) return ServerError::BadRequest;
    if (request.caps() != 0 && brings_frames(request)) return map_frames(process, request);
    if (request.caps() > 1) return ServerError::BadRequest;

    const auto flags = MmapFlags(reader.word());
    const MmapFlags known = MmapFlags::Shared | MmapFlags::Fixed | MmapFlags::Populate;
    if (!reader.ok() || !is_known(rights) || (flags | known) != known) return ServerError::BadRequest;
    if (has(flags, MmapFlags::Populate) && rights == MapFlags{}) return ServerError::BadRequest;
    if (length == 0) return ServerError::BadRequest;
    if (length > memory_.total_pages() * kPageSize) return ServerError::OutOfMemory;
    const MapRequest wanted{.address = address, .length = length, .rights = rights, .flags = flags};
    if (flags > MmapFlags::Shared) [[unlikely]]
        return map_in_slices(process, wanted, request, reader.word());  // no tid: 0
    const auto mapped = map_memory(process, request, wanted);
    return mapped ? Reaction::ok(*mapped) : mapped.error();
}

/// MMAP with flags that can make it long.
[[gnu::noinline]] Reaction Factotum::map_in_slices(Process& process, const MapRequest& wanted, Request& request,
                                                   std::uint64_t tid) {
    if (has(wanted.flags, MmapFlags::Fixed) && has_many_pages(process, wanted))
        return make_way(process, wanted, tid, request);
    const auto mapped = map_memory(process, request, wanted);
    if (!mapped) return mapped.error();
    if (!has(wanted.flags, MmapFlags::Populate)) return Reaction::ok(*mapped);
    const Work work{.kind = WorkKind::Populate,
                    .at = *mapped,
                    .end = *mapped + align_up(wanted.length, kPageSize),
                    .answer = short_message(0, *mapped)};
    return work_for(threads_.find_or_first(process, tid), process, work, request);
}

/// Whether there is so much in the range that it cannot go at once.
bool Factotum::has_many_pages(const Process& process, const MapRequest& wanted) {
    unsigned steps = 300;
    const auto range = range_of(wanted.address, wanted.length);
    return range && process.space.reach(memory_, range->start, range->end, steps) != range->end;
}

/// What is there goes in slices, and then the caller asks again.
Reaction Factotum::make_way(Process& process, const MapRequest& wanted, std::uint64_t tid, Request& request) {
    const Range range = *range_of(wanted.address, wanted.length);
    const Region next{.start = range.start, .end = range.end, .rights = wanted.rights, .kind = RegionKind::Anonymous};
    if (!process.space.can_replace(memory_, next)) return ServerError::OutOfMemory;
    return unmap_range(process, range, tid, short_message(ServerError::Again), request);
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
bool Factotum::populate_some(Process& process, unsigned& steps) {
    constexpr unsigned kSteps = 35;
    AddressSpace& space = process.space;
    Work& work = process.work;
    for (; work.at != work.end; work.at += kPageSize) {
        if (!spend(steps, kSteps)) return false;
        const Region& region = *space.regions().find(work.at);
        const Access access = region.rights == MapFlags::ReadWrite ? Access::Write : Access::Read;
        const auto page = space.populate(memory_, region, work.at, access);
        if (page || page.error() == Error::WouldBlock) continue;
        const AnyError refusal = page.error();
        work = {.kind = WorkKind::Unmap,
                .caller = work.caller,
                .at = work.answer.words[0],
                .end = work.end,
                .answer = short_message(refusal.code())};
        return unmap_some(process, steps);
    }
    return true;
}

}  // namespace glenda::factotum
