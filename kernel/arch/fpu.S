# SPDX-License-Identifier: MIT
# Saves and loads the floating-point registers, f0 to f31 and then fcsr, in the order of FpuRegisters.
#
# The rest of the kernel is compiled without floating point, so these two functions are the only code that can change a
# thread's values. Both trap if sstatus.FS is off: sched/fpu.cc turns the unit on first.
    .option arch, +d
    .section .text

    .globl fpu_save_registers           # a0: FpuRegisters
fpu_save_registers:
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fsd f\n, (8 * \n)(a0)
    .endr
    frcsr t0
    sd t0, 256(a0)
    ret

    .globl fpu_load_registers           # a0: FpuRegisters
fpu_load_registers:
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fld f\n, (8 * \n)(a0)
    .endr
    ld t0, 256(a0)
    fscsr t0
    ret
