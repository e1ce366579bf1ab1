# SPDX-License-Identifier: MIT
# Into the kernel, and back to a user thread.
#
#                  sscratch        tp              sp
#   user mode      its Tcb         the thread's    the thread's
#   kernel         0               its Tcb         top of the hart's stack (the address of its Hart, which lies above)
#
# The Tcb begins with its Registers, so saving needs no second pointer. sscratch 0 tells a trap from the kernel itself,
# which is a bug, from one out of user mode. Interrupts stay masked in the kernel, and every entry starts with an empty
# stack: nothing is kept on it from one trap to the next.

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
    addi t2, t2, 4                  # past the ecall: the call returns there (Registers::retry_ecall)
    sd t2, 0(tp)
    mv a6, a0
    mv a0, tp
    call enter_syscall              # a0: the Tcb; a1 to a5 and a7 as the user set them; the user's a0 in a6

# Runs the thread whose Tcb is in a0. Its address space and FPU state are in place already (switch_to in sched/hart.h).
#
# The sc.d ends a reservation that the previous thread made with lr. Without it, that thread could be preempted between
# lr and sc, and this thread's sc to the same address could succeed although it never reserved it. It stores the pc,
# which is in that place already.
    .globl resume_user
resume_user:
    ld t0, 0(a0)
    csrw sscratch, a0
    csrw sepc, t0
    sc.d zero, t0, (a0)             # see above
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
    # The kernel trapped: report and stop, on a stack of its own, because sp may be the reason.
    csrrw tp, sscratch, zero        # the kernel's tp, as it was at the trap
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
