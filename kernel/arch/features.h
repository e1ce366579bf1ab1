// SPDX-License-Identifier: MIT
// What this machine's harts can do beyond the base, as the device tree says.
//
// Found once at boot (boot/main.cc) and asked by riscv.cc alone: the rest of the kernel does not know that machines
// differ. What not all harts can do counts as missing.
// Handout: reference/kernel-design.md, "The machine".
#pragma once

namespace glenda::arch {

struct Features {
    bool sstc = false;  // stimecmp: S-mode sets its own timer (Sstc extension)
    bool fpu = false;   // floating-point registers (D extension)
};

extern constinit Features features;

}  // namespace glenda::arch
