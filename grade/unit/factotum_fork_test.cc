// SPDX-License-Identifier: MIT
//
// FORK: random fork, mmap, munmap, mprotect and touch steps of several address spaces, compared with what each page of
// each should be: its rights and its words. What a space is charged and who names each page is counted anew.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <vector>

#include "factotum/forks.h"
#include "steps.h"

namespace glenda::factotum::test {
namespace {

TEST_F(Fork, RandomStepsAgreeWithByteArrays) {
    std::mt19937_64 random(6);
    constexpr MapFlags kRights[] = {MapFlags{},          MapFlags::Read,     MapFlags::ReadWrite, MapFlags::ReadExecute,
                                    MapFlags::ReadWrite, MapFlags::ReadWrite};
    std::array<std::unique_ptr<ModelSpace>, 6> spaces;
    unsigned forks = 0, refused = 0, written = 0, without_slots = 0;
    for (int step = 0; step < steps(1'000'000); step++) {
        auto& place = spaces[random() % spaces.size()];
        const unsigned chance = unsigned(random() % 4096);
        if (!place && chance > 4090) place = start();
        if (!place) continue;
        ModelSpace& space = *place;
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
                each([&](ModelPage& page) { page = {.is_mapped = true, .rights = rights}; });
        } else if (chance < 280) {
            if (space.space.unmap(memory_, address_of(first), address_of(last)))
                each([](ModelPage& page) { page = {}; });
        } else if (chance < 360) {
            if (space.space.protect(memory_, address_of(first), address_of(last), rights))
                each([&](ModelPage& page) {
                    page.rights = rights;
                    page.is_own = page.is_own || rights == MapFlags::ReadWrite;
                });
        } else {
            const Access access = random() % 2 == 0 ? Access::Read : Access::Write;
            ModelPage& page = space.pages[first];
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
    EXPECT_GT(forks, steps(500u));
    EXPECT_GT(slices_, 1'000u);
    EXPECT_GT(refused, 50u) << "memory was never short";
    EXPECT_GT(written, steps(30'000u));
    EXPECT_GT(without_slots, 100u) << "slots were never short";
    for (auto& space : spaces) {
        if (space) space->space.destroy(memory_);
    }
    expect_all_free();
}

}  // namespace
}  // namespace glenda::factotum::test
