// SPDX-License-Identifier: MIT
//
// FORK: random fork, mmap, munmap, mprotect and touch steps of several address spaces, compared with what each page of
// each should be: its rights and its words. What a space is charged and who names each page is counted anew.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include "factotum/spaces.h"

namespace glenda::factotum::test {
namespace {

constexpr std::uint64_t kChunks = 12;  // less than all pages need
constexpr std::uint64_t kPages = 400;  // of anonymous memory, behind the text
constexpr MapFlags kNone{};
using Words = std::array<std::uint64_t, 2>;  // a page's first and last

struct Page {
    bool is_mapped = false;
    MapFlags rights = kNone;
    bool is_text = false;
    bool is_own = false;  // text that may have been written
    Words words{};
};

struct Space {
    AddressSpace space;
    std::vector<Page> pages;
};

std::uint64_t address_of(std::uint64_t page) { return kText + page * kPageSize; }
bool allows(const Page& page, Access access) {
    return page.is_mapped && (std::uint64_t(page.rights) & std::uint64_t(access)) != 0;
}
Region anonymous(std::uint64_t first, std::uint64_t last, MapFlags rights = MapFlags::ReadWrite) {
    return {.start = address_of(first), .end = address_of(last), .rights = rights, .kind = RegionKind::Anonymous};
}

class Fork : public SpacesTest {
protected:
    Fork() : SpacesTest(kChunks) {}
    /// Null if there is no memory.
    std::unique_ptr<Space> start() {
        auto made = std::make_unique<Space>();
        if (!begin(made->space)) return nullptr;
        made->pages.assign(kTextPages + kPages, {});
        for (std::uint64_t i = 0; i < kTextPages; i++) {
            Page& page = made->pages[i];
            page = {.is_mapped = true, .rights = MapFlags::ReadExecute, .is_text = true};
            std::memcpy(&page.words[0], file_.data() + i * kPageSize, 8);
            std::memcpy(&page.words[1], file_.data() + (i + 1) * kPageSize - 8, 8);
        }
        return made;
    }
    /// Null if there is no memory.
    std::unique_ptr<Space> fork(Space& parent) {
        auto child = std::make_unique<Space>();
        if (!begin_as(child->space, parent.space)) return nullptr;
        child->pages = parent.pages;
        return child;
    }
    static std::byte* seen(const Space& space, std::uint64_t page, Access access) {
        return SpacesTest::seen(space.space, address_of(page), access);
    }
    std::byte* touch(Space& space, std::uint64_t page, Access access) {
        return SpacesTest::touch(space.space, address_of(page), access);
    }
    static Words words_of(const std::byte* page) {
        Words words;
        std::memcpy(&words[0], page, 8);
        std::memcpy(&words[1], page + kPageSize - 8, 8);
        return words;
    }
    void write(Space& space, std::uint64_t page, std::uint64_t value) {
        std::byte* const there = touch(space, page, Access::Write);
        ASSERT_NE(there, nullptr);
        space.pages[page].words = {value, ~value};
        std::memcpy(there, &space.pages[page].words[0], 8);
        std::memcpy(there + kPageSize - 8, &space.pages[page].words[1], 8);
    }
    void check_charges(const Space& space) {
        Pages expected =
            PageTree::kRoot + Pages{.frames = const_cast<AddressSpace&>(space.space).regions().page_count()};
        std::set<std::uint64_t> leaves, directories;
        for (std::uint64_t i = 0; i < space.pages.size(); i++) {
            const Page& page = space.pages[i];
            if (!page.is_mapped) continue;
            if (!page.is_text || page.is_own) expected.frames++;
            leaves.insert(address_of(i) >> 21), directories.insert(address_of(i) >> 30);
        }
        const auto& real =
            machine().spaces.at(machine().identities.at(machine().slots.at(space.space.vspace()).object));
        for (const auto& leaf : real.leaves) leaves.insert(leaf.first);
        for (const auto& directory : real.directories) directories.insert(directory.first);
        expected += (leaves.size() + directories.size()) * kTable;
        ASSERT_EQ(space.space.charged_pages(), expected);
    }
    /// No space has more rights to a page than its region gives and its sharing allows.
    void check_mappings(const Space& space) {
        for (std::uint64_t i = 0; i < space.pages.size(); i++) {
            const Mapping* mapping = machine().look(space.space.vspace(), address_of(i));
            if (mapping == nullptr) continue;
            ASSERT_EQ(std::uint64_t(mapping->flags) & ~std::uint64_t(space.pages[i].rights), 0u);
            const bool is_shared = memory_.record(PageNumber(mapping->physical >> kPageBits)).refs != 0;
            ASSERT_FALSE(is_shared && mapping->flags == MapFlags::ReadWrite) << "page " << i;
        }
    }
};

TEST_F(Fork, RandomStepsAgreeWithByteArrays) {
    std::mt19937_64 random(6);
    constexpr MapFlags kRights[] = {
        kNone, MapFlags::Read, MapFlags::ReadWrite, MapFlags::ReadExecute, MapFlags::ReadWrite, MapFlags::ReadWrite};
    std::array<std::unique_ptr<Space>, 6> spaces;
    unsigned forks = 0, refused = 0, written = 0, without_slots = 0;
    for (int step = 0; step < 1'000'000; step++) {
        auto& place = spaces[random() % spaces.size()];
        const unsigned chance = unsigned(random() % 4096);
        if (!place && chance > 4090) place = start();
        if (!place) continue;
        Space& space = *place;
        const std::uint64_t first = random() % space.pages.size();
        const std::uint64_t last =
            std::min<std::uint64_t>(first + 1 + random() % (chance % 8 == 0 ? 200 : 5), space.pages.size());
        const MapFlags rights = kRights[random() % 6];
        const auto each = [&](auto change) {
            for (std::uint64_t i = first; i < last; i++) change(space.pages[i]);
        };
        const bool fails = random() % 256 == 0;
        if (fails) machine().fails_after = int(random() % 12);
        if (chance < 12) {
            space.space.destroy(memory_);
            place.reset();
        } else if (chance < 64) {
            auto& other = spaces[random() % spaces.size()];
            if (!other) {
                fork_steps_ = random() % 2 == 0 ? 150 : ~0u;
                other = fork(space);
                (other ? forks : refused)++;
            }
        } else if (chance < 200) {
            if (space.space.map(memory_, anonymous(first, last, rights)))
                each([&](Page& page) { page = {.is_mapped = true, .rights = rights}; });
        } else if (chance < 280) {
            if (space.space.unmap(memory_, address_of(first), address_of(last))) each([](Page& page) { page = {}; });
        } else if (chance < 360) {
            if (space.space.protect(memory_, address_of(first), address_of(last), rights))
                each([&](Page& page) {
                    page.rights = rights;
                    page.is_own = page.is_own || rights == MapFlags::ReadWrite;
                });
        } else {
            const Access access = random() % 2 == 0 ? Access::Read : Access::Write;
            Page& page = space.pages[first];
            const std::byte* const there = touch(space, first, access);
            const bool failed = fails && machine().fails_after < 0;
            ASSERT_TRUE((there != nullptr) == allows(page, access) || (failed && there == nullptr)) << step;
            if (there != nullptr) {
                ASSERT_EQ(words_of(there), page.words) << step << " page " << first;
                if (access == Access::Write) write(space, first, random()), written++;
            }
        }
        machine().fails_after = -1;
        if (memory_.heap().free_slots() <= 64 * memory_.slots().heap_words() / 4) without_slots++;
        if (step % 512 != 0) continue;
        std::vector<const AddressSpace*> all;
        for (const auto& each_space : spaces) {
            if (!each_space) continue;
            all.push_back(&each_space->space);
            check_charges(*each_space);
            check_mappings(*each_space);
            ASSERT_FALSE(HasFatalFailure()) << step;
        }
        ASSERT_EQ(audit(all), Broken::Nothing) << step;
    }
    EXPECT_GT(forks, 500u);
    EXPECT_GT(slices_, 1'000u);
    EXPECT_GT(refused, 50u) << "memory was never short";
    EXPECT_GT(written, 30'000u);
    EXPECT_GT(without_slots, 100u) << "slots were never short";
    for (auto& space : spaces) {
        if (space) space->space.destroy(memory_);
    }
    expect_all_free();
}

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
            EXPECT_EQ(words_of(touch(const_cast<Space&>(*space), kTextPages + i, Access::Read)),
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
