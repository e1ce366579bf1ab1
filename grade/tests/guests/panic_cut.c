// SPDX-License-Identifier: MIT
// As panic.c, but the report breaks off: the kernel gives up a second time in the middle of it.
#include "guest.h"

int main(void) {
    print("all is well\r\nPANIC: the cat is on fire\r\n  at main\r\n  at ");
    set_timer(0);
    for (;;) sleep_for(kTimer);
}
