// SPDX-License-Identifier: MIT
// See plic.h.
#include "arch/plic.h"

#include "mem/layout.h"

namespace glenda::arch {

namespace {

constinit volatile std::uint32_t* registers = nullptr;
constinit unsigned source_count = 0;
constinit unsigned context = 0;  // of the hart's S-mode: each hart has one for M and one for S

constexpr std::uint64_t kPriority = 0, kEnable = 0x2000, kThreshold = 0x20'0000, kClaim = 0x20'0004;

volatile std::uint32_t& at(std::uint64_t offset) { return registers[offset / 4]; }
volatile std::uint32_t& enable_word(unsigned irq) { return at(kEnable + 0x80 * context + irq / 32 * 4); }

}  // namespace

void plic_start(PhysAddr base, unsigned hardware_hart, unsigned sources) {
    registers = to_pointer<volatile std::uint32_t>(base);
    source_count = sources;
    context = 2 * hardware_hart + 1;
    for (unsigned irq = 0; irq <= sources; irq += 32) enable_word(irq) = 0;
    for (unsigned irq = 1; irq <= sources; irq++) at(kPriority + 4 * irq) = 1;
    at(kThreshold + 0x1000 * context) = 0;
}

unsigned plic_sources() { return source_count; }

void plic_mask(unsigned irq) {
    if (registers != nullptr) enable_word(irq) = enable_word(irq) & ~(1u << irq % 32);
}
void plic_unmask(unsigned irq) {
    if (registers != nullptr) enable_word(irq) = enable_word(irq) | 1u << irq % 32;
}
unsigned plic_claim() { return registers != nullptr ? at(kClaim + 0x1000 * context) : 0; }
void plic_complete(unsigned irq) {
    if (registers != nullptr) at(kClaim + 0x1000 * context) = irq;
}

}  // namespace glenda::arch
