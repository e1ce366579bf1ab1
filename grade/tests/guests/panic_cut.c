// SPDX-License-Identifier: MIT
// Like panic.c, but the report is incomplete: the kernel panics again in the middle of it.
#include "guest.h"

int main(void) {
    print("all is well\r\nPANIC: the cat is on fire\r\n  at main\r\n  at ");
    set_timer(0);
    for (;;) sleep_for(kTimer);
}
