// SPDX-License-Identifier: MIT
// Replaces kernel/arch/switch.h on the include path: on the host, functions of the test stand in for the machine.
#pragma once

#include <cstdint>

namespace glenda::arch {

std::uint64_t now();
void set_address_space(std::uint64_t satp);
void fpu_enable();
void fpu_disable();

}  // namespace glenda::arch
