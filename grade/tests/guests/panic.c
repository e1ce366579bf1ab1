// SPDX-License-Identifier: MIT
// A kernel that gives up, with a report, and stops.
#include "guest.h"

int main(void) {
    disarm_timer();
    print("all is well\r\nPANIC: the cat is on fire\r\n  at main\r\n  at _start\r\nregisters: none\r\n");
    for (;;) sleep_for(0);
}
