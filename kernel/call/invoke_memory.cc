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

Outcome outcome_of(Error error) {
    CHECK(error == Error::Ok, error);
    return 0;
}

Outcome map(const Request& request) {
    TRY_VOID(request.needs(3));
    TRY(vspace, request.find(0, CapType::VSpace, Rights::Write));
    const MapResult result = map_frame(request.slot.cap, vspace->cap, {request.word(1)}, request.word(2));
    if (result.error == Error::MissingTable) request.set_reply(0, result.missing_level);
    return outcome_of(result.error);
}

}  // namespace

Outcome invoke_frame(const Request& request) {
    Capability& frame = request.slot.cap;
    switch (static_cast<FrameMethod>(request.tag.label())) {
        case FrameMethod::Map: return map(request);
        case FrameMethod::Unmap:
            CHECK(frame.space != 0, Error::NotMapped);
            unmap_frame(frame);
            return 0;
        case FrameMethod::Protect: {
            TRY_VOID(request.needs(1));
            return outcome_of(protect_frame(frame, request.word(0)));
        }
        case FrameMethod::Info:
            request.set_reply(0, to_physical(frame.object).value);
            request.set_reply(1, frame.size_bits);
            request.set_reply(2, frame.mapped_at);
            return 3;
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
            return outcome_of(map_table(table, vspace->cap, {request.word(1)}));
        }
        case PageTableMethod::Unmap:
            CHECK(table.space != 0, Error::NotMapped);
            unmap_table(table);
            return 0;
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
            return 3;
        }
    }
    return Failure(Error::BadMethod);
}

}  // namespace glenda
