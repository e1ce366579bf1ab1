// SPDX-License-Identifier: MIT
// SBRK, MMAP of frames, CREATE_OBJECT, MEMORY_INFO. The caller is charged for what it gets.
#include "factotum.h"

namespace glenda::factotum {

Reaction Factotum::sbrk(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const auto bytes = std::int64_t(reader.word());
    if (!reader.ok()) return ServerError::BadRequest;
    Region* heap = process.space.regions().find(RegionKind::Heap);
    if (heap == nullptr) return ServerError::PermissionDenied;

    // The break is far below 2^38, so only the increment can overflow.
    if (bytes > std::int64_t(kDeviceArea) || bytes < -std::int64_t(kDeviceArea)) return ServerError::OutOfMemory;
    const std::int64_t wanted = std::int64_t(process.break_) + bytes;
    if (wanted < std::int64_t(heap->start)) return ServerError::BadRequest;
    if (wanted > std::int64_t(kDeviceArea)) return ServerError::OutOfMemory;
    const std::uint64_t end = align_up(std::uint64_t(wanted), kPageSize);
    if (const auto moved = process.space.resize(memory_, *heap, end); !moved) return moved.error();
    process.break_ = std::uint64_t(wanted);
    return MessageWriter(0).word(process.break_);
}

/// MMAP of a Frame: maps it at a free address. Factotum keeps the capability.
Reaction Factotum::map_frame(Process& process, Request& request) {
    if (request.caps() != 1) return ServerError::NotSupported;
    if (process.is_founder()) return ServerError::PermissionDenied;
    MessageReader reader = request.reader();
    reader.word(), reader.word();  // address and length are hints, and ignored
    auto rights = MapFlags(reader.word());
    if (rights == MapFlags{}) rights = MapFlags::ReadWrite;
    const CNode node = request.caps_node();
    const auto given = node.info(request.cap_index(0));
    if (!reader.ok() || !given || given->type != CapType::Frame) return ServerError::BadRequest;

    const std::uint64_t size = bit(given->size_bits);
    const auto gap = process.space.regions().find_gap(2 * size - kPageSize, kDeviceArea, kDeviceArea + kAreaSize);
    if (!gap) return ServerError::TooMany;
    const std::uint64_t start = align_up(*gap, size);
    if (auto paid = process.space.charge(memory_, table_cost(start, start + size) * kTable); !paid) return paid.error();
    const auto slot = process.belongings.take_slot(memory_);  // from here on, tear_down() frees it, even after an error
    if (!slot) return slot.error();
    if (auto moved = own_node().move(*slot, node, request.cap_index(0)); !moved) return moved.error();
    if (auto mapped = process.space.map_foreign(memory_, *slot, start, size, rights); !mapped) return mapped.error();
    const Region region{.start = start, .end = start + size, .rights = rights, .kind = RegionKind::Device};
    if (!process.space.regions().add(region)) return ServerError::TooMany;
    return MessageWriter(0).word(start);
}

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
    return MessageWriter(0).word(info.total).word(info.free).word(info.reserved).word(info.tables);
}

}  // namespace glenda::factotum
