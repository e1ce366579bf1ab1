// SPDX-License-Identifier: MIT
//
// Objects with a pager: random steps of several address spaces that map one, shared and privately, while its pages are
// supplied in any order, compared with what each page should hold. A page that was not supplied is never mapped.

#include <array>
#include <cstring>
#include <map>
#include <random>

#include "factotum/spaces.h"
#include "steps.h"

namespace glenda::factotum::test {
namespace {

constexpr std::uint64_t kChunks = 45, kPages = 600;  // two leaves
constexpr std::uint64_t kShared = 0x8000'0000 - 40 * kPageSize, kOwn = kShared + 2 * kPages * kPageSize;
constexpr std::uint32_t kPid = 3;

class Pager : public SpacesTest {
protected:
    Pager() : SpacesTest(kChunks) {
        number_ = *objects_.create(kPages, Accounts::kRoot, ObjectKind::Pager);
        own_pages_ = memory_.own_pages();
        slot_ = *memory_.heap().take();
        machine().fill(slot_, {.type = CapType::Endpoint});
        objects_.open(number_, kPid, slot_, list_);
        source_ = *objects_.create(1, Accounts::kRoot);
        draft_ = reinterpret_cast<std::uint64_t*>(memory_.window(*objects_.page(source_, 0)));
    }
    Result<void> supply(std::uint64_t page, std::uint64_t value) {
        *draft_ = value;
        return objects_.supply(number_, page, *objects_.page(source_, 0));
    }
    Answer<void> map(AddressSpace& space, std::uint64_t address, bool is_shared) {
        return space.map(memory_, {.start = address,
                                   .end = address + kPages * kPageSize,
                                   .rights = MapFlags::ReadWrite,
                                   .kind = RegionKind::Object,
                                   .is_shared = is_shared,
                                   .source = number_});
    }
    std::uint64_t* word(AddressSpace& space, std::uint64_t address, Access access) {
        return reinterpret_cast<std::uint64_t*>(touch(space, address, access));
    }
    void end_all() {
        objects_.drop_mapped(source_, 0);
        ASSERT_TRUE(objects_.close(slot_, list_));
        expect_all_free();
    }

    ObjectNumber number_ = 0, source_ = 0, list_ = 0;
    CPtr slot_ = 0;
    std::uint64_t* draft_ = nullptr;
};

TEST_F(Pager, RandomStepsAgreeWithByteArrays) {
    std::mt19937_64 random(11);
    std::map<std::uint64_t, std::uint64_t> shared;              // pages that were supplied
    std::array<std::map<std::uint64_t, std::uint64_t>, 3> own;  // and those that a space has written for itself
    std::array<AddressSpace, 3> spaces;
    for (AddressSpace& space : spaces) {
        ASSERT_TRUE(begin(space) && map(space, kShared, true) && map(space, kOwn, false));
    }
    unsigned early = 0, failed = 0;
    for (int step = 0; step < steps(200'000); step++) {
        const std::uint64_t page = random() % kPages;
        if (step % 128 == 0 && !shared.contains(page)) {
            if (random() % 2 == 0) machine().fails_after = int(random() % 3);
            if (supply(page, step))
                shared[page] = std::uint64_t(step);
            else
                failed++;
            machine().fails_after = -1;
        }
        const unsigned who = unsigned(random() % spaces.size());
        const bool is_own = random() % 2 == 0, writes = random() % 4 == 0;
        const std::uint64_t address = (is_own ? kOwn : kShared) + page * kPageSize;
        const Access access = writes ? Access::Write : Access::Read;
        if (!shared.contains(page)) {
            ASSERT_EQ(spaces[who].resolve(memory_, address, access), CrashKind::PagerEnded);
            ASSERT_EQ(seen(spaces[who], address, Access::Read), nullptr);
            ASSERT_EQ(spaces[who].page_to_read(memory_, address).error(), AnyError(ServerError::NotReady));
            early++;
            continue;
        }
        std::uint64_t* const there = word(spaces[who], address, access);
        ASSERT_NE(there, nullptr);
        const bool has_copy = is_own && own[who].contains(page);
        ASSERT_EQ(*there, has_copy ? own[who][page] : shared[page]) << step;
        if (writes) (is_own ? own[who] : shared)[page] = *there = random();
        if (step % 1024 == 0) {
            ASSERT_EQ(audit({&spaces[0], &spaces[1], &spaces[2]}), Broken::Nothing);
        }
    }
    EXPECT_GT(early, 1000u);
    EXPECT_EQ(objects_.find(number_)->resident, shared.size());
    for (AddressSpace& space : spaces) end(space);
    end_all();
}

TEST_F(Pager, MissingPagesAreCounted) {
    EXPECT_EQ(objects_.missing(number_, 0, 16), 16u);
    EXPECT_EQ(objects_.missing(number_, kPages - 2, 16), 2u);
    ASSERT_TRUE(supply(514, 1));
    EXPECT_EQ(objects_.missing(number_, 508, 16), 6u);
    EXPECT_EQ(objects_.missing(number_, 514, 16), 0u);
    EXPECT_EQ(objects_.page(number_, 513).error(), Error::WouldBlock);
    end_all();
}

TEST_F(Pager, OnlyItsCreatorOpensIt) {
    EXPECT_EQ(objects_.opened(slot_, kPid), number_);
    for (const CPtr other : {slot_ - 1, slot_ + 1, CPtr{0}, ~CPtr{0}}) EXPECT_EQ(objects_.opened(other, kPid), 0u);
    EXPECT_EQ(objects_.opened(slot_, kPid + 1), 0u);
    end_all();
    EXPECT_EQ(objects_.opened(slot_, kPid), 0u);
}

}  // namespace
}  // namespace glenda::factotum::test
