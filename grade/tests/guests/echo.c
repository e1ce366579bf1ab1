// SPDX-License-Identifier: MIT
// Greets, and echoes each line. "quit" switches off, "fail" gives an exit status, "sleep" sleeps for a second.
#include "guest.h"

static void nap(void) {
    uint64_t start = now();
    set_timer(start + kTicksPerSecond);
    while (now() < start + kTicksPerSecond) sleep_for(kTimer);
    print("slept ");
    print_number(now() - start);
    print("\r\n");
}

int main(unsigned long hart) {
    disarm_timer();
    enable_input(hart);
    print("hello\r\n> ");
    char line[64];
    unsigned length = 0;
    for (;;) {
        char byte = read_byte(hart);
        if (byte != '\r') {
            if (length < sizeof line - 1) line[length++] = byte;
            continue;
        }
        line[length] = 0;
        print("you said: ");
        print(line);
        print("\r\n");
        if (line[0] == 'q') return 0;
        if (line[0] == 'f') power_off(7);
        if (line[0] == 's') nap();
        length = 0;
        print("> ");
    }
}
