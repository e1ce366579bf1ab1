// SPDX-License-Identifier: MIT
// user/drivers/p9/p9_message.h: what a file server outside may answer.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "drivers/p9/p9_message.h"
#include "steps.h"

namespace glenda::p9 {
namespace {

TEST(P9Message, ARequestBeginsWithItsSize) {
    std::vector<std::byte> page(kPageSize);
    EXPECT_EQ(Request(page.data(), kWalk).put(std::uint32_t{7}).put_text("ab").finish(), 15u);
    EXPECT_EQ(page[0], std::byte{15});
    EXPECT_EQ(page[4], std::byte{kWalk});
    EXPECT_EQ(page[7], std::byte{7});
    EXPECT_EQ(page[11], std::byte{2});
    EXPECT_EQ(page[14], std::byte{'b'});
}

TEST(P9Message, WhatDoesNotFitIsLeftOut) {
    std::vector<std::byte> page(kPageSize);
    EXPECT_EQ(Request(page.data(), kWalk).put_text(std::string(5000, 'x')).put(1).finish(), kPageSize);
}

/// A server that answers anything: nothing outside its answer is read, and each name lies within it.
TEST(P9Message, AHostileServerHarmsNobody) {
    std::mt19937 random(3);
    unsigned names = 0;
    for (unsigned round = 0; round < steps(200'000u); round++) {
        std::vector<std::byte> answer(random() % 120);
        for (std::byte& each : answer) each = std::byte(random() % 8 == 0 ? random() : random() % 3);
        if (answer.size() > 4 && random() % 4 != 0) answer[4] = std::byte{kReadDir + 1};
        if (answer.size() > 10 && random() % 4 != 0) answer[8] = answer[9] = answer[10] = std::byte{0};
        const auto body = answer_to(kReadDir, answer);
        if (!body) continue;
        const auto* const end = reinterpret_cast<const char*>(answer.data() + answer.size());
        (void)each_entry(*body, [&](std::string_view name) {
            ASSERT_LE(name.data() + name.size(), end);
            names++;
        });
        auto rest = *body;
        EXPECT_LE(take_counted(rest).size(), body->size());
    }
    EXPECT_GT(names, 1000u);
}

}  // namespace
}  // namespace glenda::p9
