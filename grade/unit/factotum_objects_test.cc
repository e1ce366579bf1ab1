// SPDX-License-Identifier: MIT
//
// Memory objects: random steps of several address spaces that map objects, shared and privately, fork, write, unmap and
// end, while objects are made and closed; compared with what each page should hold.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "factotum/spaces.h"
#include "steps.h"

namespace glenda::factotum::test {
namespace {

constexpr std::uint64_t kChunks = 40;                          // less than six objects need
constexpr std::uint64_t kBase = 0x8000'0000 - 40 * kPageSize;  // over the end of a table
constexpr std::uint64_t kPages = 80;
constexpr std::uint64_t kObjectPages = 520;  // two leaves

/// The bytes of an object, as far as they are compared. It lives as long as somebody names it.
using Contents = std::shared_ptr<std::vector<std::uint64_t>>;

struct Page {
    bool is_mapped = false;
    bool is_shared = false;
    bool can_write = false;
    Contents object{};  // null: the page is the space's own
    std::uint64_t index = 0;
    std::uint64_t own = 0;

    std::uint64_t value() const { return object ? (*object)[index] : own; }
};
struct Space {
    AddressSpace space;
    std::vector<Page> pages = std::vector<Page>(kPages);
};
struct Open {
    ObjectNumber number;
    CPtr slot;
    Contents contents;
};

std::uint64_t address_of(std::uint64_t page) { return kBase + page * kPageSize; }

class Objects : public SpacesTest {
protected:
    Objects() : SpacesTest(kChunks) {
        EXPECT_TRUE(objects_.create(1, Accounts::kRoot)) << "so that the table has its page";
        objects_.drop_mapped(1, 0);
        own_pages_ = memory_.own_pages();
    }
    std::unique_ptr<Space> start() {
        auto made = std::make_unique<Space>();
        return begin(made->space) ? std::move(made) : nullptr;
    }
    std::unique_ptr<Space> fork(Space& parent) {
        auto child = std::make_unique<Space>();
        child->pages = parent.pages;
        return begin_as(child->space, parent.space) ? std::move(child) : nullptr;
    }
    bool open() {
        const auto number = objects_.create(kObjectPages, Accounts::kRoot);
        if (!number) return false;
        const CPtr slot = *memory_.heap().take();
        machine().fill(slot, {.type = CapType::Endpoint});
        objects_.open(*number, 3, slot, list_);
        opened_.push_back({*number, slot, std::make_shared<std::vector<std::uint64_t>>(kObjectPages)});
        return true;
    }
    void close(std::size_t i) {
        EXPECT_TRUE(objects_.close(opened_[i].slot, list_));
        EXPECT_EQ(machine().find(opened_[i].slot), nullptr);
        opened_.erase(opened_.begin() + long(i));
    }
    std::uint64_t* touch(Space& space, std::uint64_t page, Access access) {
        return reinterpret_cast<std::uint64_t*>(SpacesTest::touch(space.space, address_of(page), access));
    }
    template <typename Spaces>
    Broken audit(const Spaces& spaces) {
        std::vector<const AddressSpace*> all;
        for (const auto& space : spaces) all.push_back(space ? &space->space : nullptr);
        return SpacesTest::audit(all);
    }

    ObjectNumber list_ = 0;
    std::vector<Open> opened_;
};

TEST_F(Objects, RandomStepsAgreeWithByteArrays) {
    std::mt19937_64 random(8);
    std::array<std::unique_ptr<Space>, 5> spaces;
    unsigned forks = 0, mapped = 0, refused = 0, written = 0;
    for (int step = 0; step < steps(1'000'000); step++) {
        const unsigned chance = unsigned(random() % 4096);
        if (chance < 8 && opened_.size() < 6 && !open()) refused++;
        if (chance >= 8 && chance < 14 && !opened_.empty()) close(random() % opened_.size());
        auto& place = spaces[random() % spaces.size()];
        if (!place && chance > 4080) place = start();
        if (!place) continue;
        Space& space = *place;
        const std::uint64_t first = random() % kPages, last = std::min(first + 1 + random() % 12, kPages);
        const bool can_write = random() % 4 != 0;
        const MapFlags rights = can_write ? MapFlags::ReadWrite : MapFlags::Read;
        Region region{.start = address_of(first), .end = address_of(last), .rights = rights};
        const auto each = [&](auto change) {
            for (std::uint64_t i = first; i < last; i++) change(space.pages[i], i - first);
        };
        if (random() % 256 == 0) machine().fails_after = int(random() % 12);
        const bool may_fail = machine().fails_after >= 0;
        if (chance < 10) {
            unsigned steps = unsigned(random() % 200);  // of slices, between which the books are right
            while (chance % 2 == 0 && !space.space.drop_some(memory_, steps)) {
                ASSERT_EQ(audit(spaces), Broken::Nothing) << step;
                steps = unsigned(random() % 200);
            }
            space.space.destroy(memory_);
            place.reset();
        } else if (chance < 40) {
            auto& other = spaces[random() % spaces.size()];
            if (!other) {
                other = fork(space);
                (other ? forks : refused)++;
            }
        } else if (chance < 120 && !opened_.empty()) {
            const Open& object = opened_[random() % opened_.size()];
            region.kind = RegionKind::Object;
            region.is_shared = random() % 2 == 0;
            region.source = object.number;
            region.offset = std::uint32_t(random() % (kObjectPages - 12));
            if (space.space.map(memory_, region)) {
                mapped++;
                each([&](Page& page, std::uint64_t i) {
                    page = {true, region.is_shared, can_write, object.contents, region.offset + i, 0};
                });
            }
        } else if (chance < 150) {
            region.kind = RegionKind::Anonymous;
            if (space.space.map(memory_, region))
                each([&](Page& page, std::uint64_t) { page = {.is_mapped = true, .can_write = can_write}; });
        } else if (chance < 180) {  // shared, with nobody but the children of FORK
            const auto number = objects_.create(last - first, Accounts::kRoot);
            if (number) {
                region.kind = RegionKind::Object;
                region.is_shared = true;
                region.source = *number;
                const auto contents = std::make_shared<std::vector<std::uint64_t>>(last - first);
                const bool done = bool(space.space.map(memory_, region));
                objects_.drop_mapped(*number, 0);
                if (done) each([&](Page& page, std::uint64_t i) { page = {true, true, can_write, contents, i, 0}; });
            }
        } else if (chance < 220) {
            if (space.space.unmap(memory_, region.start, region.end))
                each([](Page& page, std::uint64_t) { page = {}; });
        } else if (chance < 260) {
            if (space.space.protect(memory_, region.start, region.end, rights))
                each([&](Page& page, std::uint64_t) { page.can_write = can_write; });
        } else {
            const Access access = random() % 2 == 0 ? Access::Read : Access::Write;
            Page& page = space.pages[first];
            std::uint64_t* const word = touch(space, first, access);
            const bool failed = may_fail && machine().fails_after < 0;
            const bool allowed = page.is_mapped && (access == Access::Read || page.can_write);
            ASSERT_TRUE((word != nullptr) == allowed || (failed && word == nullptr)) << step;
            if (word != nullptr) {
                ASSERT_EQ(*word, page.value()) << step << " page " << first;
                if (access == Access::Write) {
                    *word = random();
                    written++;
                    if (page.is_shared)
                        (*page.object)[page.index] = *word;
                    else
                        page.object.reset(), page.own = *word;
                }
            }
        }
        machine().fails_after = -1;
        if (step % 512 == 0) {
            ASSERT_EQ(audit(spaces), Broken::Nothing) << step;
        }
    }
    EXPECT_GT(forks, steps(300u));
    EXPECT_GT(mapped, steps(2000u));
    EXPECT_GT(refused, steps(100u)) << "memory was never short";
    EXPECT_GT(written, steps(50'000u));
    while (!opened_.empty()) close(0);
    for (auto& space : spaces) {
        if (space) space->space.destroy(memory_);
    }
    expect_all_free();
    EXPECT_EQ(memory_.accounts()[Accounts::kRoot].objects, 0u);
}

/// Its pages are there once for everybody, and stay until the last part of the last map has gone.
TEST_F(Objects, LifetimeIsByReferences) {
    const std::uint64_t free = memory_.free_pages();
    auto one = start(), two = start();
    const std::uint64_t with_spaces = memory_.free_pages();
    ASSERT_TRUE(open());
    const Region region{.start = address_of(0),
                        .end = address_of(8),
                        .rights = MapFlags::ReadWrite,
                        .kind = RegionKind::Object,
                        .is_shared = true,
                        .source = opened_[0].number,
                        .offset = 508};
    ASSERT_TRUE(one->space.map(memory_, region) && two->space.map(memory_, region));
    *touch(*one, 7, Access::Write) = 42;
    EXPECT_EQ(*touch(*two, 7, Access::Read), 42u);
    EXPECT_EQ(touch(*one, 7, Access::Read), touch(*two, 7, Access::Read));
    EXPECT_EQ(objects_.find(opened_[0].number)->resident, 1u);
    const ObjectNumber number = opened_[0].number;
    close(0);
    ASSERT_TRUE(one->space.unmap(memory_, address_of(2), address_of(5)));
    one->space.destroy(memory_);
    ASSERT_TRUE(two->space.unmap(memory_, address_of(0), address_of(7)));
    EXPECT_EQ(*touch(*two, 7, Access::Write), 42u);
    ASSERT_NE(objects_.find(number), nullptr);
    ASSERT_TRUE(two->space.unmap(memory_, address_of(7), address_of(8)));
    EXPECT_EQ(objects_.find(number), nullptr);
    two->space.destroy(memory_);
    drop_all();
    EXPECT_GE(memory_.free_pages() + images_.unused_pages() + kits_.unused_pages(), std::max(free, with_spaces));
    EXPECT_EQ(SpacesTest::audit({}), Broken::Nothing);
}

/// So whoever waits at a word of an object that has ended is not taken for one who waits in the next (futex_calls.cc).
TEST_F(Objects, ANumberIsUsedAgainButNoSerial) {
    std::vector<std::uint64_t> serials;
    ObjectNumber first = 0;
    for (int i = 0; i < 100; i++) {
        const auto number = objects_.create(1, Accounts::kRoot);
        ASSERT_TRUE(number);
        if (i == 0) first = *number;
        EXPECT_EQ(*number, first);
        serials.push_back(objects_.serial(*number));
        objects_.drop_mapped(*number, 0);
    }
    EXPECT_TRUE(std::adjacent_find(serials.begin(), serials.end(), std::greater_equal<>()) == serials.end());
}

/// Page tables for 512 pages at a time are freed, and nothing else is lost or charged in between.
TEST_F(Objects, LargeOnesEndInSlices) {
    const std::uint64_t free = memory_.free_pages();
    const ObjectNumber number = *objects_.create(4 * 512, Accounts::kRoot);
    for (std::uint64_t i = 0; i < 4 * 512; i++) ASSERT_TRUE(objects_.page(number, i));
    objects_.drop_mapped(number, 0);
    EXPECT_EQ(objects_.find(number), nullptr);
    std::uint64_t last = memory_.free_pages();
    unsigned slices = 0;
    for (bool done = false; !done; slices++) {
        unsigned steps = 130;
        done = objects_.drop_some(steps);
        EXPECT_EQ(SpacesTest::audit({}), Broken::Nothing);
        EXPECT_LE(memory_.free_pages() - last, 514u);
        last = memory_.free_pages();
    }
    EXPECT_EQ(slices, 3u) << "and one when it ended";
    EXPECT_EQ(last, free);
}

/// Who is charged more than there is gets what is still to be freed.
TEST_F(Objects, WhatIsStillToBeFreedCanBeHad) {
    const ObjectNumber number = *objects_.create(4 * 512, Accounts::kRoot);
    for (std::uint64_t i = 0; i < 4 * 512; i++) ASSERT_TRUE(objects_.page(number, i));
    objects_.drop_mapped(number, 0);
    EXPECT_TRUE(objects_.has_more());
    const auto next = objects_.create(4 * 512, Accounts::kRoot);
    ASSERT_TRUE(next);
    objects_.drop_mapped(*next, 0);
    expect_all_free();
}

/// An account that pays for an object outlives its processes.
TEST_F(Objects, AnAccountStaysAsLongAsItsObjects) {
    AccountNumber vacant = Account::kNone;
    const auto account = memory_.open_account(Accounts::kRoot, 0, 40, 3, vacant);
    ASSERT_TRUE(account);
    memory_.accounts().enter(*account);
    EXPECT_FALSE(objects_.create(39, *account)) << "the limit counts the object's own tables, too";
    const auto number = objects_.create(38, *account);
    ASSERT_TRUE(number);
    memory_.accounts().leave(*account, vacant, false);
    EXPECT_EQ(memory_.accounts()[*account].direct, 40u);
    EXPECT_EQ(audit_memory(memory_), Broken::Nothing);
    objects_.drop_mapped(*number, 0);
    EXPECT_FALSE(memory_.accounts()[*account].is_in_use());
    EXPECT_EQ(audit_memory(memory_), Broken::Nothing);
}

}  // namespace
}  // namespace glenda::factotum::test
