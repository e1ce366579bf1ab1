// SPDX-License-Identifier: MIT
// Idle, but for a timer tick every 10 ms: its clock runs, and it executes next to nothing.
#include "guest.h"

int main(void) {
    print("ticking\r\n");
    for (;;) {
        set_timer(now() + kTicksPerSecond / 100);
        sleep_for(kTimer);
    }
}
