// SPDX-License-Identifier: MIT
// SBRK, MMAP, MUNMAP, MPROTECT: what a process may ask of its own address space. vm/ranges.cc does it.
#include "factotum.h"

namespace glenda::factotum {

namespace {

struct Range {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
};

/// The pages of `length` bytes from `start` on. Nothing if that is no range, or not one that a process may change: from
/// devices to lists of processes, and its UTCBs.
std::optional<Range> range_of(std::uint64_t start, std::uint64_t length) {
    if (start % kPageSize != 0 || length == 0 || length > kUserEnd || start > kUserEnd - length) return std::nullopt;
    const std::uint64_t end = start + align_up(length, kPageSize);
    const bool is_above = start >= kSnapshotArea + kAreaSize && end <= kUtcbArea;
    if (start < kPageSize || !(end <= kDeviceArea || is_above)) return std::nullopt;
    return Range{start, end};
}

bool is_known(MapFlags rights) {
    return rights == MapFlags{} || rights == MapFlags::Read || rights == MapFlags::ReadWrite ||
           rights == MapFlags::ReadExecute;
}

}  // namespace

/// The heap is what lies between its start and the break. MUNMAP may have cut holes.
Reaction Factotum::sbrk(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const auto bytes = std::int64_t(reader.word());
    if (!reader.ok()) return ServerError::BadRequest;
    if (process.is_founder()) return ServerError::PermissionDenied;

    // The break is far below 2^38, so only the increment can overflow.
    if (bytes > std::int64_t(kDeviceArea) || bytes < -std::int64_t(kDeviceArea)) return ServerError::OutOfMemory;
    const std::int64_t wanted = std::int64_t(process.break_) + bytes;
    if (wanted < std::int64_t(process.heap_start)) return ServerError::BadRequest;
    if (wanted > std::int64_t(kDeviceArea)) return ServerError::OutOfMemory;
    const std::uint64_t old_end = align_up(process.break_, kPageSize);
    const std::uint64_t end = align_up(std::uint64_t(wanted), kPageSize);
    Answer<void> moved{};
    if (end > old_end)
        moved = map_anonymous(process, old_end, end, MapFlags::ReadWrite);
    else if (end < old_end)
        moved = process.space.unmap(memory_, end, old_end);
    if (!moved) return moved.error();
    process.break_ = std::uint64_t(wanted);
    return Reaction::ok(process.break_);
}

/// Maps zeroed memory where nothing is.
Answer<void> Factotum::map_anonymous(Process& process, std::uint64_t start, std::uint64_t end, MapFlags rights) {
    CHECK((end - start) >> kPageBits <= memory_.total_pages(), ServerError::OutOfMemory);
    CHECK(!process.space.regions().overlaps(start, end), ServerError::OutOfMemory);
    return process.space.map(memory_, {.start = start, .end = end, .rights = rights, .kind = RegionKind::Anonymous});
}

Reaction Factotum::map(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t address = reader.word(), length = reader.word();
    const auto rights = MapFlags(reader.word());
    if (process.is_founder()) return ServerError::PermissionDenied;
    if (!reader.ok()) return ServerError::BadRequest;
    if (request.caps() != 0) return map_frames(process, request);

    const auto flags = MmapFlags(reader.word());
    const MmapFlags known = MmapFlags::Shared | MmapFlags::Fixed | MmapFlags::Populate;
    if (!reader.ok() || !is_known(rights) || (flags | known) != known) return ServerError::BadRequest;
    if (has(flags, MmapFlags::Shared)) return ServerError::NotSupported;
    const bool populates = has(flags, MmapFlags::Populate);
    if (populates && rights == MapFlags{}) return ServerError::BadRequest;
    if (length == 0) return ServerError::BadRequest;
    if (length > memory_.total_pages() * kPageSize) return ServerError::OutOfMemory;

    std::uint64_t start = address;
    if (!has(flags, MmapFlags::Fixed)) {
        const auto gap = process.space.regions().find_gap(align_up(length, kPageSize), kMapArea, kDeviceArea);
        if (!gap) return ServerError::OutOfMemory;
        start = *gap;
    }
    const auto range = range_of(start, length);
    if (!range) return ServerError::BadRequest;
    const Region region{.start = range->start, .end = range->end, .rights = rights, .kind = RegionKind::Anonymous};
    if (const auto mapped = process.space.map(memory_, region); !mapped) return mapped.error();
    for (std::uint64_t at = range->start; populates && at < range->end; at += kPageSize) {
        const Access access = rights == MapFlags::ReadWrite ? Access::Write : Access::Read;
        const auto page = process.space.populate(memory_, *process.space.regions().find(at), at, access);
        if (page) continue;
        (void)process.space.unmap(memory_, range->start, range->end);
        return page.error();
    }
    return Reaction::ok(range->start);
}

Reaction Factotum::unmap(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t address = reader.word();
    const auto range = range_of(address, reader.word());
    if (process.is_founder()) return ServerError::PermissionDenied;
    if (!reader.ok() || !range) return ServerError::BadRequest;
    if (const auto done = process.space.unmap(memory_, range->start, range->end); !done) return done.error();
    return Reaction::ok();
}

Reaction Factotum::protect(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t address = reader.word();
    const auto range = range_of(address, reader.word());
    const auto rights = MapFlags(reader.word());
    if (process.is_founder()) return ServerError::PermissionDenied;
    if (!reader.ok() || !range || !is_known(rights)) return ServerError::BadRequest;
    if (const auto done = process.space.protect(memory_, range->start, range->end, rights); !done) return done.error();
    return Reaction::ok();
}

}  // namespace glenda::factotum
