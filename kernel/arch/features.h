// SPDX-License-Identifier: MIT
// What this machine's harts can do beyond the base, as the device tree says.
#pragma once

namespace glenda::arch {

struct Features {
    bool sstc = false;  // stimecmp: S-mode sets its own timer (Sstc extension)
    bool fpu = false;   // floating-point registers (D extension)
};

extern constinit Features features;

}  // namespace glenda::arch
