// SPDX-License-Identifier: MIT
// The few addresses on which assembly, linker script and C++ must agree. They are macros, because an assembler reads
// them.
//
// boot.S and C++ include this file. kernel.ld cannot: it repeats the first two, and they must be the same there. All
// other addresses are in arch/layout.h. Handout: reference/kernel-design.md, "Boot".
#pragma once

#define KERNEL_PHYSICAL 0x80200000       /* where OpenSBI jumps to */
#define KERNEL_OFFSET 0xffffffff00000000 /* link address minus physical address */
#define HART_STACK_SIZE 8192
#define GIGAPAGE_AT_RAM 0x200000ef /* 0x80000000 >> 12 << 10, D A G X W R V */
