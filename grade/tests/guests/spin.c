// SPDX-License-Identifier: MIT
// Never does anything more.
#include "guest.h"

int main(void) {
    print("spinning\r\n");
    for (;;) asm volatile("" ::: "memory");
}
