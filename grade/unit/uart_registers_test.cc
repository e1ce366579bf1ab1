// SPDX-License-Identifier: MIT
//
// user/uart/registers.h: what the uart driver takes for an answer to where its registers are.

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace glenda::uart
