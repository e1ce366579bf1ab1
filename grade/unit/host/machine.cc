// SPDX-License-Identifier: MIT
// See machine.h.
#include "machine.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "arch/layout.h"
#include "arch/plic.h"

namespace glenda::host {

Machine machine;

bool Machine::was_flushed(VirtAddr address, unsigned asid, arch::HartSet harts) const {
    return std::any_of(flushes.begin(), flushes.end(), [&](const Flush& flush) {
        return flush.asid == asid && (flush.whole_space || flush.address == address) && (flush.harts & harts) == harts;
    });
}

void power_on() {
    static void* const ram = [] {
        void* const wanted = to_pointer(kRamBegin);
        void* const got = mmap(wanted, kRamSize, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
        if (got != wanted) {
            std::perror("the host has no room for the machine's RAM");
            std::abort();
        }
        return got;
    }();
    madvise(ram, kRamSize, MADV_DONTNEED);  // back to zero
    machine = Machine{};
}

}  // namespace glenda::host

namespace glenda::arch {

using host::machine;

void set_address_space(std::uint64_t satp) { machine.satp = satp; }
constinit std::uint64_t this_hart = 0;
void flush_page(VirtAddr address, unsigned asid, HartSet harts) {
    machine.flushes.push_back({false, address, asid, harts});
}
void flush_space(unsigned asid, HartSet harts) { machine.flushes.push_back({true, {}, asid, harts}); }
void flush_instructions(HartSet harts) {
    machine.instruction_flushes++;
    machine.instruction_flush_harts = harts;
}

std::uint64_t now() { return machine.time; }
std::uint64_t cycles() { return machine.time; }
void set_timer(std::uint64_t deadline) { machine.timer = deadline; }
bool interrupt_pending() { return machine.checks++ >= machine.checks_before_interrupt; }

Interrupts pending_interrupts() {
    const bool external = std::any_of(machine.plic_raised.begin(), machine.plic_raised.end(),
                                      [](unsigned irq) { return machine.plic_unmasked.contains(irq); });
    return {.software = machine.software_interrupt, .timer = machine.timer <= machine.time, .external = external};
}

void wait_for_interrupt() {
    const Interrupts pending = pending_interrupts();
    if (pending.software || pending.timer || pending.external) return;
    if (machine.timer == host::kNever) throw host::Asleep{};
    machine.time = machine.timer;
}

void send_ipi(std::uint64_t hart) { machine.interrupted_harts.insert(hart); }
void clear_ipi() { machine.software_interrupt = false; }
bool start_hart(std::uint64_t) { return false; }
void prepare_hart() {}

void fpu_enable() { machine.fpu_is_enabled = true; }
void fpu_disable() { machine.fpu_is_enabled = false; }
bool fpu_exists() { return machine.has_fpu; }
void fpu_save(FpuRegisters& to) {
    if (!machine.fpu_is_enabled) throw host::Halted{};  // an illegal instruction in the kernel
    to = machine.fpu;
}
void fpu_load(const FpuRegisters& from) {
    if (!machine.fpu_is_enabled) throw host::Halted{};
    machine.fpu = from;
}

void console_put(char c) { machine.console.push_back(c); }
void shutdown() { throw host::PoweredOff{}; }
void reboot() { throw host::Rebooted{}; }
void halt() { throw host::Halted{}; }

void plic_start(PhysAddr, unsigned, unsigned sources) { machine.plic_sources = sources; }
unsigned plic_sources() { return machine.plic_sources; }
void plic_mask(unsigned irq) { machine.plic_unmasked.erase(irq); }
void plic_unmask(unsigned irq) { machine.plic_unmasked.insert(irq); }
unsigned plic_claim() {
    const auto first = std::find_if(machine.plic_raised.begin(), machine.plic_raised.end(),
                                    [](unsigned irq) { return machine.plic_unmasked.contains(irq); });
    if (first == machine.plic_raised.end()) return 0;
    const unsigned irq = *first;
    machine.plic_raised.erase(first);
    return irq;
}
void plic_complete(unsigned irq) { machine.plic_completed.push_back(irq); }

}  // namespace glenda::arch
