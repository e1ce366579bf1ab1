# SPDX-License-Identifier: MIT
# The first instructions. OpenSBI enters here in S-mode with translation off: a0 is the hart's number, a1 the address of
# the device tree. The boot table maps the GiB at 0x80000000 three times, so that one `ret` leads into the higher half:
#
#   root entry   virtual address          needed for
#            2   0000'0000'8000'0000      the instructions between `csrw satp` and `ret`
#          258   ffff'ffc0'8000'0000      the direct map: C++ reads the device tree through it
#          510   ffff'ffff'8000'0000      the kernel itself
#
# C++ then builds the final tables (boot/kernel_space.cc). Each further hart comes through the boot table again. Until
# `ret`, code may use pc-relative addresses only: the linker has placed it in the higher half.

#include "arch/memory_map.h"

    .section .text.boot
    .globl _start
_start:
    csrw sie, zero
    la t0, boot_hart_came
    li t1, 1
    amoswap.w.aq t1, t1, (t0)
    bnez t1, secondary_start        # another hart was first
    csrr s2, cycle
    mv s0, a0
    mv s1, a1
    la t0, bss_begin
    la t1, bss_end
# The linker script aligns both ends of .bss to 64 bytes.
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

# Every other hart. kernel_main starts one at a time and leaves its Hart in hart_being_started.
#
# Neither the entry point nor a1 can be trusted here: OpenSBI 1.1 wakes a hart before it has stored them, so the hart
# may come to _start, or arrive with another a1. Hence the flag above, and the Hart in memory instead of in a1.
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

# Turns translation on and returns to the caller, at its address in the higher half. stvec is set first, so that a trap
# from then on ends in a panic report. The fences order earlier stores before the walks that follow, and drop what was
# cached under an old satp.
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
boot_hart_came:                     # in .data: the first hart clears .bss after it has set this
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
