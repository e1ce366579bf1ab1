// SPDX-License-Identifier: MIT
// Frames, page tables and VSpaces: decode, then let mem/mapping.h do it.
//
// Two capabilities are looked at for a mapping: the invoked one says what is mapped, and with which rights; the VSpace
// among the words says where. The mapping belongs to the first, and goes with it.
// Handout: reference/kernel-design.md, "Address spaces".
#include "call/request.h"
#include "mem/mapping.h"

namespace glenda {

namespace {

Outcome map(const Request& request) {
    TRY_VOID(request.needs(3));
    TRY(vspace, request.find(0, CapType::VSpace, Rights::Write));
    const VirtAddr address{request.word(1)};
    const Result<void> mapped = map_frame(request.slot.cap, vspace->cap, address, request.word(2));
    if (mapped.error() == Error::MissingTable) request.set_reply(0, missing_level(vspace->cap, address));
    TRY_VOID(mapped);
    return done();
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
        case FrameMethod::Info:
            request.set_reply(0, to_physical(frame.object).value);
            request.set_reply(1, frame.size_bits);
            request.set_reply(2, frame.mapped_at);
            return done(3);
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
    TRY_VOID(request.needs_right(Rights::Read));
    switch (static_cast<VSpaceMethod>(request.tag.label())) {
        case VSpaceMethod::Info: {
            TRY_VOID(request.needs(1));
            CHECK(request.word(0) < kUserEnd, Error::BadArgument);
            const Walk at = walk(request.cap().as<PageTable>(), {request.word(0)}, 0);
            CHECK(at.entry->is_leaf(), Error::NotMapped);
            request.set_reply(0, at.entry->address().value);
            request.set_reply(1, at.entry->map_flags());
            request.set_reply(2, level_bits(at.level));
            return done(3);
        }
    }
    return Failure(Error::BadMethod);
}

}  // namespace glenda
