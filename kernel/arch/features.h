// SPDX-License-Identifier: MIT
// Which optional extensions this machine has, as the device tree says.
//
// Set once at boot (boot/main.cc), before other harts start, and constant afterwards. Only riscv.cc asks: the rest of
// the kernel does not know that machines differ. Invariant: a feature counts as present only if every hart has it,
// because a thread may move from any hart to any other. Handout: reference/kernel-design.md, "The machine".
#pragma once

namespace glenda::arch {

struct Features {
    bool sstc = false;  // stimecmp: S-mode sets its own timer (Sstc extension), without a call to the firmware
    bool fpu = false;   // floating-point registers (D extension)
};

extern constinit Features features;

}  // namespace glenda::arch
