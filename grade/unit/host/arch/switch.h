// SPDX-License-Identifier: MIT
// Replaces kernel/arch/switch.h on the include path: the machine (machine.cc) records what the kernel does.
#pragma once

#include <cstdint>

namespace glenda::arch {

std::uint64_t now();
void set_address_space(std::uint64_t satp);
void fpu_enable();
void fpu_disable();

}  // namespace glenda::arch
