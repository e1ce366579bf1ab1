# SPDX-License-Identifier: MIT
# OpenSBI jumps here on one hart, in S-mode, paging off: a0 is the hart's number.
.section .text.start
.globl _start
_start:
    la sp, stack_top
    call main
    # Returning from main switches the machine off; a0 becomes the reason: 0 none, 1 system failure.
    mv a1, a0
    li a0, 0
    li a6, 0
    li a7, 0x53525354       # SBI extension "SRST", function 0
    ecall
1:  wfi
    j 1b
