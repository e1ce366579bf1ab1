// SPDX-License-Identifier: MIT
// Says hello, answers each line, and switches off at "quit"; a line "fail" is a system failure.
#include "guest.h"

int main(void) {
    enable_input();
    print("hello\r\n> ");
    char line[64];
    unsigned length = 0;
    for (;;) {
        char byte = read_byte();
        if (byte != '\r') {
            if (length < sizeof line - 1) line[length++] = byte;
            continue;
        }
        line[length] = 0;
        print("you said: ");
        print(line);
        print("\r\n");
        if (line[0] == 'q') return 0;
        if (line[0] == 'f') return 1;
        length = 0;
        print("> ");
    }
}
