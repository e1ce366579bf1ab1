// SPDX-License-Identifier: MIT
// Implements arch.h for RISC-V 64 in S-mode, on SBI firmware.
//
// What a hart does to itself is a CSR access or a fence. What it does to another hart, it asks of the firmware (SBI:
// IPI, remote fences). The debug console is here too: the UART that the device tree names, or else the firmware's.
// Invariant: no function here takes a lock or allocates, so that panic() can use all of them.
// Handout: reference/kernel-design.md, "The machine".
#include "arch/arch.h"
#include "arch/csr.h"
#include "arch/features.h"
#include "arch/layout.h"
#include "arch/memory_map.h"
#include "arch/sbi.h"
#include "arch/trap.h"
#include "arch/uart.h"

extern "C" {
void secondary_start();
void fpu_save_registers(glenda::FpuRegisters& to);
void fpu_load_registers(const glenda::FpuRegisters& from);
}

namespace glenda::arch {

constinit Features features;

constinit std::uint64_t this_hart = 0;

namespace {

HartSet without_this(HartSet harts) { return harts & ~(HartSet{1} << this_hart); }

}  // namespace

// Remote fences (SBI specification, chapter 8). The firmware interrupts the other harts, also while they spin for the
// kernel lock, and returns when all of them have executed the fence. So it is safe to wait for it with the lock held.

void flush_page(VirtAddr address, unsigned asid, HartSet harts) {
    asm volatile("sfence.vma %0, %1" : : "r"(address.value), "r"(asid) : "memory");
    if (const HartSet others = without_this(harts))
        sbi_call(kSbiRemoteFence, kRemoteSfenceVmaAsid, others, 0, address.value, kPageSize, asid);
}

void flush_space(unsigned asid, HartSet harts) {
    asm volatile("sfence.vma zero, %0" : : "r"(asid) : "memory");
    if (const HartSet others = without_this(harts))
        sbi_call(kSbiRemoteFence, kRemoteSfenceVmaAsid, others, 0, 0, ~std::uint64_t{0}, asid);
}

void flush_instructions(HartSet harts) {
    asm volatile("fence.i" : : : "memory");
    if (const HartSet others = without_this(harts)) sbi_call(kSbiRemoteFence, kRemoteFenceI, others, 0);
}

std::uint64_t cycles() { return READ_CSR("cycle"); }

/// "Never" is a deadline close to now whose interrupt is masked. An emulator whose clock jumps over idle time would
/// jump to a deadline in the far future, and it keeps the old one armed if the new one lies in the past.
void set_timer(std::uint64_t deadline) {
    constexpr std::uint64_t kSoon = 1000;
    const bool is_never = deadline == ~std::uint64_t{0};
    if (is_never) {
        deadline = now() + kSoon;
        CLEAR_CSR("sie", kTimerInterrupt);
    }
    if (features.sstc)
        WRITE_CSR("0x14d", deadline);  // stimecmp
    else
        sbi_call(kSbiTimer, 0, deadline);
    if (!is_never) SET_CSR("sie", kTimerInterrupt);
}

// A pending interrupt that `sie` does not enable must not count: nothing would ever clear it, and long operations would
// stop at every preemption point.
bool interrupt_pending() { return (READ_CSR("sip") & READ_CSR("sie")) != 0; }
Interrupts pending_interrupts() {
    const std::uint64_t sip = READ_CSR("sip") & READ_CSR("sie");
    return {(sip & kSoftwareInterrupt) != 0, (sip & kTimerInterrupt) != 0, (sip & kExternalInterrupt) != 0};
}

// sret copies SPIE to SIE and enters the mode in SPP. Both are set once, here: every trap out of user mode sets them to
// the same values again.
void prepare_hart() {
    WRITE_CSR("scounteren", 7);  // user mode reads cycle, time, instret
    CLEAR_CSR("sstatus", kSstatusFsMask | kSstatusVsMask | kSstatusSpp | kSstatusSie);
    SET_CSR("sstatus", kSstatusSpie);
    WRITE_CSR("sie", kSoftwareInterrupt | kExternalInterrupt);
    set_timer(~std::uint64_t{0});
}

void wait_for_interrupt() { asm volatile("wfi" : : : "memory"); }

void send_ipi(std::uint64_t hardware_hart) { sbi_call(kSbiIpi, 0, 1, hardware_hart); }
void clear_ipi() { CLEAR_CSR("sip", kSoftwareInterrupt); }

// The firmware starts a hart with translation off, so the entry point is a physical address (SBI specification, 9.1).
bool start_hart(std::uint64_t hardware_hart) {
    const auto entry = reinterpret_cast<std::uint64_t>(&secondary_start) - KERNEL_OFFSET;
    return sbi_call(kSbiHartState, 0, hardware_hart, entry, 0).error == 0;
}

bool fpu_exists() { return features.fpu; }
void fpu_save(FpuRegisters& to) { fpu_save_registers(to); }
void fpu_load(const FpuRegisters& from) { fpu_load_registers(from); }

namespace {

// Null until use_uart(): the firmware prints until then.
constinit volatile std::byte* uart = nullptr;
constinit unsigned uart_shift = 0, uart_width = 0;

volatile std::byte* uart_register(unsigned number) { return uart + (std::uint64_t{number} << uart_shift); }

// Some UARTs accept accesses of four bytes only; the device tree's reg-io-width says so.
std::uint32_t read_uart(unsigned number) {
    volatile std::byte* const at = uart_register(number);
    if (uart_width == 4) return *reinterpret_cast<volatile std::uint32_t*>(at);
    return *reinterpret_cast<volatile std::uint8_t*>(at);
}

void write_uart(unsigned number, std::uint8_t value) {
    volatile std::byte* const at = uart_register(number);
    if (uart_width == 4) return void(*reinterpret_cast<volatile std::uint32_t*>(at) = value);
    *reinterpret_cast<volatile std::uint8_t*>(at) = value;
}

}  // namespace

void use_uart(PhysAddr base, unsigned shift, unsigned width) {
    uart = to_pointer<std::byte>(base);
    uart_shift = shift;
    uart_width = width;
}

void console_put(char c) {
    if (c == '\n') console_put('\r');
    if (uart == nullptr) {
        sbi_call(kSbiConsolePutchar, 0, static_cast<std::uint8_t>(c));
        return;
    }
    constexpr unsigned kTransmit = 0, kLineStatus = 5;
    constexpr std::uint32_t kTransmitEmpty = 0x20;
    while ((read_uart(kLineStatus) & kTransmitEmpty) == 0) {
    }
    write_uart(kTransmit, static_cast<std::uint8_t>(c));
}

void halt() {
    WRITE_CSR("sie", 0);  // wfi returns for a pending interrupt only if sie enables it
    for (;;) wait_for_interrupt();
}
void shutdown() {
    sbi_call(kSbiReset, 0, 0, 0);
    halt();
}
void reboot() {
    sbi_call(kSbiReset, 0, 1, 0);
    halt();
}

}  // namespace glenda::arch
