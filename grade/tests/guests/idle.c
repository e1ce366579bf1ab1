// SPDX-License-Identifier: MIT
// Waits for an interrupt that never comes.
#include "guest.h"

int main(void) {
    disarm_timer();
    print("idle\r\n");
    for (;;) sleep_for(0);
}
