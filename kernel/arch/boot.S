# SPDX-License-Identifier: MIT
# The first instructions. OpenSBI enters here in S-mode with translation off: a0 is the hart's number, a1 the device tree.
#
# The boot table maps the GiB at 0x80000000 where it is, in the direct map and at the kernel's link address, so that the
# jump into the higher half is one instruction. C++ then builds the real tables (boot/kernel_space.cc).

#include "arch/memory_map.h"

    .section .text.boot
    .globl _start
_start:
    csrw sie, zero
    la t0, boot_hart_came
    li t1, 1
    amoswap.w.aq t1, t1, (t0)
    bnez t1, secondary_start        # see there
    csrr s2, cycle
    mv s0, a0
    mv s1, a1
    la t0, bss_begin
    la t1, bss_end
1:  bgeu t0, t1, 2f
    sd zero, 0(t0)
    sd zero, 8(t0)
    sd zero, 16(t0)
    sd zero, 24(t0)
    sd zero, 32(t0)
    sd zero, 40(t0)
    sd zero, 48(t0)
    sd zero, 56(t0)
    addi t0, t0, 64
    j 1b
2:  call into_higher_half
    la sp, hart_blocks + HART_STACK_SIZE
    mv a0, s0
    mv a1, s1
    mv a2, s2
    call kernel_main                # does not return

# A further hart, started by kernel_main, which starts one at a time and leaves its Hart in hart_being_started. OpenSBI
# 1.1 wakes a hart before it has written down where to and with what in a1: such a hart comes to _start, or with another
# a1. So neither is relied upon.
    .globl secondary_start
secondary_start:
    csrw sie, zero
    fence
    la t0, hart_being_started
    ld s1, (t0)
    call into_higher_half
    mv sp, s1
    mv a0, s1
    call secondary_main             # does not return

# Turn translation on and return to the caller's address in the higher half.
into_higher_half:
    la t0, boot_table
    srli t0, t0, 12
    li t1, 8 << 60
    or t0, t0, t1
    li t2, KERNEL_OFFSET
    add ra, ra, t2
    la t1, trap_entry
    add t1, t1, t2
    csrw stvec, t1
    csrw sscratch, zero
    sfence.vma
    csrw satp, t0
    sfence.vma
    ret

    .section .data
    .balign 8
boot_hart_came:                     # not in .bss, which the first hart clears
    .word 0
    .balign 4096
    .globl boot_table
boot_table:
    .zero 8 * 2
    .quad GIGAPAGE_AT_RAM           # entry 2: 0x80000000 at itself
    .zero 8 * (256 + 2 - 3)
    .quad GIGAPAGE_AT_RAM           # entry 258: in the direct map
    .zero 8 * (510 - 259)
    .quad GIGAPAGE_AT_RAM           # entry 510: at the link address
    .zero 8
