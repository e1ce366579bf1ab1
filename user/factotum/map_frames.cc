// SPDX-License-Identifier: MIT
// MMAP of Frames: memory that somebody else has made, such as the registers of a device, or pages that two processes
// share. Factotum keeps the capabilities, so the mapping lasts until the process ends, or their maker revokes them.
#include <algorithm>

#include "factotum.h"

namespace glenda::factotum {

namespace {

/// The size of the frames that a request brings: all of one.
std::optional<std::uint64_t> size_of_frames(const Request& request) {
    std::uint64_t size = 0;
    for (unsigned i = 0; i < request.caps(); i++) {
        const auto given = request.caps_node().info(request.cap_index(i));
        if (!given || given->type != CapType::Frame) return std::nullopt;
        if (i != 0 && bit(given->size_bits) != size) return std::nullopt;
        size = bit(given->size_bits);
    }
    return size;
}

constexpr std::uint64_t kDeviceAreaEnd = kDeviceArea + kAreaSize;

}  // namespace

Reaction Factotum::map_frames(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t address = reader.word(), room = reader.word();
    const auto asked = MapFlags(reader.word());
    const auto flags = MmapFlags(reader.word());
    const auto size = size_of_frames(request);
    if (!reader.ok() || !size || room > kAreaSize) return ServerError::BadRequest;
    const MapFlags rights = asked == MapFlags{} ? MapFlags::ReadWrite : asked;

    RegionList& regions = process.space.regions();
    const std::uint64_t length = *size * request.caps();
    std::uint64_t start = address;
    if (has(flags, MmapFlags::Fixed)) {
        if (start % *size != 0 || start < kDeviceArea || start > kDeviceAreaEnd - length)
            return ServerError::BadRequest;
        if (regions.overlaps(start, start + length)) return ServerError::Exists;
    } else {
        const std::uint64_t wanted = std::max(length, align_up(room, *size));
        const auto gap = regions.find_gap(wanted + *size - kPageSize, kDeviceArea, kDeviceAreaEnd);
        if (!gap) return ServerError::TooMany;
        start = align_up(*gap, *size);
    }
    if (const auto mapped = map_frames_at(process, start, request, rights); !mapped) return mapped.error();
    return Reaction::ok(start);
}

/// All of them, or none.
Answer<void> Factotum::map_frames_at(Process& process, std::uint64_t start, const Request& request, MapFlags rights) {
    AddressSpace& space = process.space;
    const CNode node = request.caps_node();
    const std::uint64_t size = *size_of_frames(request), end = start + size * request.caps();
    TRY_VOID(space.map(memory_, {.start = start, .end = end, .rights = rights, .kind = RegionKind::Device}));
    for (unsigned i = 0; i < request.caps(); i++) {
        // From here on, tear_down() frees the slot, even after an error.
        const auto slot = process.belongings.take_slot(memory_);
        Answer<void> mapped{};
        if (!slot)
            mapped = Refusal(slot.error());
        else if (const auto moved = own_node().move(*slot, node, request.cap_index(i)); !moved)
            mapped = Refusal(moved.error());
        else if (const auto done = space.map_foreign(memory_, *slot, start + i * size, size, rights); !done)
            mapped = Refusal(done.error());
        if (mapped) continue;
        (void)space.unmap(memory_, start, end);
        return mapped;
    }
    return {};
}

}  // namespace glenda::factotum
