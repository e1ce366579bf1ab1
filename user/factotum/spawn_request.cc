// SPDX-License-Identifier: MIT
// See spawn_request.h.
#include "spawn_request.h"

#include "glenda/slots.h"

namespace glenda::factotum {

Answer<void> SpawnRequest::decode(const Request& request) {
    message = &request;
    MessageReader reader = request.reader();
    flags = SpawnFlags(reader.word());
    priority = reader.word();
    map = reader.word();
    argument_count = reader.word();
    CHECK(argument_count != 0 && argument_count <= kMaxTexts, ServerError::BadRequest);
    texts = reader;
    file = reader.text();
    for (std::uint64_t i = 1; i < argument_count; i++) reader.text();
    if (has(flags, SpawnFlags::Environment)) {
        variable_count = reader.word();
        CHECK(variable_count <= kMaxTexts - argument_count, ServerError::BadRequest);
        for (std::uint64_t i = 0; i < variable_count; i++) reader.text();
    }
    if (has(flags, SpawnFlags::Block)) {
        block_bytes = reader.word();
        CHECK(argument_count == 1 && !has(flags, SpawnFlags::Environment), ServerError::BadRequest);
        CHECK(request.caps() != 0, ServerError::BadRequest);
    }
    if (has(flags, SpawnFlags::Limits)) {
        reserved = reader.word();
        limit = reader.word();
        grants = Grants(reader.word());
    }
    CHECK(reader.ok(), ServerError::BadRequest);
    tid = reader.word();  // none: 0
    CHECK(!has(flags, SpawnFlags::Debug) || !has(flags, SpawnFlags::NoMount), ServerError::BadRequest);
    radix = cnode_radix_of(flags) != 0 ? cnode_radix_of(flags) : kProcessCNodeRadix;
    CHECK(radix >= kProcessCNodeRadix && radix <= kMaxProcessCNodeRadix, ServerError::BadRequest);
    for (unsigned i = first_cap(); i < request.caps(); i++) CHECK(target_slot(i) != 0, ServerError::PermissionDenied);
    return {};
}

void SpawnRequest::read_texts(std::span<std::string_view, kMaxTexts> found) const {
    MessageReader reader = texts;
    for (std::uint64_t i = 0; i < argument_count; i++) found[i] = reader.text();
    if (variable_count != 0) reader.word();
    for (std::uint64_t i = 0; i < variable_count; i++) found[argument_count + i] = reader.text();
}

CPtr SpawnRequest::target_slot(unsigned i) const {
    const unsigned place = i - first_cap();
    const CPtr slot = (map >> (8 * place)) & 0xff;
    if (slot == 0) return kSlotPassed + place;
    const bool allowed = slot == kSlotNineball || slot == kSlotStdio || slot == kSlotConsole ||
                         (kSlotPassed <= slot && slot < kSlotPassedEnd);
    return allowed ? slot : 0;
}

}  // namespace glenda::factotum
