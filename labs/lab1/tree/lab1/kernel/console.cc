// SPDX-License-Identifier: MIT
// The UART's receiver, and the ring of typed characters; see console.h.
#include "console.h"

#include <algorithm>

#include "arch/layout.h"
#include "arch/plic.h"
#include "debug/print.h"
#include "format/fdt.h"
#include "memory.h"
#include "object/tcb_queue.h"
#include "process.h"
#include "sched/schedule.h"

namespace glenda {

namespace {

constinit FdtRegisters uart{};
constinit unsigned uart_interrupt = 0;  // 0: none

// Registers of the UART, and their bits.
constexpr unsigned kReceive = 0, kInterruptEnable = 1, kLineStatus = 5;
constexpr std::uint8_t kReceiveInterrupt = 0x01, kHasData = 0x01;

volatile std::uint8_t& at(unsigned number) {
    return *to_pointer<volatile std::uint8_t>(PhysAddr{uart.base + (std::uint64_t{number} << uart.shift)});
}

// Positions count all characters that ever came; the ring's index is what is left modulo its size.
constexpr std::uint64_t kRingSize = 256;
constinit char ring[kRingSize] = {};
constinit std::uint64_t typed = 0, taken = 0;

constinit TcbQueue waiters;  // threads; processes sleep on kConsoleChan instead

}  // namespace

void start_console(const Hardware& hardware) {
    const auto tree = Fdt::parse(hardware.tree);
    const auto device = tree ? tree->find_device("ns16550a") : std::nullopt;
    if (!device || !hardware.uart || !device->interrupt()) return;
    uart = *hardware.uart;
    uart_interrupt = *device->interrupt();
    at(kInterruptEnable) = kReceiveInterrupt;
    arch::plic_unmask(uart_interrupt);
}

void console_interrupt(unsigned number) {
    if (number != uart_interrupt) return;
    while ((at(kLineStatus) & kHasData) != 0) {
        const char c = static_cast<char>(at(kReceive));
        if (typed - taken < kRingSize) ring[typed++ % kRingSize] = c;
    }
    wake(kConsoleChan);
    while (Tcb* tcb = waiters.pop_front()) make_ready(*tcb);
}

void wait_for_input(Tcb& tcb) {
    tcb.registers.retry_ecall();
    tcb.state = ThreadState::BlockedRecv;
    waiters.push_back(tcb);
}

void stop_waiting(Tcb& tcb) { waiters.remove(tcb); }

std::string_view console_input() {
    const std::uint64_t begin = taken % kRingSize;
    return {ring + begin, std::min(typed - taken, kRingSize - begin)};
}

Result<std::uint64_t> read_console(PageTable& root, VirtAddr address, std::uint64_t bytes) {
    const std::string_view input = console_input().substr(0, bytes);
    TRY_VOID(copy_out(root, address, input.data(), input.size()));
    taken += input.size();
    return input.size();
}

Result<std::uint64_t> write_console(PageTable& root, VirtAddr address, std::uint64_t bytes) {
    char text[kMaxWrite];
    const std::uint64_t count = std::min(bytes, kMaxWrite);
    TRY_VOID(copy_in(root, text, address, count));
    print(std::string_view(text, count));
    return count;
}

}  // namespace glenda
