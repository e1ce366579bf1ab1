// SPDX-License-Identifier: MIT
// Floating-point registers, saved only when another thread wants the unit.
//
// Each hart remembers whose values its floating-point registers hold. The unit is on only while that thread runs; for
// every other thread its first floating-point instruction is illegal, and traps to take_fpu(). A thread that never
// computes with floating point never pays for it. Handout: reference/kernel-design.md, "Floating point".
#pragma once

#include "sched/hart.h"

namespace glenda {

/// Gives the current thread of `hart`, which executes this, the FPU. False: it has it already, or there is none.
bool take_fpu(Hart& hart);

/// Puts the values that the FPU of `hart`, which executes this, holds into their owner's Tcb. Nobody owns it then.
void save_fpu(Hart& hart);

/// If an FPU holds the values of `tcb`, on whatever hart, puts them into its Tcb.
void release_fpu(Tcb& tcb);

}  // namespace glenda
