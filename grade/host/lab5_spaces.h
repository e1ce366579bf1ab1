// SPDX-License-Identifier: MIT
// Lab 5: address spaces on a kernel of the host (grade/unit/factotum/machine.h), and a look at what threads would see.
#pragma once

#include <memory>

#include "audit/frame_audit.h"
#include "check.h"
#include "factotum/machine.h"
#include "lab5_program.h"
#include "vm/address_space.h"

namespace glenda::factotum::lab5 {

using test::machine;
using test::Mapping;

constexpr std::uint64_t kMaps = kMapArea;  // where tests map memory

inline Region anonymous(std::uint64_t pages, MapFlags rights = MapFlags::ReadWrite, std::uint64_t start = kMaps) {
    return {.start = start, .end = start + pages * kPageSize, .rights = rights, .kind = RegionKind::Anonymous};
}

/// A shared region of an object, from its first page on.
inline Region of_object(ObjectNumber object, std::uint64_t pages, std::uint64_t start = kMaps) {
    Region region = anonymous(pages, MapFlags::ReadWrite, start);
    region.kind = RegionKind::Object;
    region.is_shared = true;
    region.source = object;
    return region;
}

/// Memory for some spaces, all of which run one program.
class World {
public:
    static constexpr std::uint64_t kChunks = 10;

    World() { image = images.add(program.parsed(), program.bytes()); }

    /// A space with the program.
    AddressSpace begin(host::Caller = std::source_location::current()) {
        AddressSpace space = empty();
        EXPECT(space.enter(memory, *image).has_value());
        return space;
    }
    AddressSpace empty() {
        AddressSpace space;
        EXPECT(space.create(memory, stores, Accounts::kRoot).has_value());
        return space;
    }
    /// `utcb`: of the thread that forks.
    AddressSpace fork(AddressSpace& parent, std::uint64_t utcb = 0, host::Caller = std::source_location::current()) {
        AddressSpace child = empty();
        EXPECT(copy(child, parent, utcb).has_value());
        return child;
    }
    /// The same, into a space that is empty, and not in slices. It may be refused.
    Answer<bool> copy(AddressSpace& child, AddressSpace& parent, std::uint64_t utcb = 0) {
        unsigned steps = ~0u;
        return child.fork(memory, parent, utcb, steps);
    }
    void map(AddressSpace& space, const Region& region, host::Caller = std::source_location::current()) {
        EXPECT(space.map(memory, region).has_value());
    }

    /// What the kernel maps at an address; null if it maps nothing.
    static const Mapping* look(const AddressSpace& space, std::uint64_t address) {
        return machine().look(space.vspace(), address);
    }
    static PageNumber page_of(const Mapping& mapping) { return PageNumber(mapping.physical >> kPageBits); }
    /// The page at an address, or kNoPage.
    static PageNumber page_at(const AddressSpace& space, std::uint64_t address) {
        const Mapping* const mapping = look(space, address);
        return mapping == nullptr ? kNoPage : page_of(*mapping);
    }
    std::uint32_t refs(PageNumber page) { return memory.record(page).refs; }
    /// What a thread finds at an address. It faults if it has to, but never twice.
    std::byte& touch(AddressSpace& space, std::uint64_t address, Access access,
                     host::Caller = std::source_location::current()) {
        if (!can(space, address, access)) EXPECT(space.resolve(memory, address, access) == CrashKind::None);
        const bool can_access_after_the_fault = can(space, address, access);
        EXPECT(can_access_after_the_fault);
        return machine().memory[look(space, address)->physical + address % kPageSize];
    }
    std::byte& read(AddressSpace& space, std::uint64_t address, host::Caller = std::source_location::current()) {
        return touch(space, address, Access::Read);
    }
    void write(AddressSpace& space, std::uint64_t address, unsigned value,
               host::Caller = std::source_location::current()) {
        touch(space, address, Access::Write) = std::byte(value);
    }
    bool can(const AddressSpace& space, std::uint64_t address, Access access) const {
        const Mapping* const mapping = look(space, address);
        return mapping != nullptr && (std::uint64_t(mapping->flags) & std::uint64_t(access)) != 0;
    }

    /// Factotum's own audit: who names each frame, who maps it, what is promised. These are all spaces.
    void check(std::initializer_list<const AddressSpace*> spaces, host::Caller = std::source_location::current()) {
        FrameAudit audit(memory);
        audit.add(images);
        audit.add(objects);
        audit.add(kits);
        for (const AddressSpace* const space : spaces) audit.add(*space);
        const Broken frames = audit.finish();
        EXPECT_EQ(frames, Broken::Nothing);
        const Broken books = audit_memory(memory);
        EXPECT_EQ(books, Broken::Nothing);
    }
    /// Pages that nobody uses; those of the image and of kits count as free.
    std::uint64_t free_pages() const { return memory.free_pages() + images.unused_pages() + kits.unused_pages(); }
    void end(AddressSpace& space) { space.destroy(memory); }

private:
    struct Areas {
        alignas(kPageSize) std::byte bytes[3][64 * kPageSize] = {};
    };
    std::uint64_t area(unsigned i) const { return reinterpret_cast<std::uint64_t>(areas_->bytes[i]); }

    std::unique_ptr<Areas> areas_ = std::make_unique<Areas>();
    test::TestMemory books_{kChunks};

public:
    Memory& memory = books_.memory();
    ObjectStore objects{memory, area(2)};
    SpaceKits kits{memory};
    ImageStore images{memory, area(0), area(1)};
    Stores stores{kits, images, objects};
    Program program;
    Image* image = nullptr;
};

}  // namespace glenda::factotum::lab5
