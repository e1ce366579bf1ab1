// SPDX-License-Identifier: MIT
// Switches its machine off when its clock shows 0.1 s, and runs on, as every hart does until QEMU stops it.
#include "guest.h"

int main(void) {
    while (now() < kTicksPerSecond / 10) {
        for (int step = 0; step < 30; ++step) asm volatile("nop");
    }
    power_off(0);
    for (;;) asm volatile("");
}
