// SPDX-License-Identifier: MIT
// Sleeps 30 seconds of its time, then switches off.
#include "guest.h"

int main(void) {
    uint64_t start = now();
    print("good night\r\n");
    set_timer(start + 30 * kTicksPerSecond);
    while (now() < start + 30 * kTicksPerSecond) sleep_for(kTimer);
    print("good morning\r\n");
    return 0;
}
