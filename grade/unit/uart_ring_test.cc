// SPDX-License-Identifier: MIT
//
// user/uart: the ring of the serial driver, which has a limit and outlives its owner.
#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <string>

#include "steps.h"
#include "uart/ring.h"

namespace glenda::console::test {
namespace {

TEST(Ring, RandomOperationsAgreeWithAQueue) {
    std::mt19937 random(8);
    uart::Ring<64> ring{};
    std::deque<char> model;
    for (int step = 0; step < steps(1'000'000); step++) {
        const char byte = char(random() % 8);
        const std::size_t count = random() % (model.size() + 1);
        switch (random() % 4) {
            case 0:
                ASSERT_EQ(ring.push(byte), model.size() < 64);
                if (model.size() < 64) model.push_back(byte);
                break;
            case 1: {
                const std::string text(random() % (64 - model.size() + 1), byte);
                ring.append(text);
                model.insert(model.end(), text.begin(), text.end());
                break;
            }
            case 2:
                for (std::size_t i = 0; i < count; i++) ASSERT_EQ(ring.peek(i), model[i]);
                ring.drop(count);
                model.erase(model.begin(), model.begin() + std::ptrdiff_t(count));
                break;
            case 3: {
                if (random() % 20 != 0) break;
                const auto last = std::find(model.rbegin(), model.rend(), byte);
                ASSERT_EQ(ring.drop_through(byte), last != model.rend());
                if (last != model.rend()) model.erase(model.begin(), last.base());
                break;
            }
        }
        if (random() % 5000 == 0) ring.clear(), model.clear();
        ASSERT_EQ(ring.size(), model.size());
        ASSERT_EQ(ring.room(), 64 - model.size());
        ASSERT_EQ(ring.empty(), model.empty());
    }
}

TEST(Ring, WhateverItsOwnerHasLeftCanBeUsed) {
    std::mt19937 random(9);
    for (int round = 0; round < 1000; round++) {
        uart::Ring<64> ring;
        for (unsigned i = 0; i < sizeof(ring); i++) reinterpret_cast<std::uint8_t*>(&ring)[i] = std::uint8_t(random());
        ring.repair();
        ASSERT_LE(ring.size(), 64u);
        if (ring.push('x')) {
            ASSERT_EQ(ring.peek(ring.size() - 1), 'x');
        }
        ring.clear();
        ASSERT_TRUE(ring.empty());
    }
}

}  // namespace
}  // namespace glenda::console::test
