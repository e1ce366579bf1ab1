# SPDX-License-Identifier: MIT
# The first instructions of every program: a0 = the UTCB, sp = argc, argv, environment and auxiliary vector.
# Sets gp for the linker's short addresses and tp for thread-local storage, then leaves the rest to startup.cc.

    .section .text.start, "ax"
    .global _start
    .type _start, @function
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la tp, __tls_block
    mv a1, sp
    andi sp, sp, -16
    mv ra, zero
    mv fp, zero
    call glenda_start
    unimp
    .size _start, . - _start
