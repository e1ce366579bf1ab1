// SPDX-License-Identifier: MIT
// Switches paging on with an empty page table, so that nothing is mapped, not even the trap handler.
#include "guest.h"

static uint64_t table[512] __attribute__((aligned(4096)));

int main(void) {
    print("good bye\r\n");
    asm volatile("csrw stvec, %0; csrw satp, %1" ::"r"(main), "r"(8ul << 60 | (uint64_t)table >> 12));
    return 0;
}
