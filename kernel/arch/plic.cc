// SPDX-License-Identifier: MIT
// The PLIC's registers; see plic.h.
//
// An interrupt is masked by priority 0 and stays enabled, for two reasons. The PLIC ignores the completion of a source
// that is not enabled for the context (PLIC specification, chapter 9). And QEMU 7.2 looks for pending interrupts when a
// priority changes, but not when an enable bit does: unmasking by the enable bit could leave a device waiting for ever.
#include "arch/plic.h"

#include "arch/layout.h"

namespace glenda::arch {

namespace {

// Null until plic_start(), and for good on a machine without a PLIC: then masking and claiming do nothing.
constinit volatile std::uint32_t* registers = nullptr;
constinit unsigned source_count = 0;
constinit unsigned context = 0;

// Offsets in bytes (PLIC specification, chapter 3): one priority a source, one enable bit a source and context, one
// threshold and one claim register a context.
constexpr std::uint64_t kPriority = 0, kEnable = 0x2000, kThreshold = 0x20'0000, kClaim = 0x20'0004;
constexpr std::uint32_t kNeverInterrupt = 0;  // as a priority

volatile std::uint32_t& at(std::uint64_t offset) { return registers[offset / 4]; }
volatile std::uint32_t& enable_word(unsigned irq) { return at(kEnable + 0x80 * context + irq / 32 * 4); }

}  // namespace

void plic_start(PhysAddr base, unsigned context_to_use, unsigned sources) {
    registers = to_pointer<volatile std::uint32_t>(base);
    source_count = sources;
    context = context_to_use;
    for (unsigned irq = 1; irq <= sources; irq++) at(kPriority + 4 * irq) = kNeverInterrupt;
    for (unsigned irq = 0; irq <= sources; irq += 32) enable_word(irq) = ~0u;
    at(kThreshold + 0x1000 * context) = 0;
}

unsigned plic_sources() { return source_count; }

void plic_mask(unsigned irq) {
    if (registers != nullptr) at(kPriority + 4 * irq) = kNeverInterrupt;
}
void plic_unmask(unsigned irq) {
    if (registers != nullptr) at(kPriority + 4 * irq) = 1;
}
unsigned plic_claim() { return registers != nullptr ? at(kClaim + 0x1000 * context) : 0; }
void plic_complete(unsigned irq) {
    if (registers != nullptr) at(kClaim + 0x1000 * context) = irq;
}

}  // namespace glenda::arch
