// SPDX-License-Identifier: MIT
// CREATE_OBJECT, DELETE_OBJECT, MEMORY_INFO. The caller is charged for what it gets.
#include "factotum.h"

namespace glenda::factotum {

Reaction Factotum::create_object(Process& process, Request& request) {
    if (process.is_founder()) return ServerError::PermissionDenied;
    const std::uint64_t type = request.reader().word();
    switch (CapType(type)) {
        case CapType::Endpoint:
        case CapType::Notification:
        case CapType::Reply:
        case CapType::Timer: break;
        default: return ServerError::BadRequest;
    }
    const auto charge = [&](Pages pages) { return process.space.charge(memory_, pages); };
    const auto made = process.belongings.make(memory_, CapType(type), charge);
    if (!made) return made.error();
    return MessageWriter(0).word(*made).cap(*made);
}

Reaction Factotum::delete_object(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const CPtr slot = reader.word();
    if (!reader.ok()) return ServerError::BadRequest;
    if (const ObjectNumber object = objects_.opened(slot, process.pid); object != 0) {
        break_pages(object);
        (void)objects_.close(slot, process.objects);
        resume_abandoned();
        if (objects_.has_more()) wind_timer();
        return Reaction::ok();
    }
    const auto freed = process.belongings.remove(memory_, slot);
    if (!freed) return freed.error();
    process.space.uncharge(memory_, *freed);
    return Reaction::ok();
}

/// What is cached counts as free, and not as charged to Factotum.
Reaction Factotum::memory_info() {
    const std::uint64_t cached = images_.unused_pages() + kits_.unused_pages();
    const Account& system = memory_.accounts()[Accounts::kSystem];
    const std::uint64_t needed = system.direct - cached;
    const std::uint64_t system_unused = needed < system.reserved ? system.reserved - needed : 0;
    const std::uint64_t unused = memory_.accounts().unused() - system.unused() + system_unused;
    const std::uint64_t kept = unused + Commit::kSlackChunks * kChunkPages;
    const MemoryInfo info{
        .total = memory_.total_pages() * kPageSize + reserved_bytes_,
        .free = (memory_.free_pages() + cached) * kPageSize,
        .reserved = (memory_.commit().charged().sum() - cached + kept) * kPageSize,
        .tables = table_bytes(),
    };
    return Reaction::ok(info.total, info.free, info.reserved, info.tables);
}

}  // namespace glenda::factotum
