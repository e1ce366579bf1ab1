// SPDX-License-Identifier: MIT
// OBJECT_CREATE and OBJECT_INFO: memory objects, and the capabilities that stand for them.
//
// Such a capability leads to Factotum's endpoint; its badge has the object's number. Nobody can make one but Factotum:
// a badge cannot be changed, and one on another endpoint is found out.
#include "factotum.h"

namespace glenda::factotum {

/// The object that capability `i` of a request stands for. Error: BadRequest.
Answer<ObjectNumber> Factotum::object_of(const Request& request, unsigned i) {
    const CNode node = request.caps_node();
    const auto given = node.info(request.cap_index(i));
    CHECK(given && given->type == CapType::Endpoint && (given->badge & kObjectBadge) != 0, ServerError::BadRequest);
    const auto is_ours = node.same(request.cap_index(i), own_node(), kFactotumEndpoint);
    CHECK(is_ours && *is_ours, ServerError::BadRequest);
    const std::uint64_t number = given->badge & ~kObjectBadge;
    CHECK(objects_.find(number) != nullptr, ServerError::BadRequest);
    return ObjectNumber(number);
}

Reaction Factotum::create_memory_object(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t pages = reader.word(), kind = reader.word();
    if (process.is_founder()) return ServerError::PermissionDenied;
    if (!reader.ok()) return ServerError::BadRequest;
    if (kind > std::uint64_t(ObjectKind::Pager)) return ServerError::NotSupported;

    const auto slot = memory_.heap().take();
    if (!slot) return ServerError::TooMany;
    const auto made = objects_.create(pages, process.account, ObjectKind(kind));
    if (!made) {
        memory_.heap().give(*slot);
        return made.error();
    }
    objects_.open(*made, process.pid, *slot, process.objects);
    const auto minted =
        own_node().mint(*slot, own_node(), kFactotumEndpoint, Rights::Write | Rights::Grant, kObjectBadge | *made);
    if (!minted) {
        (void)objects_.close(*slot, process.objects);
        return minted.error();
    }
    return MessageWriter(0).word(*slot).cap(*slot);
}

Reaction Factotum::object_info(Request& request) {
    if (request.caps() != 1) return ServerError::BadRequest;
    const auto number = object_of(request, 0);
    if (!number) return number.error();
    const MemoryObject& object = *objects_.find(*number);
    return Reaction::ok(object.kind, object.pages, object.resident);
}

}  // namespace glenda::factotum
