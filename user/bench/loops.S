# SPDX-License-Identifier: MIT
# The loops whose instructions are counted. A partner's loop is copied into another address space, so it is
# position-independent and gets all its arguments in registers (see bench.h).
#
#   s0: endpoint or notification   s1: tag   s2: second notification, or CNode   a6: Reply object

#define SYS_CALL -1
#define SYS_REPLY_RECV -2
#define SYS_SEND -3
#define SYS_RECV -5
#define SYS_YIELD -8

    .section .rodata.loops, "a"
    .balign 8

# Replies to each call with the tag in s1.
    .globl loop_reply, loop_reply_end
loop_reply:
    mv a0, s0
    li a7, SYS_RECV
    ecall
    li a7, SYS_REPLY_RECV
1:  mv a0, s0
    mv a1, s1
    ecall
    j 1b
loop_reply_end:

# Deletes the capability that came with each call (CNode in s2, tag in s3, slot in s4), then replies.
    .globl loop_reply_delete, loop_reply_delete_end
loop_reply_delete:
    mv a0, s0
    li a7, SYS_RECV
    ecall
1:  mv a0, s2
    mv a1, s3
    mv a2, s4
    li a7, SYS_CALL
    ecall
    mv a0, s0
    mv a1, s1
    li a7, SYS_REPLY_RECV
    ecall
    j 1b
loop_reply_delete_end:

# Waits for s0, signals s2.
    .globl loop_pong, loop_pong_end
loop_pong:
1:  mv a0, s0
    li a7, SYS_RECV
    ecall
    mv a0, s2
    li a7, SYS_SEND
    ecall
    j 1b
loop_pong_end:

# Waits for s0.
    .globl loop_wait, loop_wait_end
loop_wait:
    li a7, SYS_RECV
1:  mv a0, s0
    ecall
    j 1b
loop_wait_end:

    .globl loop_yield, loop_yield_end
loop_yield:
    li a7, SYS_YIELD
1:  ecall
    j 1b
loop_yield_end:

# Reads a word every s1 bytes, from s0 on.
    .globl loop_touch, loop_touch_end
loop_touch:
1:  ld t0, (s0)
    add s0, s0, s1
    j 1b
loop_touch_end:

    .globl loop_break, loop_break_end
loop_break:
1:  .4byte 0x00100073               # ebreak, not compressed
    j 1b
loop_break_end:

# The measuring thread's own loops. a0 and a1 are explained at each; a2 is the number of rounds. They return the cycles.

# Moves a0 - a2 to s0 - s2, which system calls preserve.
.macro begin_count
    addi sp, sp, -32
    .irp n, 0,1,2,3
    sd s\n, 8 * \n(sp)
    .endr
    mv s0, a0
    mv s1, a1
    mv s2, a2
.endm
# Returns the cycles since the count in s3.
.macro end_count
    rdcycle a0
    sub a0, a0, s3
    .irp n, 0,1,2,3
    ld s\n, 8 * \n(sp)
    .endr
    addi sp, sp, 32
    ret
.endm

    .text
    .globl count_calls              # a0: endpoint, a1: tag, a2: n
count_calls:
    begin_count
    li a7, SYS_CALL
    rdcycle s3
1:  mv a0, s0
    mv a1, s1
    ecall
    addi s2, s2, -1
    bnez s2, 1b
    end_count

    .globl count_pings              # a0: signal this, a1: wait for that, a2: n
count_pings:
    begin_count
    rdcycle s3
1:  mv a0, s0
    li a7, SYS_SEND
    ecall
    mv a0, s1
    li a7, SYS_RECV
    ecall
    addi s2, s2, -1
    bnez s2, 1b
    end_count

    .globl count_syscalls           # a0: pointer, a1: system call number, a2: n
count_syscalls:
    mv t3, a0
    mv a7, a1
    mv t0, a2
    rdcycle t1
1:  mv a0, t3
    ecall
    addi t0, t0, -1
    bnez t0, 1b
    rdcycle a0
    sub a0, a0, t1
    ret
