// SPDX-License-Identifier: MIT
// A kernel that panics with a report and then halts with an interrupt pending, so that `wfi` does not wait.
#include "guest.h"

int main(void) {
    print("all is well\r\nPANIC: the cat is on fire\r\n  at main\r\n  at _start\r\nregisters: none\r\nEND PANIC\r\n");
    set_timer(0);
    for (;;) sleep_for(kTimer);
}
