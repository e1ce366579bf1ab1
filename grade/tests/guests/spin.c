// SPDX-License-Identifier: MIT
// Spins forever.
#include "guest.h"

int main(void) {
    print("spinning\r\n");
    for (;;) asm volatile("" ::: "memory");
}
