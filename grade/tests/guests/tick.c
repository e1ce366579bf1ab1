// SPDX-License-Identifier: MIT
// Idle except for a timer tick every 10 ms: its clock runs, but it executes next to nothing.
#include "guest.h"

int main(void) {
    print("ticking\r\n");
    for (;;) {
        set_timer(now() + kTicksPerSecond / 100);
        sleep_for(kTimer);
    }
}
