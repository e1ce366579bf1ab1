// SPDX-License-Identifier: MIT
// Executes instructions for ever, but only such as take QEMU long.
#include "guest.h"

static uint64_t table[512] __attribute__((aligned(4096)));

int main(void) {
    print("crawling\n");
    for (uint64_t i = 0; i < 4; i++) table[i] = i << 28 | 0xcf;  // 4 GiB as they are
    asm volatile("csrw satp, %0" ::"r"(8ul << 60 | (uint64_t)table >> 12));
    for (;;) asm volatile("sfence.vma" ::: "memory");
}
