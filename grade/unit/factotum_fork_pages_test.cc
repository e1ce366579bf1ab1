// SPDX-License-Identifier: MIT
//
// FORK: the pages that two spaces share, how they part, and what is left of a fork that is refused.

#include <gtest/gtest.h>

#include <memory>

#include "factotum/forks.h"

namespace glenda::factotum::test {
namespace {

/// Parent and child share every page until one writes, and then only that one is copied.
TEST_F(Fork, PagesPartOneByOne) {
    auto parent = start();
    ASSERT_TRUE(parent->space.map(memory_, anonymous(kTextPages, kTextPages + 10)));
    for (std::uint64_t i = 0; i < 10; i++) write(*parent, kTextPages + i, i + 1);
    auto child = fork(*parent);
    ASSERT_NE(child, nullptr);
    EXPECT_EQ(child->space.resident_pages(), 10u);
    const std::uint64_t free = memory_.free_pages();
    for (std::uint64_t i = 0; i < 10; i++) {
        const std::byte* const page = touch(*child, kTextPages + i, Access::Read);
        EXPECT_EQ(page, touch(*parent, kTextPages + i, Access::Read)) << "one page for both";
        EXPECT_EQ(seen(*parent, kTextPages + i, Access::Write), nullptr) << "the parent could still write";
    }
    EXPECT_EQ(memory_.free_pages(), free);
    write(*child, kTextPages, 100);
    write(*parent, kTextPages + 1, 200);
    EXPECT_EQ(memory_.free_pages(), free - 2);
    for (const auto* space : {parent.get(), child.get()}) {
        for (std::uint64_t i = 0; i < 10; i++)
            EXPECT_EQ(words_of(touch(const_cast<ModelSpace&>(*space), kTextPages + i, Access::Read)),
                      space->pages[kTextPages + i].words);
    }
    EXPECT_EQ(audit({&parent->space, &child->space}), Broken::Nothing);

    // Each is alone with both of the pages that parted: no further copy.
    write(*parent, kTextPages, 300);
    write(*child, kTextPages + 1, 400);
    EXPECT_EQ(memory_.free_pages(), free - 2);
    parent->space.destroy(memory_);
    const std::uint64_t left = memory_.free_pages();
    for (std::uint64_t i = 2; i < 10; i++) write(*child, kTextPages + i, 500 + i);
    EXPECT_EQ(memory_.free_pages(), left) << "nobody else is left";
    child->space.destroy(memory_);
    expect_all_free();
}

/// A fork that cannot be promised changes nothing, for want of a single page.
TEST_F(Fork, ThePromiseComesFirst) {
    auto parent = start();
    ASSERT_TRUE(parent->space.map(memory_, anonymous(kTextPages, kTextPages + 100)));
    for (std::uint64_t i = 0; i < 100; i++) write(*parent, kTextPages + i, i);
    const Pages before = memory_.commit().charged();
    auto child = fork(*parent);
    ASSERT_NE(child, nullptr);
    const Pages cost = memory_.commit().charged() - before;
    EXPECT_GE(cost.frames, 100u) << "a child may write to all of its pages";
    child->space.destroy(memory_);

    std::uint64_t taken = 0;
    while (memory_.charge({.frames = 1})) taken++;
    memory_.uncharge({.frames = cost.sum()});
    bool was_possible = false;
    for (std::uint64_t left = cost.sum();; left--) {
        const Pages charged = memory_.commit().charged();
        child = fork(*parent);
        if (child == nullptr) {
            EXPECT_EQ(memory_.commit().charged(), charged) << "a refusal takes nothing";
            break;
        }
        was_possible = true;
        for (std::uint64_t i = 0; i < 100; i++) write(*child, kTextPages + i, 1000 + i);
        child->space.destroy(memory_);
        ASSERT_TRUE(memory_.charge({.frames = 1})) << left;
        taken++;
    }
    EXPECT_TRUE(was_possible);
    for (std::uint64_t i = 0; i < 100; i++) write(*parent, kTextPages + i, 7);
    EXPECT_EQ(audit({&parent->space}), Broken::Nothing);
    parent->space.destroy(memory_);
}

/// Every call to the kernel is refused once while a space is forked and the pages part: nothing is lost.
TEST_F(Fork, EveryRefusalOfTheKernelIsUndone) {
    for (int allowed = 0;; allowed++) {
        auto parent = start();
        ASSERT_TRUE(parent->space.map(memory_, anonymous(kTextPages, kTextPages + 4)));
        ASSERT_TRUE(parent->space.map(memory_, {.start = kUtcbArea,
                                                .end = kUtcbArea + kPageSize,
                                                .rights = MapFlags::ReadWrite,
                                                .kind = RegionKind::Utcb}));
        ASSERT_EQ(parent->space.resolve(memory_, kUtcbArea, Access::Write), CrashKind::None);
        for (std::uint64_t i = 0; i < 4; i++) write(*parent, kTextPages + i, i + 1);
        machine().fails_after = allowed;
        fork_steps_ = 150;
        utcb_ = kUtcbArea;
        auto child = fork(*parent);
        if (child) {
            (void)touch(*child, kTextPages, Access::Read);
            (void)touch(*child, kTextPages + 1, Access::Write);
            (void)touch(*parent, kTextPages + 2, Access::Write);
            (void)child->space.resolve(memory_, kUtcbArea, Access::Write);
        }
        const bool all_done = machine().fails_after >= 0;
        machine().fails_after = -1;
        for (std::uint64_t i = 0; i < 4; i++) {
            EXPECT_EQ(words_of(touch(*parent, kTextPages + i, Access::Read)), parent->pages[kTextPages + i].words);
            write(*parent, kTextPages + i, i + 10);
        }
        if (child) {
            EXPECT_EQ(audit({&parent->space, &child->space}), Broken::Nothing);
            for (std::uint64_t i = 0; i < 4; i++)
                EXPECT_EQ(words_of(touch(*child, kTextPages + i, Access::Read)), child->pages[kTextPages + i].words);
            child->space.destroy(memory_);
        }
        parent->space.destroy(memory_);
        expect_all_free();
        ASSERT_FALSE(HasFailure()) << allowed;
        if (all_done) break;
    }
}

}  // namespace
}  // namespace glenda::factotum::test
