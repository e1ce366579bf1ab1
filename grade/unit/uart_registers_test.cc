// SPDX-License-Identifier: MIT
//
// user/uart/registers.h: the arguments that give the uart driver its registers; ns16550.h: the driver uses those.

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <string>

#include "uart/registers.h"

namespace glenda::uart {
namespace {

std::string show(std::string_view argument) {
    const auto registers = parse_registers(argument);
    if (!registers) return "refused";
    return std::to_string(registers->offset) + " " + std::to_string(registers->layout.shift) + " " +
           std::to_string(registers->layout.width);
}

TEST(UartRegisters, WhatNineBallSays) {
    EXPECT_EQ(show("--registers=0,0,1"), "0 0 1");
    EXPECT_EQ(show("--registers=256,2,4"), "256 2 4");
    EXPECT_EQ(show("--registers=2048,8,1"), "2048 8 1");
    EXPECT_EQ(show("--registers=4088,0,1"), "4088 0 1") << "the last eight bytes of the page";
}

TEST(UartRegisters, Mistakes) {
    for (const char* argument :
         {"", "--registers", "--registers=", "--registers=0", "--registers=0,0", "--registers=0,0,", "--registers=,0,1",
          "--registers=0,,1", "--registers=0,0,1,", "--registers=0,0,1,1", "--registers=0x10,0,1", "--registers=0,0,1 ",
          "--registers=-8,0,1", "0,0,1", "--register=0,0,1"})
        EXPECT_EQ(show(argument), "refused") << argument;
}

TEST(UartRegisters, WhatNoDriverCanUse) {
    for (const char* argument : {"--registers=4089,0,1", "--registers=2049,8,1", "--registers=4096,0,1",
                                 "--registers=0,9,1", "--registers=0,64,1", "--registers=0,0,0", "--registers=0,0,2",
                                 "--registers=0,0,4", "--registers=0,1,4", "--registers=2,2,4", "--registers=0,2,8",
                                 "--registers=99999999999999999999999,0,1", "--registers=18446744073709551616,0,1"})
        EXPECT_EQ(show(argument), "refused") << argument;
}

/// A UART's eight registers, four bytes apart, in memory.
class SpacedRegisters : public testing::Test {
protected:
    static constexpr std::uint32_t kUntouched = 0x5a5a'5a5a;
    static constexpr unsigned kLineStatus = 5;
    std::uint32_t words[Ns16550::kRegisters];

    void SetUp() override {
        std::fill(std::begin(words), std::end(words), kUntouched);
        words[kLineStatus] = 0x20;  // the transmitter is empty
    }
    Ns16550 uart(unsigned width) { return {reinterpret_cast<std::uint64_t>(words), {.shift = 2, .width = width}}; }
};

TEST_F(SpacedRegisters, InWords) {
    EXPECT_TRUE(uart(4).can_send());
    uart(4).send('x');
    EXPECT_EQ(words[0], std::uint32_t{'x'}) << "the whole word is written";
    EXPECT_EQ(words[1], kUntouched);
}

TEST_F(SpacedRegisters, InBytes) {
    EXPECT_TRUE(uart(1).can_send());
    uart(1).send('x');
    EXPECT_EQ(words[0], (kUntouched & ~0xffu) | 'x') << "a byte is written";
    words[kLineStatus] = 0x2000;
    EXPECT_FALSE(uart(1).can_send());
}

}  // namespace
}  // namespace glenda::uart
