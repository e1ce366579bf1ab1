// SPDX-License-Identifier: MIT
// See mmio.h. Fences: RISC-V unprivileged specification, "Memory Ordering Instructions"; i and o are device input and
// output, r and w main memory.
#include "mmio.h"

namespace glenda::driver {

namespace {

template <typename Word>
Word load(std::uint64_t address) {
    const Word value = *reinterpret_cast<const volatile Word*>(address);
    asm volatile("fence i, r" ::: "memory");
    return value;
}

template <typename Word>
void store(std::uint64_t address, Word value) {
    asm volatile("fence w, o" ::: "memory");
    *reinterpret_cast<volatile Word*>(address) = value;
}

}  // namespace

std::uint32_t Mmio::read(std::uint64_t offset) const { return load<std::uint32_t>(address_ + offset); }
void Mmio::write(std::uint64_t offset, std::uint32_t value) const { store(address_ + offset, value); }
std::uint8_t Mmio::read_byte(std::uint64_t offset) const { return load<std::uint8_t>(address_ + offset); }
void Mmio::write_byte(std::uint64_t offset, std::uint8_t value) const { store(address_ + offset, value); }

}  // namespace glenda::driver
