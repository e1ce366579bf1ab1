// SPDX-License-Identifier: MIT
// The 16550 UART as the kernel's debug console: output only, by polling.
//
// Registers: National Semiconductor PC16550D, section 8. Until the device tree has been read, and on a machine without
// a UART, the firmware prints. A user-space driver may map the same UART as device memory: the kernel does not
// coordinate with it, so the output of both can mix. Handout: reference/kernel-design.md, "Printing".
#pragma once

#include "util/address.h"

namespace glenda::arch {

/// Makes the kernel print through the UART at `base` instead of through the firmware. Register i is `width` bytes wide
/// (1 or 4) and lies at base + (i << shift). Precondition: the direct map reaches it. The firmware has set it up.
void use_uart(PhysAddr base, unsigned shift, unsigned width);

}  // namespace glenda::arch
