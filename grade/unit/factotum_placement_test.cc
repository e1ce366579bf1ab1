// SPDX-License-Identifier: MIT
//
// user/factotum/tasks/placement.h: classes of urgency, and busy threads that spread over all harts.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "steps.h"
#include "tasks/placement.h"

namespace glenda::factotum::test {
namespace {

TEST(Schedule, ClassesDoNotOverlap) {
    const auto priority = [](SchedClass wanted, std::int64_t nice) {
        const auto schedule = schedule_of(wanted, nice);
        return schedule ? schedule->priority : 0;
    };
    EXPECT_EQ(priority(SchedClass::System, 100), 0u);
    EXPECT_EQ(priority(SchedClass::System, 101), 101u);
    EXPECT_EQ(priority(SchedClass::System, 239), 239u);
    EXPECT_EQ(priority(SchedClass::System, 240), 0u) << "Factotum's own";
    EXPECT_EQ(priority(SchedClass::System, -1), 0u);
    EXPECT_EQ(priority(SchedClass::Interactive, 0), 100u);
    EXPECT_EQ(priority(SchedClass::Normal, -9), 99u);
    EXPECT_EQ(priority(SchedClass::Normal, 9), 81u);
    EXPECT_EQ(priority(SchedClass::Normal, 10), 0u);
    EXPECT_EQ(priority(SchedClass::Normal, INT64_MIN), 0u);
    EXPECT_EQ(priority(SchedClass::Batch, 0), 40u);
    EXPECT_EQ(schedule_of(SchedClass::Batch, 0)->slice, 20'000u);
    EXPECT_FALSE(schedule_of(SchedClass(4), 0));
}

/// Threads come, go and are looked at in any order. In the end no hart has two busy threads more than another.
TEST(Placement, BusyThreadsSpread) {
    std::mt19937 random(4);
    for (unsigned harts = 1; harts <= kMaxHarts; harts++) {
        Placement placement(harts);
        std::vector<unsigned> threads;  // the hart of each
        for (int step = 0; step < steps(20'000); step++) {
            if (random() % 2 == 0) {
                threads.push_back(random() % 4 == 0 ? 0 : placement.least_loaded());
                placement.add(threads.back());
            } else if (!threads.empty()) {
                std::swap(threads[random() % threads.size()], threads.back());
                placement.remove(threads.back());
                threads.pop_back();
            }
            for (unsigned& hart : threads) {
                const unsigned better = placement.better_than(hart);
                placement.remove(hart);
                placement.add(hart = better);
            }
            std::vector<std::uint32_t> loads(harts);
            for (const unsigned hart : threads) loads.at(hart)++;
            for (unsigned hart = 0; hart < harts; hart++) ASSERT_EQ(placement.load(hart), loads[hart]);
            const auto [least, most] = std::minmax_element(loads.begin(), loads.end());
            ASSERT_LE(*most, *least + 1);
        }
    }
}

}  // namespace
}  // namespace glenda::factotum::test
