// SPDX-License-Identifier: MIT
// Floating-point registers, saved only when another thread wants the unit.
//
// Each hart remembers in `fpu_owner` whose values its registers hold. Invariant: the unit is on only while that thread
// is current. For any other thread the first floating-point instruction is illegal and traps to take_fpu(), so a thread
// that never uses floating point never pays for it. Example:
//
//   runs     T1 (fadd)      T2             T1 (fadd)      T2 (fadd: trap)
//   owner    T1             T1             T1             T2: T1's values saved, T2's loaded
//
// Handout: reference/kernel-design.md, "Floating point".
#pragma once

#include "sched/hart.h"

namespace glenda {

/// Gives the FPU to the current thread of `hart`, which executes this. Returns false if it has it already, or if there
/// is none: then the instruction that trapped really is illegal.
bool take_fpu(Hart& hart);

/// Saves the FPU's values into their owner's Tcb. Nobody owns the FPU of `hart`, which executes this, afterwards.
void save_fpu(Hart& hart);

/// Makes sure that the Tcb has the thread's floating-point values, on whichever hart they are. It may have to ask
/// another hart and wait. Call it before the Tcb is read, moved to another hart, or destroyed.
void release_fpu(Tcb& tcb);

}  // namespace glenda
