// SPDX-License-Identifier: MIT
//
// user/factotum/frames, commit.h and tasks/belongings.h on a kernel of the host (factotum/machine.h): pages are given
// once and come back, a fresh page is zero, what was promised can be taken, whatever the kernel refuses meanwhile.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <random>
#include <vector>

#include "audit/audit.h"
#include "factotum/machine.h"
#include "steps.h"
#include "tasks/belongings.h"

namespace glenda::factotum::test {
namespace {

constexpr std::uint64_t kChunks = 6;

/// Takes a random page out of a list.
PageNumber pick(std::vector<PageNumber>& pages, std::mt19937& random) {
    std::swap(pages[random() % pages.size()], pages.back());
    const PageNumber page = pages.back();
    pages.pop_back();
    return page;
}

/// One at a time: frames that are zero and whose two capabilities are there, and Untypeds that are free.
TEST(ChunkStore, RandomPagesAgreeWithAModel) {
    std::mt19937 random(1);
    TestMemory books(kChunks);
    Memory& memory = books.memory();
    std::map<PageNumber, bool> used;  // true: a frame
    std::vector<PageNumber> frames, objects;
    for (int step = 0; step < steps(1'000'000); step++) {
        const unsigned choice = random() % 100, favour = step / 50'000 % 2 == 0 ? 60 : 30;
        if (random() % 500 == 0) machine().fails_after = int(random() % 3);
        if (choice < favour) {
            const bool is_frame = random() % 100 < (step / 100'000 % 2 == 0 ? 80u : 20u);
            const bool may_fail = machine().fails_after >= 0;
            const auto page = !is_frame           ? memory.take_untyped()
                              : random() % 2 == 0 ? memory.take_zeroed()
                                                  : memory.take_frame();
            machine().fails_after = -1;
            if (!page) {
                const Supply supply = memory.supply();
                ASSERT_TRUE(may_fail || !supply.serves(is_frame ? Pages{.frames = 1} : Pages{.objects = 1}));
                continue;
            }
            ASSERT_TRUE(used.emplace(*page, is_frame).second) << "given twice: " << *page;
            (is_frame ? frames : objects).push_back(*page);
            const Cap* cap = machine().find(memory.slots().page(*page));
            ASSERT_NE(cap, nullptr);
            ASSERT_EQ(cap->object, std::uint64_t{*page} << kPageBits);
            ASSERT_EQ(cap->type, is_frame ? CapType::Frame : CapType::Untyped);
            if (is_frame) {
                ASSERT_EQ(machine().find(memory.slots().product(*page))->object, cap->object);
                ASSERT_EQ(cap->address, reinterpret_cast<std::uint64_t>(memory.window(*page)));
                std::memset(memory.window(*page), 0xa5, 16);
            } else {
                ASSERT_TRUE(machine().children[memory.slots().page(*page)].empty());
            }
        } else if (auto& list = random() % 2 == 0 ? frames : objects; !list.empty()) {
            const PageNumber page = pick(list, random);
            if (&list == &frames)
                memory.give_frame(page);
            else
                memory.give_object(page);
            used.erase(page);
        }
        ASSERT_EQ(memory.free_pages(), kChunks * kChunkPages - used.size());
        if (step % 64 == 0) {
            ASSERT_EQ(audit_chunks(memory.store()), Broken::Nothing) << step;
        }
    }
}

TEST(ChunkStore, ATakenPageIsZeroIfThatWasAskedFor) {
    TestMemory books(1);
    Memory& memory = books.memory();
    const std::vector<std::byte> zero(kPageSize);
    for (int round = 0; round < 3; round++) {
        std::vector<PageNumber> pages;
        while (const auto page = round == 1 ? memory.take_frame() : memory.take_zeroed()) {
            if (round != 1) {
                ASSERT_EQ(std::memcmp(memory.window(*page), zero.data(), kPageSize), 0);
            }
            std::memset(memory.window(*page), 1, kPageSize);
            pages.push_back(*page);
        }
        ASSERT_EQ(pages.size(), kChunkPages);
        for (const PageNumber page : pages) memory.give_frame(page);
    }
}

/// Charges, takes what was charged, gives back, uncharges, in any order and of both kinds.
TEST(Commit, WhatIsPromisedCanBeTaken) {
    std::mt19937 random(2);
    TestMemory books(kChunks);
    Memory& memory = books.memory();
    std::vector<PageNumber> frames, objects;
    Pages charged;
    for (int step = 0; step < steps(1'000'000); step++) {
        const Pages some{random() % 20, random() % 3 == 0 ? random() % 20 : 0};
        switch (random() % 6) {
            case 0:
                if (memory.charge(some)) charged += some;
                break;
            case 1:
                if (frames.size() + some.frames <= charged.frames && objects.size() + some.objects <= charged.objects) {
                    memory.uncharge(some);
                    charged -= some;
                }
                break;
            case 2:
            case 3:
                if (frames.size() < charged.frames) {
                    const auto page = memory.take_frame();
                    ASSERT_TRUE(page) << "step " << step;
                    frames.push_back(*page);
                }
                if (objects.size() < charged.objects) {
                    const auto page = memory.take_untyped();
                    ASSERT_TRUE(page) << "step " << step;
                    objects.push_back(*page);
                }
                break;
            case 4:
                if (!frames.empty()) memory.give_frame(pick(frames, random));
                break;
            case 5:
                if (!objects.empty()) memory.give_object(pick(objects, random));
                break;
        }
        ASSERT_EQ(memory.commit().charged(), charged);
        if (step % 64 == 0) {
            ASSERT_EQ(audit_memory(memory), Broken::Nothing) << step;
        }
    }
}

/// A CNode of more than a page takes a chunk, unless another then could not have what it was promised.
TEST(Commit, ALargeCNodeBreaksNoPromise) {
    std::mt19937 random(4);
    TestMemory books(kChunks);
    Memory& memory = books.memory();
    std::vector<PageNumber> frames, objects, nodes;
    Pages charged;
    unsigned made = 0, refused = 0;
    for (int step = 0; step < 300'000; step++) {
        if (random() % 500 == 0) machine().fails_after = int(random() % 3);
        switch (random() % 8) {
            case 0: {
                const Pages some{random() % 40, random() % 40};
                if (memory.charge(some)) charged += some;
                break;
            }
            case 1: {
                const Pages spare{charged.frames - frames.size(), charged.objects - objects.size()};
                memory.uncharge(spare);
                charged -= spare;
                break;
            }
            case 2: {
                if (!memory.charge(Memory::cnode_cost(8))) break;
                const auto node = memory.take_cnode(8);
                if (!node) memory.uncharge(Memory::cnode_cost(8));
                if (node) nodes.push_back(*node);
                (node ? made : refused)++;
                break;
            }
            case 3:
                if (nodes.empty()) break;
                memory.give_cnode(pick(nodes, random), 8);
                memory.uncharge(Memory::cnode_cost(8));
                break;
            case 4:
            case 5: {
                const bool may_fail = machine().fails_after >= 0;
                if (frames.size() < charged.frames) {
                    const auto page = memory.take_frame();
                    ASSERT_TRUE(page || may_fail) << "step " << step;
                    if (page) frames.push_back(*page);
                }
                if (objects.size() < charged.objects) {
                    const auto page = memory.take_untyped();
                    ASSERT_TRUE(page || may_fail) << "step " << step;
                    if (page) objects.push_back(*page);
                }
                break;
            }
            case 6:
                if (!frames.empty()) memory.give_frame(pick(frames, random));
                break;
            case 7:
                if (!objects.empty()) memory.give_object(pick(objects, random));
                break;
        }
        machine().fails_after = -1;
        for (const PageNumber node : nodes)
            ASSERT_EQ(machine().find(memory.slots().product(node))->type, CapType::CNode);
        if (step % 16 == 0) {
            ASSERT_EQ(audit_memory(memory), Broken::Nothing) << step;
        }
    }
    EXPECT_GT(made, 1000u);
    EXPECT_GT(refused, 1000u);
}

TEST(Commit, RefusesWhatOverflows) {
    TestMemory books(2);
    EXPECT_FALSE(books.memory().charge({.frames = ~std::uint64_t{0}}));
    EXPECT_FALSE(books.memory().charge({.objects = ~std::uint64_t{0} - 100}));
    EXPECT_TRUE(books.memory().charge({.frames = 127}));
    EXPECT_FALSE(books.memory().charge({.objects = 1})) << "both chunks are promised as frames";
    EXPECT_TRUE(books.memory().charge({.frames = 1}));
}

/// Several processes make and delete objects, and end; foreign slots are refused.
TEST(Belongings, RandomObjectsAgreeWithAModel) {
    std::mt19937 random(3);
    TestMemory books(kChunks);
    Memory& memory = books.memory();
    struct Owner {
        Belongings belongings;
        std::vector<CPtr> objects;
        Pages charged;
        bool lives = false;
    };
    std::vector<Owner> owners(5);
    for (int step = 0; step < steps(300'000); step++) {
        const unsigned place = unsigned(random() % owners.size());
        Owner& owner = owners[place];
        const auto charge = [&](Pages pages) -> Answer<void> {
            CHECK(memory.charge(pages), ServerError::OutOfMemory);
            owner.charged += pages;
            return {};
        };
        if (!owner.lives) {
            ASSERT_TRUE(charge(Belongings::kFirst));
            ASSERT_TRUE(owner.belongings.create(memory, place));
            owner.lives = true;
        } else if (random() % 2000 == 0) {
            unsigned steps = unsigned(random() % 400);  // of slices
            while (!owner.belongings.destroy(memory, steps)) steps = unsigned(random() % 400);
            memory.uncharge(owner.charged);
            owner = {};
        } else if (random() % 100 < 55) {
            if (const auto slot = owner.belongings.make(memory, CapType::Tcb, charge)) {
                ASSERT_EQ(machine().find(*slot)->type, CapType::Tcb);
                owner.objects.push_back(*slot);
            }
        } else if (!owner.objects.empty()) {
            std::swap(owner.objects[random() % owner.objects.size()], owner.objects.back());
            const CPtr slot = owner.objects.back();
            owner.objects.pop_back();
            Owner& stranger = owners[(place + 1) % owners.size()];
            ASSERT_FALSE(stranger.belongings.remove(memory, slot));
            const auto freed = owner.belongings.remove(memory, slot);
            ASSERT_TRUE(freed);
            memory.uncharge(*freed);
            owner.charged -= *freed;
            ASSERT_EQ(machine().find(slot), nullptr);
            ASSERT_FALSE(owner.belongings.remove(memory, slot));
        }
        if (step % 256 == 0) {
            ASSERT_EQ(audit_memory(memory), Broken::Nothing) << step;
        }
    }
    for (Owner& owner : owners) {
        unsigned steps = ~0u;
        EXPECT_TRUE(owner.belongings.destroy(memory, steps));
        memory.uncharge(owner.charged);
    }
    EXPECT_EQ(memory.free_pages(), kChunks * kChunkPages);
    EXPECT_EQ(memory.commit().charged(), Pages{});
    EXPECT_EQ(memory.heap().free_slots(), memory.slots().heap_words() * 64);
}

}  // namespace
}  // namespace glenda::factotum::test
