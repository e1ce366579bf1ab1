// SPDX-License-Identifier: MIT
// The 16550 UART as the kernel's debug console: output only, polled.
//
// Registers: National Semiconductor PC16550D, 8. Before the device tree was read, and without a UART, the firmware
// prints. A user's driver may have the same UART as device memory; that the two do not mix is up to the user.
// Handout: reference/kernel-design.md, "Printing".
#pragma once

#include "util/address.h"

namespace glenda::arch {

/// From now on print through the UART at `base` instead of the firmware. Register i is `width` bytes (1 or 4) at
/// base + (i << shift).
void use_uart(PhysAddr base, unsigned shift, unsigned width);

}  // namespace glenda::arch
