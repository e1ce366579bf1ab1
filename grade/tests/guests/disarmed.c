// SPDX-License-Identifier: MIT
// Idle after it disarmed its timer by setting it to the end of time, as the SBI specification says.
#include "guest.h"

int main(void) {
    set_timer(~0ul);
    enable_input();
    print("disarmed\r\n");
    read_byte();
    print("at ");
    print_number(now());
    print("\r\n");
    for (;;) sleep_for(kTimer | kExternal);
}
