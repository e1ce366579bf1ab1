// SPDX-License-Identifier: MIT
// Lab 5, exercise 5.3: what a fault makes, finds and maps, and which accesses are crashes.
#include "lab5_spaces.h"

namespace glenda::factotum {

namespace {

using namespace lab5;

constexpr std::uint64_t kDataStart = align_down(kData, kPageSize);

/// The first access makes a page of zeroes; it is mapped with the region's rights, and the next access finds it.
void first_access() {
    World world;
    AddressSpace space = world.begin();
    world.map(space, anonymous(3));
    EXPECT_EQ(space.resident_pages(), std::uint64_t{0});
    EXPECT(world.read(space, kMaps + kPageSize + 5) == std::byte{0});
    EXPECT_EQ(space.resident_pages(), std::uint64_t{1});
    EXPECT(World::look(space, kMaps) == nullptr && World::look(space, kMaps + 2 * kPageSize) == nullptr);
    EXPECT_EQ(World::look(space, kMaps + kPageSize)->flags, MapFlags::ReadWrite);
    world.write(space, kMaps + kPageSize + 5, 7);
    EXPECT(world.read(space, kMaps + kPageSize + 5) == std::byte{7});
    EXPECT_EQ(space.resident_pages(), std::uint64_t{1});
    world.check({&space});
    world.end(space);
    world.check({});
}

/// An access that the region does not allow changes nothing.
void forbidden() {
    World world;
    AddressSpace space = world.begin();
    world.map(space, anonymous(1, MapFlags::Read));
    world.map(space, anonymous(1, MapFlags{}, kMaps + 0x10'0000));
    EXPECT(space.resolve(world.memory, kMaps, Access::Write) == CrashKind::WriteProtected);
    EXPECT(space.resolve(world.memory, kMaps, Access::Execute) == CrashKind::ExecuteProtected);
    EXPECT(space.resolve(world.memory, kMaps + 0x10'0000, Access::Read) == CrashKind::ReadProtected);
    EXPECT(space.resolve(world.memory, kText, Access::Write) == CrashKind::WriteProtected);
    EXPECT_EQ(space.resident_pages(), std::uint64_t{0});
    EXPECT(World::look(space, kMaps) == nullptr);
    (void)world.read(space, kMaps);
    EXPECT_EQ(World::look(space, kMaps)->flags, MapFlags::Read);
    EXPECT(space.resolve(world.memory, kMaps, Access::Write) == CrashKind::WriteProtected);
}

/// Outside all regions, and close below the stack.
void nothing_there() {
    World world;
    AddressSpace space = world.begin();
    world.map(space, anonymous(1));
    world.map(space, anonymous(kStackSize / kPageSize, MapFlags::ReadWrite, kStackTop - kStackSize));
    EXPECT(space.resolve(world.memory, kMaps - 1, Access::Read) == CrashKind::LoadPageFault);
    EXPECT(space.resolve(world.memory, kMaps + kPageSize, Access::Write) == CrashKind::StorePageFault);
    EXPECT(space.resolve(world.memory, 0, Access::Execute) == CrashKind::InstructionPageFault);
    EXPECT(space.resolve(world.memory, kStackTop - kStackSize - 8, Access::Write) == CrashKind::StackOverflow);
    EXPECT_EQ(space.resident_pages(), std::uint64_t{0});
}

/// Text comes from the image, 16 pages at a time, and is never written. Two spaces see the same pages.
void shared_text() {
    World world;
    AddressSpace one = world.begin(), two = world.begin();
    const std::uint64_t free = world.memory.free_pages();
    for (AddressSpace* const space : {&one, &two}) {
        for (std::uint64_t at = kText; at < kText + kTextSize; at += 0x401)
            EXPECT(world.touch(*space, at, Access::Execute) == world.program.at(at));
        EXPECT_EQ(World::look(*space, kText)->flags, MapFlags::ReadExecute);
    }
    EXPECT_EQ(World::page_at(one, kText), World::page_at(two, kText));
    EXPECT_EQ(world.refs(World::page_at(one, kText)), 2u);
    EXPECT(free - world.memory.free_pages() <= 2 * 4);  // tables, and the frames beside them
    world.check({&one, &two});
    world.end(one);
    EXPECT(world.read(two, kText + 9) == world.program.at(kText + 9));
    world.check({&two});
}

/// Data that may be written is each process's own, also if it is only read, and ends in zeroes.
void own_data() {
    World world;
    AddressSpace one = world.begin(), two = world.begin();
    for (std::uint64_t at = kData; at < kData + kDataMemory; at += 0x101)
        EXPECT(world.read(one, at) == world.program.at(at));
    world.write(one, kData, 0xaa);
    EXPECT(world.read(two, kData) == world.program.at(kData));
    EXPECT(World::page_at(one, kDataStart) != World::page_at(two, kDataStart));
    EXPECT_EQ(World::look(two, kDataStart)->flags, MapFlags::ReadWrite);
    EXPECT_EQ(world.refs(World::page_at(one, kDataStart)), 0u);
    world.check({&one, &two});
    AddressSpace three = world.begin();
    EXPECT(world.read(three, kData) == world.program.at(kData));  // the image itself has not changed
}

/// Who maps an object that is shared sees what the others write, at whatever address.
void shared_objects() {
    World world;
    AddressSpace one = world.begin(), two = world.begin();
    const auto object = world.objects.create(4, Accounts::kRoot);
    EXPECT(object.has_value());
    Region region = of_object(*object, 4);
    world.map(one, region);
    region.start = kMaps + 0x10'0000;
    region.end = region.start + 2 * kPageSize;
    region.offset = 2;
    world.map(two, region);

    const std::uint64_t slots = world.memory.heap().free_slots();
    world.write(one, kMaps + 3 * kPageSize, 42);
    EXPECT_EQ(world.memory.heap().free_slots(), slots);  // the object maps nothing, so the page's product is free
    EXPECT(world.read(two, region.start + kPageSize) == std::byte{42});
    world.write(two, region.start + kPageSize, 43);
    EXPECT(world.read(one, kMaps + 3 * kPageSize) == std::byte{43});
    const PageNumber page = World::page_at(one, kMaps + 3 * kPageSize);
    EXPECT_EQ(page, World::page_at(two, region.start + kPageSize));
    EXPECT_EQ(world.refs(page), 2u);  // the object is the first to name it
    EXPECT_EQ(World::look(two, region.start + kPageSize)->flags, MapFlags::ReadWrite);
    EXPECT_EQ(one.resident_pages(), std::uint64_t{1});
    world.check({&one, &two});
    world.end(one);
    EXPECT(world.read(two, region.start + kPageSize) == std::byte{43});
    EXPECT_EQ(world.refs(page), 1u);
    world.check({&two});
    world.end(two);
}

/// Maps the one page of a new object at kMaps in both spaces.
void share_page(World& world, AddressSpace& one, AddressSpace& two) {
    const auto object = world.objects.create(1, Accounts::kRoot);
    EXPECT(object.has_value());
    Region region = of_object(*object, 1);
    world.map(one, region);
    world.map(two, region);
}

/// The second space that maps a page takes a slot for that, once.
void own_capability() {
    World world;
    AddressSpace one = world.begin(), two = world.begin();
    share_page(world, one, two);
    world.write(one, kMaps, 1);
    const std::uint64_t slots = world.memory.heap().free_slots();
    for (int times = 0; times < 3; times++) {
        EXPECT(two.resolve(world.memory, kMaps, Access::Write) == CrashKind::None);
        EXPECT_EQ(world.memory.heap().free_slots(), slots - 1);
    }
    EXPECT(world.can(one, kMaps, Access::Write) && world.can(two, kMaps, Access::Write));
    world.check({&one, &two});
}

/// When slots run out, the page's one capability maps it wherever it was touched last.
void no_slots_left() {
    World world;
    AddressSpace one = world.begin(), two = world.begin();
    share_page(world, one, two);
    while (world.memory.heap().take()) {
    }
    world.write(one, kMaps, 1);
    for (unsigned turn = 0; turn < 3; turn++) {
        AddressSpace &now = turn % 2 == 0 ? two : one, &before = turn % 2 == 0 ? one : two;
        EXPECT(world.read(now, kMaps) == std::byte(turn + 1));
        world.write(now, kMaps, turn + 2);
        EXPECT(!world.can(before, kMaps, Access::Read));
    }
}

/// A private mapping of an object may not write to the object's page.
void private_objects() {
    World world;
    AddressSpace space = world.begin();
    const auto object = world.objects.create(1, Accounts::kRoot);
    EXPECT(object.has_value());
    Region region = anonymous(1);
    region.kind = RegionKind::Object;
    region.source = *object;
    world.map(space, region);
    EXPECT(world.read(space, kMaps) == std::byte{0});
    EXPECT_EQ(World::look(space, kMaps)->flags, MapFlags::Read);
    EXPECT_EQ(world.refs(World::page_at(space, kMaps)), 1u);
    world.check({&space});
}

/// A device was mapped when its region was made. The page of an object with a pager is somebody else's business.
void devices_and_pagers() {
    World world;
    AddressSpace space = world.begin();
    world.map(space, {.start = kDeviceArea,
                      .end = kDeviceArea + kPageSize,
                      .rights = MapFlags::ReadWrite,
                      .kind = RegionKind::Device});
    EXPECT(space.resolve(world.memory, kDeviceArea, Access::Write) == CrashKind::None);
    EXPECT(World::look(space, kDeviceArea) == nullptr);

    const auto object = world.objects.create(1, Accounts::kRoot, ObjectKind::Pager);
    EXPECT(object.has_value());
    Region region = of_object(*object, 1);
    world.map(space, region);
    EXPECT(space.resolve(world.memory, kMaps, Access::Read) == CrashKind::PagerEnded);
    EXPECT_EQ(space.resident_pages(), std::uint64_t{0});
    world.check({&space});
}

/// Two threads may fault at one address. The second fault is no mistake, and takes nothing.
void twice() {
    World world;
    AddressSpace space = world.begin();
    world.map(space, anonymous(1));
    world.write(space, kMaps, 9);
    const PageNumber page = World::page_at(space, kMaps);
    const std::uint64_t free = world.memory.free_pages();
    EXPECT(space.resolve(world.memory, kMaps, Access::Write) == CrashKind::None);
    EXPECT(space.resolve(world.memory, kText, Access::Execute) == CrashKind::None);
    EXPECT(space.resolve(world.memory, kText, Access::Execute) == CrashKind::None);
    EXPECT_EQ(World::page_at(space, kMaps), page);
    EXPECT(world.read(space, kMaps) == std::byte{9});
    EXPECT(free - world.memory.free_pages() <= 4);  // the tables of the text
    EXPECT_EQ(world.refs(World::page_at(space, kText)), 1u);
    world.check({&space});
}

/// If the kernel refuses, that is a crash for lack of memory, and later everything is as it should be.
void refused() {
    for (int calls = 0; calls < 6; calls++) {
        World world;
        AddressSpace space = world.begin();
        world.map(space, anonymous(1));
        machine().fails_after = calls;
        const CrashKind kind = space.resolve(world.memory, kMaps, Access::Write);
        machine().fails_after = -1;
        EXPECT(kind == CrashKind::OutOfMemory || kind == CrashKind::None);
        world.check({&space});
        world.write(space, kMaps, 1);
        EXPECT_EQ(space.resident_pages(), std::uint64_t{1});
        world.check({&space});
    }
}

}  // namespace

}  // namespace glenda::factotum

int main(int argc, char** argv) {
    using namespace glenda::factotum;
    return glenda::host::run_cases(argc, argv,
                                   {{"first_access", first_access},
                                    {"forbidden", forbidden},
                                    {"nothing_there", nothing_there},
                                    {"shared_text", shared_text},
                                    {"own_data", own_data},
                                    {"shared_objects", shared_objects},
                                    {"own_capability", own_capability},
                                    {"no_slots_left", no_slots_left},
                                    {"private_objects", private_objects},
                                    {"devices_and_pagers", devices_and_pagers},
                                    {"twice", twice},
                                    {"refused", refused}});
}
