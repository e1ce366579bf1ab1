# SPDX-License-Identifier: MIT
# The first instructions of every program. The kernel, or the thread that made this one, has set
#   a0 = argc, a1 = argv, a2 = the UTCB's address (0 for a process, which has none), sp = the top of the stack.

    .section .text.start, "ax"
    .global _start
    .type _start, @function
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la tp, __tls_block
    mv ra, zero
    mv fp, zero
    call start_program
    unimp
    .size _start, . - _start

# The first instructions of a further thread of a program: a1 = its body, a0 = the argument for it. The kernel has set sp
# and tp. gp is the same for all threads of a program.
    .text
    .global start_thread
    .type start_thread, @function
start_thread:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    mv ra, zero
    mv fp, zero
    jalr a1
    call end_thread
    unimp
    .size start_thread, . - start_thread
