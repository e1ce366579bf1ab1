// SPDX-License-Identifier: MIT
// SBRK, MUNMAP, MPROTECT: what a process may ask of its own address space. vm/ranges.cc does it. MMAP is in
// mmap_call.cc.
#include "factotum.h"
#include "range.h"

namespace glenda::factotum {

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
    const Region region{.start = start, .end = end, .rights = rights, .kind = RegionKind::Anonymous};
    return process.space.map(memory_, region, AddressSpace::IfMapped::Refuse);
}

Reaction Factotum::unmap(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t address = reader.word();
    const auto range = range_of(address, reader.word());
    if (process.is_founder()) return ServerError::PermissionDenied;
    if (!reader.ok() || !range) return ServerError::BadRequest;
    if (const auto done = process.space.unmap(memory_, range->start, range->end); !done) return done.error();
    if (objects_.has_more()) wind_timer();
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
