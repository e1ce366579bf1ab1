// SPDX-License-Identifier: MIT
// Lab 5, exercise 5.1: pages are given out once and come back, chunk by chunk, and the books agree at any time.
#include <algorithm>
#include <cstring>
#include <vector>

#include "audit/audit.h"
#include "check.h"
#include "factotum/machine.h"

namespace glenda::factotum {

namespace {

using host::Random;
using test::Cap;
using test::machine;
using test::TestMemory;

constexpr std::uint64_t kChunks = 4, kPages = kChunks * kChunkPages;

/// A memory of four chunks, and what a test often asks of it.
struct World {
    TestMemory books{kChunks};
    Memory& memory = books.memory();
    const ChunkStore& store = memory.store();

    std::uint64_t loose(ChunkUse use) const { return store.loose_pages(use); }
    void check(host::Caller = std::source_location::current()) const { EXPECT(audit_chunks(store) == Broken::Nothing); }
    PageNumber take(host::Caller = std::source_location::current()) {
        const auto page = memory.take_frame();
        EXPECT(page.has_value());
        return *page;
    }
    std::vector<PageNumber> take_all() {
        std::vector<PageNumber> pages;
        while (const auto page = memory.take_frame()) {
            EXPECT(pages.size() < kPages);
            pages.push_back(*page);
        }
        return pages;
    }
};

/// Each page comes once, as a frame that is in Factotum's window, with a copy that can be mapped elsewhere.
void each_page_once() {
    World world;
    std::vector<PageNumber> pages = world.take_all();
    EXPECT_EQ(pages.size(), kPages);
    for (const PageNumber page : pages) {
        EXPECT(page < kPages);
        const Cap* const frame = machine().find(world.memory.slots().page(page));
        const Cap* const copy = machine().find(world.memory.slots().product(page));
        const bool was_made_before_it_was_given_out = frame != nullptr && frame->type == CapType::Frame;
        if (!was_made_before_it_was_given_out) std::printf("page %u:\n", page);
        EXPECT(was_made_before_it_was_given_out);
        EXPECT(copy != nullptr && copy->object == frame->object);
        EXPECT_EQ(frame->object, std::uint64_t{page} << kPageBits);
        EXPECT_EQ(frame->address, reinterpret_cast<std::uint64_t>(world.memory.window(page)));
        EXPECT(!world.store.is_free(page));
    }
    std::ranges::sort(pages);
    EXPECT(std::ranges::adjacent_find(pages) == pages.end());
    EXPECT_EQ(world.store.free_pages(), std::uint64_t{0});
    EXPECT(world.memory.take_frame().error() == Error::NotEnoughMemory);
    EXPECT(world.memory.take_untyped().error() == Error::NotEnoughMemory);
    world.check();
}

/// A chunk is begun when the one before is full, and not earlier.
void chunk_after_chunk() {
    World world;
    EXPECT_EQ(world.store.whole_chunks(), kChunks);
    for (unsigned i = 1; i <= kChunkPages + 1; i++) {
        (void)world.take();
        const std::uint64_t begun = i <= kChunkPages ? 1 : 2;
        EXPECT_EQ(world.store.whole_chunks(), kChunks - begun);
        EXPECT_EQ(world.loose(ChunkUse::Frames), begun * kChunkPages - i);
        world.check();
    }
}

/// A page that came back is the next one that goes out, also if its chunk was full.
void first_what_came_back() {
    World world;
    std::vector<PageNumber> pages;
    for (unsigned i = 0; i < kChunkPages; i++) pages.push_back(world.take());
    world.memory.give_frame(pages[17]);
    EXPECT(world.store.is_free(pages[17]));
    EXPECT_EQ(world.loose(ChunkUse::Frames), std::uint64_t{1});
    world.check();
    EXPECT_EQ(world.take(), pages[17]);
    EXPECT_EQ(world.store.whole_chunks(), kChunks - 1);
    world.check();
}

/// A chunk that is all free counts as whole, and its pages as loose no more.
void all_free_again() {
    World world;
    std::vector<PageNumber> pages;
    for (unsigned i = 0; i < kChunkPages; i++) pages.push_back(world.take());
    for (unsigned i = 0; i < kChunkPages; i++) {
        world.memory.give_frame(pages[i]);
        world.check();
    }
    EXPECT_EQ(world.loose(ChunkUse::Frames), std::uint64_t{0});
    EXPECT_EQ(world.store.all_free_chunks(), std::uint64_t{1});
    EXPECT_EQ(world.store.whole_chunks(), kChunks);
    EXPECT_EQ(world.store.free_pages(), kPages);
    const ChunkNumber untouched = world.store.first_untouched();
    (void)world.take();
    EXPECT_EQ(world.store.first_untouched(), untouched);  // there was no need for another chunk
    world.memory.give_frame(pages[0]);
    const auto object = world.memory.take_untyped();
    EXPECT(object && chunk_of(*object) != chunk_of(pages[0]));  // one that was never used is there, so this stays
    world.check();
}

/// Whoever wants a page of zeroes gets one, whatever has been written to it before.
void zeroes_if_wanted() {
    World world;
    const std::vector<std::byte> zero(kPageSize);
    for (int round = 0; round < 3; round++) {
        std::vector<PageNumber> pages;
        while (const auto page = world.memory.take_zeroed()) {
            EXPECT(pages.size() < kPages && *page < kPages);
            EXPECT(std::memcmp(world.memory.window(*page), zero.data(), kPageSize) == 0);
            std::memset(world.memory.window(*page), 0x5a, kPageSize);
            pages.push_back(*page);
        }
        EXPECT_EQ(pages.size(), kPages);
        for (const PageNumber page : pages) world.memory.give_frame(page);
    }
}

/// A page that the kernel has cleared is not cleared once more.
void clean_if_never_used() {
    World world;
    const PageNumber first = world.take();
    constexpr std::byte kTrace{0x5a};
    world.memory.window(first + 1)[17] = kTrace;  // it has been made, and nobody has it
    const auto next = world.memory.take_zeroed();
    EXPECT(next && *next == first + 1);
    EXPECT(world.memory.window(*next)[17] == kTrace);
}

/// A chunk of frames that is all free becomes one of Untypeds when nothing else is left, and the other way round.
void another_use() {
    World world;
    const std::vector<PageNumber> pages = world.take_all();
    EXPECT(world.memory.take_untyped().error() == Error::NotEnoughMemory);
    for (const PageNumber page : pages) {
        if (chunk_of(page) == chunk_of(pages[0])) world.memory.give_frame(page);
    }
    for (unsigned i = 0; i < kChunkPages; i++) {
        const auto page = world.memory.take_untyped();
        EXPECT(page.has_value());
        EXPECT_EQ(chunk_of(*page), chunk_of(pages[0]));
        EXPECT(machine().find(world.memory.slots().page(*page))->type == CapType::Untyped);
        EXPECT(machine().find(world.memory.slots().product(*page)) == nullptr);
        world.check();
    }
    EXPECT(!world.memory.take_untyped() && !world.memory.take_frame());
}

/// The two kinds do not mix: objects do not come from a chunk of frames that has room.
void two_kinds() {
    World world;
    const PageNumber frame = world.take();
    const auto object = world.memory.take_untyped();
    EXPECT(object.has_value() && chunk_of(*object) != chunk_of(frame));
    EXPECT_EQ(world.loose(ChunkUse::Frames), std::uint64_t{kChunkPages - 1});
    EXPECT_EQ(world.loose(ChunkUse::Objects), std::uint64_t{kChunkPages - 1});
    world.check();
}

/// What was made of an Untyped does not outlive it, nor does anything else in its chunk go.
void objects_end() {
    World world;
    const auto table = world.memory.take_object(CapType::PageTable), other = world.memory.take_object(CapType::VSpace);
    EXPECT(table && other);
    world.memory.give_object(*table);
    EXPECT(machine().find(world.memory.slots().product(*table)) == nullptr);
    EXPECT(machine().find(world.memory.slots().product(*other)) != nullptr);
    world.check();
    const auto again = world.memory.take_object(CapType::PageTable);
    EXPECT(again && *again == *table);
}

/// If the kernel refuses, nothing is lost: not even the chunk that could not be made.
void refused() {
    for (int calls = 0; calls < 3; calls++) {
        World world;
        machine().fails_after = calls;
        EXPECT(!world.memory.take_frame());
        machine().fails_after = -1;
        world.check();
        EXPECT_EQ(world.store.free_pages(), kPages);
        EXPECT_EQ(world.take_all().size(), kPages);
        world.check();
    }
}

/// The same if the frames cannot be made that come later in a chunk.
void refused_later() {
    for (int calls = 0; calls < 3; calls++) {
        World world;
        const Chunk& chunk = world.store.chunks()[chunk_of(world.take())];
        std::uint64_t taken = 1;
        for (const std::uint64_t made = chunk.made; taken < made; taken++) (void)world.take();
        machine().fails_after = calls;
        EXPECT(!world.memory.take_frame());
        machine().fails_after = -1;
        world.check();
        EXPECT_EQ(world.store.free_pages(), kPages - taken);
        EXPECT_EQ(world.take_all().size(), kPages - taken);
        world.check();
    }
}

/// Ten thousand random steps, with a model of who has what.
void random_steps() {
    World world;
    Random dice(5);
    std::vector<PageNumber> frames, objects;
    for (int step = 0; step < 10'000; step++) {
        auto& list = dice.below(2) == 0 ? frames : objects;
        if (dice.below(100) < (step / 1000 % 2 == 0 ? 60u : 40u)) {
            const auto page = &list == &frames ? world.memory.take_frame() : world.memory.take_untyped();
            const bool is_there = world.memory.supply().chunks != 0 ||
                                  world.loose(&list == &frames ? ChunkUse::Frames : ChunkUse::Objects) != 0;
            EXPECT(page || !is_there);
            if (page) list.push_back(*page);
        } else if (!list.empty()) {
            std::swap(list[dice.below(list.size())], list.back());
            &list == &frames ? world.memory.give_frame(list.back()) : world.memory.give_object(list.back());
            list.pop_back();
        }
        EXPECT_EQ(world.store.free_pages(), kPages - frames.size() - objects.size());
        world.check();
    }
}

}  // namespace

}  // namespace glenda::factotum

int main(int argc, char** argv) {
    using namespace glenda::factotum;
    return glenda::host::run_cases(argc, argv,
                                   {{"each_page_once", each_page_once},
                                    {"chunk_after_chunk", chunk_after_chunk},
                                    {"first_what_came_back", first_what_came_back},
                                    {"all_free_again", all_free_again},
                                    {"zeroes_if_wanted", zeroes_if_wanted},
                                    {"clean_if_never_used", clean_if_never_used},
                                    {"another_use", another_use},
                                    {"two_kinds", two_kinds},
                                    {"objects_end", objects_end},
                                    {"refused", refused},
                                    {"refused_later", refused_later},
                                    {"random_steps", random_steps}});
}
