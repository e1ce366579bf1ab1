// SPDX-License-Identifier: MIT
// Lab 5, exercise 5.7: regions that are cut, and what their parts still know of the file or the object.
#include <vector>

#include "lab5_spaces.h"

namespace glenda::factotum {

namespace {

using namespace lab5;

constexpr std::uint64_t kBase = 0x100 * kPageSize;

constexpr std::uint64_t at(std::uint64_t page) { return kBase + page * kPageSize; }

/// A region of an image of ten pages; the first four have bytes of the file.
Region image_region() {
    return {.start = at(0),
            .end = at(10),
            .rights = MapFlags::ReadWrite,
            .kind = RegionKind::Image,
            .file_pages = 4,
            .source = 7};
}

/// A region may be cut before, at and behind the end of the file's bytes.
void split_image() {
    for (const std::uint64_t cut : {1u, 3u, 4u, 6u}) {
        Region first = image_region();
        const Region rest = first.split(at(cut));
        EXPECT_EQ(first.start, at(0));
        EXPECT_EQ(first.end, at(cut));
        EXPECT_EQ(rest.start, at(cut));
        EXPECT_EQ(rest.end, at(10));
        EXPECT_EQ(std::uint64_t{first.file_pages}, std::min<std::uint64_t>(cut, 4));
        EXPECT_EQ(std::uint64_t{rest.file_pages}, cut < 4 ? 4 - cut : 0);
        EXPECT_EQ(first.source, 7u);
        EXPECT(rest.kind == RegionKind::Image && MapFlags(rest.rights) == MapFlags::ReadWrite && !rest.is_shared);
        EXPECT_EQ(first.price() + rest.price(), image_region().price());
    }
}

/// The cluster in which the rest begins: they are aligned to 64 KiB, whatever the region is.
void split_in_clusters() {
    Region region{.start = at(12), .end = at(60), .kind = RegionKind::Image, .file_pages = 40, .source = 3};
    Region copy = region;
    EXPECT_EQ(copy.split(at(15)).source, 3u);
    copy = region;
    EXPECT_EQ(copy.split(at(16)).source, 4u);
    copy = region;
    EXPECT_EQ(copy.split(at(40)).source, 5u);
}

/// The rest of a region of an object begins as many pages later in the object.
void split_object() {
    Region first{
        .start = at(0), .end = at(10), .kind = RegionKind::Object, .is_shared = true, .source = 3, .offset = 5};
    const Region rest = first.split(at(4));
    EXPECT_EQ(first.offset, 5u);
    EXPECT_EQ(rest.offset, 9u);
    EXPECT_EQ(rest.source, 3u);
    EXPECT(rest.is_shared);
    EXPECT_EQ(rest.page_of(at(6)), std::uint64_t{11});
}

/// A list with some regions in it.
struct List {
    explicit List(std::initializer_list<Region> regions) {
        list.add_page(reinterpret_cast<std::byte*>(places));
        for (const Region& region : regions) list.append(region);
    }
    /// Cuts pages [from, to) out, and compares what is left: pairs of pages.
    void remove(std::uint64_t from, std::uint64_t to, std::vector<std::uint64_t> left, unsigned place,
                host::Caller = std::source_location::current()) {
        const Span span = list.remove(list.span(at(from), at(to)), at(from), at(to));
        EXPECT(span.is_empty());
        EXPECT_EQ(span.first, place);
        EXPECT_EQ(std::size_t{list.count()} * 2, left.size());
        for (unsigned i = 0; i < list.count(); i++) {
            EXPECT_EQ(list.at(i).start, at(left[2 * i]));
            EXPECT_EQ(list.at(i).end, at(left[2 * i + 1]));
        }
    }
    alignas(Region) std::byte places[kPageSize];
    RegionList list;
};

Region pages(std::uint64_t from, std::uint64_t to) {
    return {.start = at(from), .end = at(to), .kind = RegionKind::Anonymous};
}

/// A range in the middle of a region, at its start, at its end, all of it, and where nothing is.
void one_region() {
    List({pages(10, 20)}).remove(12, 15, {10, 12, 15, 20}, 1);
    List({pages(10, 20)}).remove(10, 15, {15, 20}, 0);
    List({pages(10, 20)}).remove(5, 15, {15, 20}, 0);
    List({pages(10, 20)}).remove(15, 20, {10, 15}, 1);
    List({pages(10, 20)}).remove(15, 25, {10, 15}, 1);
    List({pages(10, 20)}).remove(10, 20, {}, 0);
    List({pages(10, 20)}).remove(0, 30, {}, 0);
    List({pages(10, 20)}).remove(20, 30, {10, 20}, 1);
    List({pages(10, 20)}).remove(2, 10, {10, 20}, 0);
}

/// A range that begins in one region and ends in another.
void several_regions() {
    const auto three = {pages(10, 20), pages(22, 25), pages(25, 40)};
    List(three).remove(15, 30, {10, 15, 30, 40}, 1);
    List(three).remove(15, 24, {10, 15, 24, 25, 25, 40}, 1);
    List(three).remove(22, 25, {10, 20, 25, 40}, 1);
    List(three).remove(20, 26, {10, 20, 26, 40}, 1);
    List(three).remove(12, 13, {10, 12, 13, 20, 22, 25, 25, 40}, 1);
    List(three).remove(39, 40, {10, 20, 22, 25, 25, 39}, 3);
    List(three).remove(0, 100, {}, 0);
}

/// The pages in the hole are freed and paid back; those beside it are still there, with their bytes.
void unmapped() {
    World world;
    AddressSpace space = world.begin();
    const Pages before = space.charged_pages();
    world.map(space, anonymous(10));
    for (unsigned i = 0; i < 10; i++) world.write(space, kMaps + i * kPageSize, i + 1);
    const Pages full = space.charged_pages();
    const std::uint64_t free = world.memory.free_pages();
    EXPECT(space.unmap(world.memory, kMaps + 3 * kPageSize, kMaps + 7 * kPageSize).has_value());
    for (unsigned i = 0; i < 10; i++) {
        const std::uint64_t address = kMaps + i * kPageSize;
        const bool is_gone = i >= 3 && i < 7;
        EXPECT_EQ(World::look(space, address) == nullptr, is_gone);
        EXPECT_EQ(space.resolve(world.memory, address, Access::Read) == CrashKind::LoadPageFault, is_gone);
        if (!is_gone) EXPECT(world.read(space, address) == std::byte(i + 1));
    }
    EXPECT_EQ(space.charged_pages(), full - Pages{.frames = 4});
    EXPECT_EQ(world.memory.free_pages(), free + 4);
    EXPECT_EQ(space.resident_pages(), std::uint64_t{6});
    world.check({&space});
    EXPECT(space.unmap(world.memory, kMaps, kMaps + 10 * kPageSize).has_value());
    EXPECT(space.unmap(world.memory, kMaps, kMaps + 10 * kPageSize).has_value());  // nothing is there: nothing happens
    EXPECT_EQ(space.charged_pages(), before + 2 * kTable);                         // tables stay
    world.check({&space});
    world.end(space);
    world.check({});
}

/// Page tables that were promised, and that nobody needs any more, are paid back with the last region.
void untouched() {
    World world;
    AddressSpace space = world.begin();
    const Pages before = space.charged_pages();
    world.map(space, anonymous(4));
    const Pages one = space.charged_pages();
    world.map(space, anonymous(4, MapFlags::ReadWrite, kMaps + 8 * kPageSize));  // in the same table
    EXPECT_EQ(space.charged_pages(), one + Pages{.frames = 4});
    EXPECT(space.unmap(world.memory, kMaps, kMaps + 4 * kPageSize).has_value());
    EXPECT_EQ(space.charged_pages(), one);
    EXPECT(space.unmap(world.memory, kMaps + 8 * kPageSize, kMaps + 12 * kPageSize).has_value());
    EXPECT_EQ(space.charged_pages(), before);
    world.check({&space});
}

/// A list of processes is paid for by Factotum, which gets that back, and not the process.
void paid_by_another() {
    World world;
    AddressSpace space = world.begin();
    const auto charged = [&](AccountNumber account) { return world.memory.accounts()[account].direct; };
    const auto own = charged(Accounts::kRoot), factotums = charged(Accounts::kSystem);
    const std::uint64_t end = kSnapshotArea + 2 * kPageSize;
    world.map(space, {.start = kSnapshotArea, .end = end, .kind = RegionKind::Snapshot});
    EXPECT(charged(Accounts::kRoot) == own && charged(Accounts::kSystem) > factotums);
    EXPECT(space.unmap(world.memory, kSnapshotArea, end).has_value());
    EXPECT_EQ(charged(Accounts::kRoot), own);
    EXPECT_EQ(charged(Accounts::kSystem), factotums);
    world.check({&space});
}

/// A hole makes one region two. If the list has no room for that, it grows, and only then.
void no_room() {
    World world;
    AddressSpace space = world.begin();
    RegionList& list = space.regions();
    std::uint64_t start = kMaps;
    for (; list.has_room(1); start += 4 * kPageSize) world.map(space, anonymous(3, MapFlags::ReadWrite, start));
    const unsigned count = list.count();
    const Pages full = space.charged_pages();
    EXPECT(space.unmap(world.memory, kMaps, kMaps + 4 * kPageSize).has_value());
    EXPECT_EQ(space.charged_pages(), full - Pages{.frames = 3});  // a region less: no room is wanted
    world.map(space, anonymous(3));
    EXPECT_EQ(list.count(), count);
    EXPECT(space.unmap(world.memory, kMaps + 4 * kPageSize, kMaps + 5 * kPageSize).has_value());
    EXPECT_EQ(space.charged_pages(), full - Pages{.frames = 1});  // the start of one: neither
    EXPECT(space.unmap(world.memory, kMaps + kPageSize, kMaps + 2 * kPageSize).has_value());
    EXPECT_EQ(list.count(), count + 1);
    EXPECT_EQ(space.charged_pages(), full - Pages{.frames = 1});  // a page less, and one for the list
    world.write(space, kMaps, 1);
    world.write(space, kMaps + 2 * kPageSize, 2);
    EXPECT(space.resolve(world.memory, kMaps + kPageSize, Access::Read) == CrashKind::LoadPageFault);
    world.check({&space});
}

/// What is mapped over the middle of regions comes between what is left of them.
void replaced() {
    World world;
    AddressSpace space = world.begin();
    world.map(space, anonymous(4));
    world.map(space, anonymous(4, MapFlags::Read, kMaps + 4 * kPageSize));
    for (unsigned i = 0; i < 4; i++) world.write(space, kMaps + i * kPageSize, i + 1);
    world.map(space, anonymous(4, MapFlags{}, kMaps + 2 * kPageSize));
    const unsigned first = space.regions().first_above(kMaps);
    EXPECT_EQ(space.regions().count(), first + 3);
    for (unsigned i = 0; i < 3; i++) {
        EXPECT_EQ(space.regions().at(first + i).start, kMaps + 2 * i * kPageSize + (i == 2 ? 2 * kPageSize : 0));
        const MapFlags rights[] = {MapFlags::ReadWrite, MapFlags{}, MapFlags::Read};
        EXPECT_EQ(MapFlags(space.regions().at(first + i).rights), rights[i]);
    }
    EXPECT(world.read(space, kMaps + kPageSize) == std::byte{2});
    EXPECT_EQ(space.resident_pages(), std::uint64_t{2});
    world.check({&space});
}

/// A part of a program's data is unmapped: the rest still finds its bytes in the file.
void unmapped_data() {
    World world;
    AddressSpace space = world.begin();
    const std::uint64_t second = align_down(kData, kPageSize) + kPageSize;
    EXPECT(space.unmap(world.memory, second, second + kPageSize).has_value());
    EXPECT(space.resolve(world.memory, second, Access::Read) == CrashKind::LoadPageFault);
    for (std::uint64_t address = kData; address < kData + kDataMemory; address += 0x101) {
        if (align_down(address, kPageSize) == second) continue;
        EXPECT(world.read(space, address) == world.program.at(address));
    }
    EXPECT(space.unmap(world.memory, kText + 5 * kPageSize, kText + 18 * kPageSize).has_value());
    for (const std::uint64_t address :
         {kText + 7, kText + 5 * kPageSize - 1, kText + 18 * kPageSize, kText + kTextSize - 1})
        EXPECT(world.touch(space, address, Access::Execute) == world.program.at(address));
    EXPECT(space.resolve(world.memory, kText + 8 * kPageSize, Access::Execute) == CrashKind::InstructionPageFault);
    world.check({&space});
    world.end(space);
    world.check({});
}

/// The same for an object; what nobody maps any more goes with it.
void unmapped_object() {
    World world;
    AddressSpace space = world.begin(), other = world.begin();
    const std::uint64_t free = world.memory.free_pages();
    const auto object = world.objects.create(8, Accounts::kRoot);
    EXPECT(object.has_value());
    Region region = anonymous(8);
    region.kind = RegionKind::Object;
    region.is_shared = true;
    region.source = *object;
    world.map(space, region);
    world.map(other, region);
    for (unsigned i = 0; i < 8; i++) world.write(space, kMaps + i * kPageSize, 100 + i);
    EXPECT(space.unmap(world.memory, kMaps + 2 * kPageSize, kMaps + 5 * kPageSize).has_value());
    EXPECT_EQ(world.objects.find(*object)->mapped, std::uint64_t{13});
    EXPECT(world.read(space, kMaps + 6 * kPageSize) == std::byte{106});
    EXPECT(world.read(other, kMaps + 3 * kPageSize) == std::byte{103});
    world.check({&space, &other});
    EXPECT(space.unmap(world.memory, kMaps, kMaps + 8 * kPageSize).has_value());
    EXPECT(other.unmap(world.memory, kMaps, kMaps + 8 * kPageSize).has_value());
    unsigned steps = ~0u;
    EXPECT(world.objects.drop_some(steps));
    EXPECT(free - world.memory.free_pages() <= 2 * 5);  // the tables of both spaces
    world.check({&space, &other});
}

}  // namespace

}  // namespace glenda::factotum

int main(int argc, char** argv) {
    using namespace glenda::factotum;
    return glenda::host::run_cases(argc, argv,
                                   {{"split_image", split_image},
                                    {"split_in_clusters", split_in_clusters},
                                    {"split_object", split_object},
                                    {"one_region", one_region},
                                    {"several_regions", several_regions},
                                    {"unmapped", unmapped},
                                    {"untouched", untouched},
                                    {"paid_by_another", paid_by_another},
                                    {"no_room", no_room},
                                    {"replaced", replaced},
                                    {"unmapped_data", unmapped_data},
                                    {"unmapped_object", unmapped_object}});
}
