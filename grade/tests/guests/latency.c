// SPDX-License-Identifier: MIT
// A kernel that disables interrupts for known numbers of instructions. `spin` takes two instructions per loop.
#include "guest.h"

void trap(void);
void user(void);

asm(R"(
    .macro spin_for turns
    li t0, \turns
1:  addi t0, t0, -1
    bnez t0, 1b
    .endm

    .balign 4
trap:                               # a7 selects the operation
    csrr t1, sepc
    addi t1, t1, 4
    csrw sepc, t1
    li t1, 1
    beq a7, t1, long_operation
    li t1, 2
    beq a7, t1, preemptible_operation
    li t1, 3
    beq a7, t1, sleep
    li t1, 4
    beq a7, t1, debugging_operation
    li a7, 0x53525354               # SBI extension "SRST": off
    li a6, 0
    li a0, 0
    li a1, 0
    ecall

long_operation:
    spin_for 10000
    sret

preemptible_operation:              # 6,000 instructions six times, and no more than that at once
    spin_for 3000
    call poll
    spin_for 3000
    call poll
    spin_for 3000
    call poll
    spin_for 3000
    call poll
    call pause
    spin_for 500
    sret

sleep:                              # 15,000 instructions on each side of a wfi that ends at once
    li t1, 2
    csrw sie, t1
    csrw sip, t1
    spin_for 7500
    wfi
    spin_for 7500
    csrw sip, zero
    sret

debugging_operation:
    call debug
    sret

poll:
    csrr t1, sip
    ret
pause:
    ret
debug:
    spin_for 50000
    ret

    .section .data                  # after everything of the kernel's
    .balign 4
user:
    li a7, 1
    ecall
    li a7, 2
    ecall
    li a7, 3
    ecall
    li a7, 4
    ecall
    spin_for 100000                 # interrupts are on
    li a7, 5
    ecall
    .text
)");

int main(void) {
    disarm_timer();
    for (unsigned turn = 0; turn < 100000; ++turn) asm volatile("");  // booting does not count
    asm volatile("csrw stvec, %0; csrw sepc, %1; csrc sstatus, %2; sret" ::"r"(trap), "r"(user), "r"(0x100));
    __builtin_unreachable();
}
