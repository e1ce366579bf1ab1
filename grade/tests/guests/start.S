# SPDX-License-Identifier: MIT
# OpenSBI jumps here on one hart, in S-mode, paging off: a0 is the hart's number, which main gets.
# With several harts, which one it is differs from run to run.
.section .text.start
.globl _start
_start:
    la sp, stack_top
    call main
    # Returning from main switches the machine off.
    li a0, 0
    li a1, 0
    li a6, 0
    li a7, 0x53525354       # SBI extension "SRST", function 0: shut down, no reason
    ecall
1:  wfi
    j 1b
