// SPDX-License-Identifier: MIT
// Frames, page tables and VSpaces: decode, then let mem/mapping.h and mem/range.h do it.
//
// Two capabilities are looked at for a mapping: the invoked one says what is mapped, and with which rights; the VSpace
// among the words says where. The mapping belongs to the first, and goes with it. The owner of a VSpace can end it too.
// Handout: reference/kernel-design.md, "Address spaces".
#include "call/request.h"
#include "mem/mapping.h"
#include "mem/range.h"
#include "sched/schedule.h"

namespace glenda {

namespace {

/// The entry for `frame` at `place`. Where a table is missing, the answer says its level, and the address.
/// Errors: those of find_place().
Result<Pte*> find_entry(const Request& request, const Capability& frame, const Place& place) {
    const Result<Pte*> entry = find_place(frame, place);
    if (entry.error() == Error::MissingTable) {
        request.set_reply(0, missing_level(place.vspace, place.address));
        request.set_reply(1, place.address.value);
    }
    return entry;
}

Outcome map_one(const Request& request, const Place& place) {
    Capability& frame = request.slot.cap;
    TRY(entry, find_entry(request, frame, place));
    if (place.replaces() && !place.is_of(frame)) unmap_frame(frame);
    map_frame(frame, place, *entry);
    announce(place, place.address + bit(frame.size_bits));
    return done();
}

/// The invoked capability and those in the slots behind it, `count` together, are Frames, and the caller's pointers
/// lead to them one after the other. Errors: InvalidCapability, WrongType.
Result<void> check_run(const Request& request, std::uint64_t count) {
    const Slot* const frames = &request.slot;
    const CPtr last = request.caller.registers.a(0) + count - 1;
    // If the last pointer leads to where it should, the CNode has them all: those in between only differ in the index.
    CHECK(find_slot(request.caller.cspace.cap, last) == frames + count - 1, Error::InvalidCapability);
    for (unsigned i = 0; i < count; i++) {
        CHECK(!frames[i].is_empty(), Error::InvalidCapability);
        CHECK(frames[i].cap.type == CapType::Frame, Error::WrongType);
    }
    return {};
}

/// Maps `count` frames one behind the other: all, or none. Not inlined: the mapping of one frame would save registers,
/// and make room on the stack, for it.
[[gnu::noinline]] Outcome map_run(const Request& request, const Place& first, std::uint64_t count) {
    CHECK(count >= 1 && count <= kMaxRunLength, Error::BadArgument);
    TRY_VOID(check_run(request, count));
    Slot* const frames = &request.slot;
    VirtAddr address = first.address;
    Pte* entries[kMaxRunLength];
    for (unsigned i = 0; i < count; i++) {
        TRY(entry, find_entry(request, frames[i].cap, {first.vspace, address, first.flags}));
        entries[i] = entry;
        address = address + bit(frames[i].cap.size_bits);
    }
    const VirtAddr end = address;

    // First old mappings end: one of them may be where another frame of the run comes.
    address = first.address;
    for (unsigned i = 0; first.replaces() && i < count; i++) {
        if (!Place{first.vspace, address, first.flags}.is_of(frames[i].cap)) unmap_frame(frames[i].cap);
        address = address + bit(frames[i].cap.size_bits);
    }
    address = first.address;
    for (unsigned i = 0; i < count; i++) {
        map_frame(frames[i].cap, {first.vspace, address, first.flags}, *entries[i]);
        address = address + bit(frames[i].cap.size_bits);
    }
    announce(first, end);
    return done();
}

/// Words 0 - 3: VSpace, address, flags, and perhaps how many.
Outcome map(const Request& request) {
    TRY_VOID(request.needs(3));
    TRY(vspace, request.find(0, CapType::VSpace, Rights::Write));
    const Place place{vspace->cap, {request.word(1)}, request.word(2)};
    return request.tag.length() == 3 ? map_one(request, place) : map_run(request, place, request.word(3));
}

/// Words 0 and 1 of Unmap and Protect: the first page, and how many. The upper half of word 1 is the kernel's: how many
/// have been done when the call is preempted, which is where it goes on.
struct Pages {
    VirtAddr first;
    std::uint64_t count;
    std::uint64_t done;

    VirtAddr end() const { return first + count * kPageSize; }
};
constexpr unsigned kDoneShift = 32;

/// Errors: NotAligned, BadArgument.
Result<Pages> decode_pages(const Request& request) {
    const Pages pages{{request.word(0)}, request.word(1) & mask(kDoneShift), request.word(1) >> kDoneShift};
    CHECK(is_aligned(pages.first.value, kPageSize), Error::NotAligned);
    CHECK(pages.first.value < kUserEnd, Error::BadArgument);
    CHECK(pages.count >= 1 && pages.count <= (kUserEnd - pages.first.value) / kPageSize, Error::BadArgument);
    CHECK(pages.done < pages.count, Error::BadArgument);
    return pages;
}

/// Leaves the pages at most the rights in `kept`: none, for Unmap.
Outcome restrict(const Request& request, std::uint64_t kept) {
    TRY(pages, decode_pages(request));
    VirtAddr next = pages.first + pages.done * kPageSize;
    TRY_VOID(check_ends(request.cap(), next, pages.end()));
    for (;;) {
        next = restrict_some(request.cap(), next, pages.end(), kept);
        if (next >= pages.end()) break;
        if (!should_pause()) continue;
        request.set_reply(1, (next - pages.first) / kPageSize << kDoneShift | pages.count);
        return Progress::Preempted;
    }
    request.set_reply(1, pages.count);
    return done();
}

Outcome info_of_frame(const Request& request) {
    const Capability& frame = request.cap();
    request.set_reply(0, to_physical(frame.object).value);
    request.set_reply(1, frame.size_bits);
    request.set_reply(2, frame.mapped_at);
    return done(3);
}

Outcome info_of_address(const Request& request) {
    TRY_VOID(request.needs(1));
    CHECK(request.word(0) < kUserEnd, Error::BadArgument);
    const Walk at = walk(request.cap().as<PageTable>(), {request.word(0)}, 0);
    CHECK(at.entry->is_leaf(), Error::NotMapped);
    request.set_reply(0, at.entry->address().value);
    request.set_reply(1, at.entry->map_flags());
    request.set_reply(2, level_bits(at.level));
    return done(3);
}

}  // namespace

Outcome invoke_frame(const Request& request) {
    Capability& frame = request.slot.cap;
    switch (static_cast<FrameMethod>(request.tag.label())) {
        case FrameMethod::Map: return map(request);
        case FrameMethod::Unmap:
            CHECK(frame.space != 0, Error::NotMapped);
            unmap_frame(frame);
            return done();
        case FrameMethod::Protect:
            TRY_VOID(request.needs(1));
            TRY_VOID(protect_frame(frame, request.word(0)));
            return done();
        case FrameMethod::Info: return info_of_frame(request);
    }
    return Failure(Error::BadMethod);
}

Outcome invoke_page_table(const Request& request) {
    Capability& table = request.slot.cap;
    TRY_VOID(request.needs_right(Rights::Write));
    switch (static_cast<PageTableMethod>(request.tag.label())) {
        case PageTableMethod::Map: {
            TRY_VOID(request.needs(2));
            TRY(vspace, request.find(0, CapType::VSpace, Rights::Write));
            TRY_VOID(map_table(table, vspace->cap, {request.word(1)}));
            return done();
        }
        case PageTableMethod::Unmap:
            CHECK(table.space != 0, Error::NotMapped);
            unmap_table(table);
            return done();
    }
    return Failure(Error::BadMethod);
}

Outcome invoke_vspace(const Request& request) {
    switch (static_cast<VSpaceMethod>(request.tag.label())) {
        case VSpaceMethod::Info: TRY_VOID(request.needs_right(Rights::Read)); return info_of_address(request);
        case VSpaceMethod::Unmap:
            TRY_VOID(request.needs(2));
            TRY_VOID(request.needs_right(Rights::Write));
            return restrict(request, 0);
        case VSpaceMethod::Protect:
            TRY_VOID(request.needs(3));
            TRY_VOID(request.needs_right(Rights::Write));
            CHECK(are_rights(request.word(2)), Error::BadArgument);
            return restrict(request, request.word(2));
    }
    return Failure(Error::BadMethod);
}

}  // namespace glenda
