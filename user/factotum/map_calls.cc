// SPDX-License-Identifier: MIT
// SBRK, MUNMAP, MPROTECT: what a process may ask of its own address space. vm/ranges.cc does it. MMAP is in
// mmap_call.cc.
#include "factotum.h"
#include "range.h"

namespace glenda::factotum {

namespace {

/// What is in so few pages goes at once.
bool is_small(std::uint64_t start, std::uint64_t end) { return end - start <= 16 * kPageSize; }

}  // namespace

/// The heap is what lies between its start and the break. MUNMAP may have cut holes.
Reaction Factotum::sbrk(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const auto bytes = std::int64_t(reader.word());
    if (!reader.ok()) return ServerError::BadRequest;
    const std::uint64_t tid = reader.word();  // none: 0
    if (process.is_founder()) return ServerError::PermissionDenied;

    // The break is far below 2^38, so only the increment can overflow.
    if (bytes > std::int64_t(kDeviceArea) || bytes < -std::int64_t(kDeviceArea)) return ServerError::OutOfMemory;
    const std::int64_t wanted = std::int64_t(process.break_) + bytes;
    if (wanted < std::int64_t(process.heap_start)) return ServerError::BadRequest;
    if (wanted > std::int64_t(kDeviceArea)) return ServerError::OutOfMemory;
    const std::uint64_t old_end = align_up(process.break_, kPageSize);
    const std::uint64_t end = align_up(std::uint64_t(wanted), kPageSize);
    if (end > old_end) {
        if (const auto mapped = map_anonymous(process, old_end, end, MapFlags::ReadWrite); !mapped)
            return mapped.error();
    }
    if (end < old_end) {
        if (const auto has_room = process.space.make_room(memory_, 1); !has_room) return has_room.error();
    }
    process.break_ = std::uint64_t(wanted);
    if (end >= old_end) return Reaction::ok(process.break_);
    if (is_small(end, old_end)) {
        (void)process.space.unmap(memory_, end, old_end);
        return Reaction::ok(process.break_);
    }
    return unmap_range(process, {end, old_end}, tid, short_message(0, process.break_), request);
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
    if (!is_small(range->start, range->end))
        return unmap_range(process, *range, reader.word(), short_message(0), request);  // no tid: 0
    if (const auto done = process.space.unmap(memory_, range->start, range->end); !done) return done.error();
    if (objects_.has_more()) wind_timer();
    return Reaction::ok();
}

Reaction Factotum::unmap_range(Process& process, const Range& range, std::uint64_t tid, const Message& answer,
                               Request& request) {
    const Work work{.kind = WorkKind::Unmap, .at = range.start, .end = range.end, .answer = answer};
    return work_for(threads_.find_or_first(process, tid), process, work, request);
}

/// If it is refused, then in the beginning: a hole makes a region more.
bool Factotum::unmap_some(Process& process, unsigned& steps) {
    Work& work = process.work;
    const std::uint64_t start = work.at;
    work.at = process.space.reach(memory_, start, work.end, steps);
    const auto done = process.space.unmap(memory_, start, work.at);
    if (!done) work.answer = short_message(done.error().code());
    if (objects_.has_more()) wind_timer();
    return !done || work.at == work.end;
}

Reaction Factotum::protect(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t address = reader.word();
    const auto range = range_of(address, reader.word());
    const auto rights = MapFlags(reader.word());
    if (process.is_founder()) return ServerError::PermissionDenied;
    if (!reader.ok() || !range || !is_known(rights)) return ServerError::BadRequest;
    if (const auto done = process.space.change_rights(memory_, range->start, range->end, rights); !done)
        return done.error();
    const Work work{.kind = WorkKind::Protect, .rights = rights, .at = range->start, .end = range->end};
    return work_for(threads_.find_or_first(process, reader.word()), process, work, request);  // none: 0
}

bool Factotum::protect_some(Process& process, unsigned& steps) {
    Work& work = process.work;
    const std::uint64_t start = work.at;
    work.at = process.space.reach(memory_, start, work.end, steps);
    process.space.narrow(memory_, start, work.at, work.rights);
    return work.at == work.end;
}

}  // namespace glenda::factotum
