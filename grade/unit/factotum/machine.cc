// SPDX-License-Identifier: MIT
// See machine.h.
#include "machine.h"

#include <algorithm>
#include <cstring>

namespace glenda::factotum {

class Reserve {};

namespace test {

namespace {

constexpr std::uint64_t kDirectory = bit(30), kLeaf = bit(21);

Reserve no_reserve;

unsigned object_bits(CapType type, unsigned size_bits) {
    switch (type) {
        case CapType::Untyped:
        case CapType::Frame: return size_bits;
        case CapType::CNode: return size_bits + kSlotBits;
        case CapType::VSpace:
        case CapType::PageTable: return kPageBits;
        case CapType::Tcb: return kTcbBits;
        default: return 6;
    }
}

}  // namespace

Machine& machine() {
    static Machine the_machine;
    return the_machine;
}

void Machine::add_untyped(CPtr slot, std::uint64_t address, unsigned size_bits) {
    slots[slot] = {.type = CapType::Untyped, .size_bits = size_bits, .object = address};
}

const Mapping* Machine::look(CPtr vspace, std::uint64_t address) const {
    const auto cap = slots.find(vspace);
    if (cap == slots.end()) return nullptr;
    const Space& space = spaces.at(identities.at(cap->second.object));
    const auto page = space.pages.find(align_down(address, kPageSize));
    return page == space.pages.end() ? nullptr : &page->second;
}

Error Machine::fail() {
    if (fails_after < 0) return Error::Ok;
    return fails_after-- == 0 ? (fails_after = -1, failure) : Error::Ok;
}

Cap* Machine::find(CPtr slot) {
    const auto at = slots.find(slot);
    return at == slots.end() ? nullptr : &at->second;
}

void Machine::fill(CPtr slot, const Cap& cap) {
    slots[slot] = cap;
    children[cap.parent].push_back(slot);
}

void Machine::end_mapping(Cap& frame) {
    if (const auto space = spaces.find(frame.space); frame.space != 0 && space != spaces.end()) {
        const auto page = space->second.pages.find(frame.address);
        if (page != space->second.pages.end() && page->second.physical == frame.object) space->second.pages.erase(page);
    }
    frame.space = 0;
}

/// Deletes a capability; its children become its parent's.
void Machine::erase(CPtr slot) {
    Cap cap = slots.at(slot);
    if (cap.type == CapType::Frame) end_mapping(cap);
    auto& siblings = children[cap.parent];
    siblings.erase(std::find(siblings.begin(), siblings.end(), slot));
    for (const CPtr child : children[slot]) {
        slots[child].parent = cap.parent;
        siblings.push_back(child);
    }
    children.erase(slot);
    slots.erase(slot);
    if (cap.type != CapType::VSpace && cap.type != CapType::CNode) return;
    const bool is_last = std::none_of(slots.begin(), slots.end(), [&](const auto& other) {
        return other.second.object == cap.object && other.second.type == cap.type;
    });
    if (is_last) destroy(cap);
}

void Machine::destroy(const Cap& cap) {
    if (cap.type == CapType::VSpace) {
        spaces.erase(identities.at(cap.object));
        identities.erase(cap.object);
        return;
    }
    const CPtr first = slot_in(cap, 0), end = first + bit(cap.size_bits);
    for (auto at = slots.lower_bound(first); at != slots.end() && at->first < end; at = slots.lower_bound(first))
        erase(at->first);
}

void Machine::erase_children(CPtr slot) {
    while (!children[slot].empty()) {
        const CPtr child = children[slot].back();
        erase_children(child);
        erase(child);
    }
}

Result<void> Machine::retype(CPtr untyped, CapType type, unsigned size_bits, CPtr to, unsigned count) {
    if (const Error error = fail(); error != Error::Ok) return Failure(error);
    Cap* const cap = find(untyped);
    CHECK(cap != nullptr && cap->type == CapType::Untyped, Error::WrongType);
    CHECK(count >= 1 && count <= kMaxRetypeCount, Error::BadArgument);
    for (unsigned i = 0; i < count; i++) CHECK(find(to + i) == nullptr, Error::SlotOccupied);
    if (children[untyped].empty()) cap->watermark = 0;
    const std::uint64_t size = bit(object_bits(type, size_bits));
    const std::uint64_t begin = align_up(cap->watermark, size);
    CHECK(begin + count * size <= bit(cap->size_bits), Error::NotEnoughMemory);
    cap->watermark = begin + count * size;
    for (unsigned i = 0; i < count; i++) {
        const std::uint64_t object = slots[untyped].object + begin + i * size;
        fill(to + i, {.type = type, .size_bits = size_bits, .parent = untyped, .object = object});
        if (type == CapType::Frame) std::memset(memory + object, 0, size);
        if (type == CapType::VSpace) {
            identities[object] = next_identity;
            spaces[next_identity++];
        }
    }
    return {};
}

Result<void> Machine::copy(CPtr to, CPtr from, unsigned count) {
    if (const Error error = fail(); error != Error::Ok) return Failure(error);
    for (unsigned i = 0; i < count; i++) {
        CHECK(find(from + i) != nullptr, Error::SlotEmpty);
        CHECK(find(to + i) == nullptr, Error::SlotOccupied);
    }
    for (unsigned i = 0; i < count; i++) {
        Cap copy = *find(from + i);
        copy.parent = from + i;
        copy.space = 0;
        fill(to + i, copy);
    }
    return {};
}

TestMemory::TestMemory(std::uint64_t chunks, std::uint64_t system_pages)
    : map_(chunks),
      table_(Books(map_).end / sizeof(std::uint64_t)),
      window_(new std::byte[chunks << kChunkBits]),
      kernel_(no_reserve) {
    machine().reset();
    machine().spaces[kOwnSpace];
    machine().memory = window_.get();
    for (ChunkNumber chunk = 0; chunk < chunks; chunk++)
        machine().add_untyped(map_.chunk(chunk), std::uint64_t{chunk} << kChunkBits, kChunkBits);
    memory_ = std::make_unique<Memory>(kernel_, map_, reinterpret_cast<std::byte*>(table_.data()), window_.get(),
                                       system_pages);
}

}  // namespace test

// --- the kernel's part ------------------------------------------------------------------------------------

namespace {

using namespace test;

Result<void> map_at(CPtr frame, std::uint64_t identity, std::uint64_t address, MapFlags flags) {
    Machine& m = machine();
    Cap* const cap = m.find(frame);
    CHECK(cap != nullptr && cap->type == CapType::Frame, Error::WrongType);
    const bool replaces = (std::uint64_t(flags) & std::uint64_t(MapFlags::Replace)) != 0;
    CHECK(cap->space == 0 || replaces, Error::AlreadyMapped);
    Space& space = m.spaces.at(identity);
    if (identity != kOwnSpace) {
        CHECK(space.directories.contains(address / kDirectory), Error::MissingTable);
        CHECK(space.leaves.contains(address / kLeaf), Error::MissingTable);
    }
    CHECK(replaces || !space.pages.contains(address), Error::AlreadyMapped);
    m.end_mapping(*cap);
    space.pages[address] = {cap->object, MapFlags(std::uint64_t(flags) & 7)};
    cap->space = identity;
    cap->address = address;
    return {};
}

std::uint64_t identity_of(CPtr vspace) { return machine().identities.at(machine().slots.at(vspace).object); }

}  // namespace

Result<void> Kernel::retype(CPtr untyped, CapType type, unsigned size_bits, CPtr to, unsigned count) {
    return machine().retype(untyped, type, size_bits, to, count);
}

Result<void> Kernel::copy(CPtr to, CPtr from, unsigned count) { return machine().copy(to, from, count); }

Result<void> Kernel::copy_with(CPtr to, CPtr from, Rights) { return copy(to, from); }

Result<void> Kernel::mint(CPtr to, CPtr from, Rights, Badge badge) {
    const Cap* const cap = machine().find(from);
    CHECK(cap == nullptr || cap->badge == 0, Error::BadArgument);
    TRY_VOID(copy(to, from));
    machine().find(to)->badge = badge;
    return {};
}

Result<void> Kernel::move(CPtr to, CPtr from) {
    TRY_VOID(copy(to, from));
    machine().erase(from);
    return {};
}

Result<CapType> Kernel::type(CPtr slot) {
    const Cap* const cap = machine().find(slot);
    return cap == nullptr ? CapType::Null : cap->type;
}

Result<void> Kernel::remove(CPtr slot) {
    if (machine().find(slot) != nullptr) machine().erase(slot);
    return {};
}

Result<void> Kernel::revoke(CPtr slot) {
    CHECK(machine().find(slot) != nullptr, Error::InvalidCapability);
    machine().erase_children(slot);
    return {};
}

Result<void> Kernel::map(CPtr frame, CPtr space, std::uint64_t address, MapFlags flags, unsigned count) {
    if (const Error error = machine().fail(); error != Error::Ok) return Failure(error);
    for (unsigned i = 0; i < count; i++)
        TRY_VOID(map_at(frame + i, identity_of(space), address + i * kPageSize, flags));
    return {};
}

Result<void> Kernel::map_table(CPtr table, CPtr vspace, std::uint64_t address) {
    if (const Error error = machine().fail(); error != Error::Ok) return Failure(error);
    CHECK(machine().find(table) != nullptr && machine().find(table)->type == CapType::PageTable, Error::WrongType);
    Space& space = machine().spaces.at(identity_of(vspace));
    if (!space.directories.contains(address / kDirectory)) {
        space.directories[address / kDirectory] = 1;
        return {};
    }
    CHECK(!space.leaves.contains(address / kLeaf), Error::AlreadyMapped);
    space.leaves[address / kLeaf] = 1;
    return {};
}

Result<void> Kernel::map_own(CPtr frame, std::uint64_t address, unsigned count) {
    if (const Error error = machine().fail(); error != Error::Ok) return Failure(error);
    for (unsigned i = 0; i < count; i++)
        TRY_VOID(map_at(frame + i, kOwnSpace, address + i * kPageSize, MapFlags::ReadWrite | MapFlags::Replace));
    return {};
}

Result<void> Kernel::unmap(CPtr vspace, std::uint64_t address, std::uint64_t pages) {
    Space& space = machine().spaces.at(identity_of(vspace));
    space.pages.erase(space.pages.lower_bound(address), space.pages.lower_bound(address + pages * kPageSize));
    return {};
}

Result<void> Kernel::protect(CPtr vspace, std::uint64_t address, std::uint64_t pages, MapFlags rights) {
    Space& space = machine().spaces.at(identity_of(vspace));
    const auto end = space.pages.lower_bound(address + pages * kPageSize);
    for (auto page = space.pages.lower_bound(address); page != end; page++)
        page->second.flags = MapFlags(std::uint64_t(page->second.flags) & std::uint64_t(rights));
    return {};
}

}  // namespace glenda::factotum
