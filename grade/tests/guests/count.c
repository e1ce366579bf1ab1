// SPDX-License-Identifier: MIT
// Computes, sleeps and prints for a while. Each run must be the same, including its times.
#include "guest.h"

int main(void) {
    unsigned long random = 1;
    for (unsigned round = 0; round < 200; ++round) {
        for (unsigned i = 0; i < 1000 + random % 10000; ++i) asm volatile("" ::: "memory");
        random = random * 6364136223846793005u + 1442695040888963407u;
        print("round ");
        print_number(round);
        print(" at ");
        print_number(now());
        print("\r\n");
        if (round % 10 == 0) {
            set_timer(now() + random % 100000);
            sleep_for(kTimer);
        }
    }
    return 0;
}
