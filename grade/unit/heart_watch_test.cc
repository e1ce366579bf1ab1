// SPDX-License-Identifier: MIT
// user/9ball/heart_watch.h: who works for a whole period is found, and nobody else, even if the computer stands still.
#include "heart_watch.h"

#include <gtest/gtest.h>

#include <random>

#include "steps.h"

namespace glenda::nineball {
namespace {

constexpr std::uint64_t kPeriod = 4000, kStep = kPeriod / HeartWatch::kLooks;

TEST(HeartWatchTest, WhoRestsIsNotLookedAt) {
    HeartWatch heart;
    EXPECT_EQ(heart.due(), 0u);
    EXPECT_FALSE(heart.look(1'000'000));
    heart.works(100, kPeriod);
    heart.rests();
    EXPECT_EQ(heart.due(), 0u);
    EXPECT_FALSE(heart.look(1'000'000));
}

TEST(HeartWatchTest, WhoWorksForAPeriodHasStopped) {
    HeartWatch heart;
    heart.works(100, kPeriod);
    for (unsigned look = 1; look < HeartWatch::kLooks; look++) {
        EXPECT_EQ(heart.due(), 100 + look * kStep);
        EXPECT_FALSE(heart.look(heart.due() - 1)) << "it is not time yet";
        EXPECT_FALSE(heart.look(heart.due()));
    }
    EXPECT_EQ(heart.due(), 100 + kPeriod);
    EXPECT_TRUE(heart.look(heart.due()));
    EXPECT_EQ(heart.due(), 0u) << "once is enough";
}

TEST(HeartWatchTest, AStandstillCountsAsOneLook) {
    HeartWatch heart;
    heart.works(100, kPeriod);
    const std::uint64_t later = 100 + 1000 * kPeriod;
    EXPECT_FALSE(heart.look(later));
    for (unsigned look = 2; look < HeartWatch::kLooks; look++) EXPECT_FALSE(heart.look(heart.due()));
    EXPECT_EQ(heart.due(), later + kPeriod - kStep);
    EXPECT_TRUE(heart.look(heart.due()));
}

TEST(HeartWatchTest, NobodyHasStoppedBeforeThePeriodIsOver) {
    std::mt19937_64 random(1);
    unsigned stopped = 0;
    for (unsigned round = 0; round < steps(100'000u); round++) {
        HeartWatch heart;
        std::uint64_t now = random() % 1'000'000;
        const std::uint64_t begin = now, rests = begin + random() % (3 * kPeriod);
        heart.works(begin, kPeriod);
        while (heart.due() != 0 && heart.due() < rests) {
            now = heart.due() + (random() % 4 == 0 ? random() % kPeriod : 0);  // somebody is late
            if (!heart.look(now)) continue;
            EXPECT_GE(now, begin + kPeriod);
            stopped++;
        }
        heart.rests();
        EXPECT_FALSE(heart.look(now + 10 * kPeriod));
    }
    EXPECT_GT(stopped, steps(20'000u));
}

}  // namespace
}  // namespace glenda::nineball
