# SPDX-License-Identifier: MIT
# Into the kernel and back to a user thread.
#
# While a thread runs, sscratch holds its Tcb, which begins with its Registers; in the kernel sscratch is 0, so that a
# trap from the kernel itself (a bug) is told apart. The kernel's tp is the Tcb that came in; its stack begins below
# the Hart to which the Tcb points. Interrupts are off in the kernel; nothing is ever kept on its stack across a trap.

#define REGISTER(n) (8 * n)
#define TCB_HART 256
#define CAUSE_USER_ECALL 8

    .section .text
    .balign 4
    .globl trap_entry
trap_entry:
    csrrw tp, sscratch, tp
    beqz tp, from_kernel
    sd x1, REGISTER(1)(tp)
    sd x2, REGISTER(2)(tp)
    sd x3, REGISTER(3)(tp)
    .irp n, 5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd x\n, REGISTER(\n)(tp)
    .endr
    csrr t2, sepc
    csrrw t0, sscratch, zero
    csrr t1, scause
    sd t0, REGISTER(4)(tp)
    ld sp, TCB_HART(tp)
    li t0, CAUSE_USER_ECALL
    bne t1, t0, other_trap
    addi t2, t2, 4                  # a system call is past its ecall (Registers::retry_ecall)
    sd t2, 0(tp)
    mv a6, a0
    mv a0, tp
    call enter_syscall              # a0: the Tcb; a1 - a5, a7 as the user left them, and its a0 in a6

# Run the thread whose Tcb is in a0.
    .globl resume_user
resume_user:
    ld t0, 0(a0)
    csrw sscratch, a0
    csrw sepc, t0
    sc.d zero, t0, (a0)             # ends a reservation (lr) of the thread that ran before; stores what is there already
    .irp n, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ld x\n, REGISTER(\n)(a0)
    .endr
    ld a0, REGISTER(10)(a0)
    sret

other_trap:
    sd t2, 0(tp)
    mv a0, tp
    mv a1, t1
    csrr a2, stval
    call enter_trap
    j resume_user

from_kernel:
    csrrw tp, sscratch, zero        # the kernel's tp again
    la sp, panic_stack_top
    csrr a0, scause
    csrr a1, stval
    csrr a2, sepc
    mv a3, ra
    call kernel_trap

    .section .bss
    .balign 16
    .space 4096
panic_stack_top:
