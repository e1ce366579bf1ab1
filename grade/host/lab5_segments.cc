// SPDX-License-Identifier: MIT
// Lab 5, exercise 5.2: the pages of a program's image, filled once, and the regions of a space that runs it.
#include "lab5_spaces.h"

namespace glenda::factotum {

namespace {

using namespace lab5;

constexpr std::uint64_t kTextEnd = align_up(kText + kTextSize, kPageSize);
constexpr std::uint64_t kDataStart = align_down(kData, kPageSize), kDataEnd = align_up(kData + kDataMemory, kPageSize);

/// Each byte of the file is where the program expects it, and what is beside it in its page is zero.
void pages_filled() {
    World world;
    AddressSpace space = world.begin();
    std::uint64_t pages = 0;
    for (ClusterNumber i = world.image->first; i != world.image->end; i++) {
        const Cluster& cluster = world.images.cluster(i);
        for (std::uint64_t at = cluster.start; at < cluster.start + cluster.count * kPageSize; at++) {
            const std::byte* const page = world.memory.window(cluster.page_at(at));
            const bool is_as_in_the_file = page[at % kPageSize] == world.program.at(at);
            if (!is_as_in_the_file) std::printf("at address %#llx:\n", (unsigned long long)at);
            EXPECT(is_as_in_the_file);
        }
        pages += cluster.count;
    }
    EXPECT_EQ(pages, std::uint64_t{world.image->pages});
    world.check({&space});
}

void regions() {
    World world;
    AddressSpace space = world.begin();
    RegionList& list = space.regions();
    EXPECT_EQ(list.count(), 3u);
    const Region &text = list.at(0), &data = list.at(1), &zeroes = list.at(2);
    for (const Region* const region : {&text, &data, &zeroes}) EXPECT(region->kind == RegionKind::Image);
    EXPECT_EQ(text.start, kText);
    EXPECT_EQ(text.end, kTextEnd);
    EXPECT_EQ(MapFlags(text.rights), MapFlags::ReadExecute);
    EXPECT(text.is_shared);
    EXPECT_EQ(std::uint64_t{text.file_pages}, text.pages());

    EXPECT_EQ(data.start, kDataStart);
    EXPECT_EQ(data.end, kDataEnd);
    EXPECT_EQ(MapFlags(data.rights), MapFlags::ReadWrite);
    EXPECT(!data.is_shared);
    EXPECT_EQ(data.file_pages, 3u);  // of six; the rest is zero

    EXPECT_EQ(zeroes.start, align_down(kZeroes, kPageSize));
    EXPECT_EQ(zeroes.pages(), std::uint64_t{1});
    EXPECT_EQ(zeroes.file_pages, 0u);
    EXPECT(!zeroes.is_shared);
}

/// A region knows where in the image its pages are.
void sources() {
    World world;
    AddressSpace space = world.begin();
    RegionList& list = space.regions();
    for (unsigned i = 0; i < 2; i++) {
        const Region& region = list.at(i);
        for (std::uint64_t at = region.start; at < region.file_end(); at += kPageSize) {
            const Cluster& cluster = world.images.cluster(region.cluster_of(at));
            EXPECT(cluster.start <= at && at < cluster.start + cluster.count * kPageSize);
        }
    }
}

/// Two processes share the image's pages; what they may write is charged to each, in advance.
void shared_and_charged() {
    World world;
    AddressSpace one = world.begin();
    const std::uint64_t free = world.memory.free_pages();
    AddressSpace two = world.begin();
    EXPECT_EQ(world.image->users, 2u);
    EXPECT(free - world.memory.free_pages() <= PageTree::kUsual.sum() + 2);  // tables, and no page of the image
    constexpr std::uint64_t kOwnPages = (kDataEnd - kDataStart) / kPageSize + 1;
    // The root, two tables with a frame beside each, the list of regions, and pages that the program may write.
    EXPECT_EQ(one.charged_pages(), (PageTree::kRoot + 2 * kTable + Pages{.frames = 1 + kOwnPages}));
    EXPECT_EQ(two.charged_pages(), one.charged_pages());
    world.check({&one, &two});
    world.end(one);
    EXPECT_EQ(world.image->users, 1u);
    world.end(two);
    EXPECT_EQ(world.image->users, 0u);
    world.check({});
}

/// What maps the text is lent to a space, and comes back with it: the next space takes no more.
void runs_come_back() {
    World world;
    AddressSpace one = world.begin();
    const std::uint64_t slots = world.memory.heap().free_slots();
    world.end(one);
    AddressSpace two = world.begin();
    EXPECT_EQ(world.memory.heap().free_slots(), slots);
    world.end(two);
    world.check({});
}

/// Where something is mapped already no program goes.
void overlaps() {
    World world;
    AddressSpace space = world.empty();
    world.map(space, anonymous(1, MapFlags::ReadWrite, kDataEnd - kPageSize));
    EXPECT(space.enter(world.memory, *world.image).error() == AnyError(ServerError::BadExecutable));
    EXPECT(space.regions().find(kDataEnd - kPageSize)->kind == RegionKind::Anonymous);
    world.end(space);
    EXPECT_EQ(world.image->users, 0u);
    world.check({});
}

}  // namespace

}  // namespace glenda::factotum

int main(int argc, char** argv) {
    using namespace glenda::factotum;
    return glenda::host::run_cases(argc, argv,
                                   {{"pages_filled", pages_filled},
                                    {"regions", regions},
                                    {"sources", sources},
                                    {"shared_and_charged", shared_and_charged},
                                    {"runs_come_back", runs_come_back},
                                    {"overlaps", overlaps}});
}
