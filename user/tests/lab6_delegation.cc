// SPDX-License-Identifier: MIT
// Lab 6, exercise 6.2: what a driver gets of the clock, which can interrupt, and of the first virtio device; and how
// that ends.
#include "driver/virtio_mmio.h"
#include "glenda/time.h"
#include "lab6_unicorn.h"

namespace glenda::unicorn {

namespace {

/// The clock interrupts at once: an alarm at time 1.
void ring_clock(std::uint64_t registers) {
    const driver::Mmio clock(registers);
    clock.write(0x10, 1);  // IRQ_ENABLED
    clock.write(0x0c, 0);  // ALARM_HIGH
    clock.write(0x08, 1);  // ALARM_LOW
}
void hush_clock(std::uint64_t registers) { driver::Mmio(registers).write(0x1c, 1); }

/// Whether the bell has rung a millisecond later, with the interrupt's bit.
bool has_rung() {
    (void)process::sleep(1);
    const auto rung = Notification(kSlotNotification).poll();
    return rung && (*rung & kBellInterrupt) != 0;
}

void bind_bell() {
    (void)own.remove(kBell);
    EXPECT(own.mint(kBell, own, kSlotNotification, Rights::Write, kBellInterrupt));
    EXPECT(IrqHandler(kIrq).bind(Notification(kBell)));
}

/// What prepare() makes, before there is any driver.
void prepared() {
    World world;
    world.prepare(kClock + kOffset, kClockInterrupt, false);
    Device& device = world.device;
    EXPECT(device.dma.count == kDmaPages);
    EXPECT(device.lent_registers != 0 && device.lent_registers != device.registers);
    EXPECT(world.look(device.lent_registers).type == CapType::Frame);
    EXPECT(*world.vault.node().same(device.lent_registers, world.vault.node(), device.registers));
    EXPECT(world.look(device.irq).type == CapType::IrqHandler);
    EXPECT(world.look(device.endpoint).type == CapType::Endpoint);
    EXPECT(world.look(device.bell).type == CapType::Notification);
    EXPECT(device.kept != 0 && world.look(device.kept).type == CapType::Null);
    const unsigned free = world.delegation.pages().free();
    world.config.dma_pages = free + 1;
    Device greedy{};
    greedy.machine = &world.machine;
    greedy.driver = &world.config;
    greedy.registers = device.registers;
    const auto refused = world.delegation.prepare(greedy);
    EXPECT(!refused && refused.error() == ServerError::OutOfMemory);
    EXPECT(world.delegation.pages().free() == free);
}

/// What the driver gets: of its own device all, and of nothing else anything.
void granted() {
    World world;
    world.prepare(kClock + kOffset, kClockInterrupt, false);
    std::uint64_t words[5];
    EXPECT(world.take(0, kRegisters, words) == 2);
    EXPECT(words[0] == kOffset && words[1] == 2 && words[2] == 4);
    EXPECT(words[3] == kDmaPages && words[4] == world.delegation.physical(world.device.dma));
    EXPECT(type_of(kRegisters) == CapType::Frame && type_of(kIrq) == CapType::IrqHandler);
    EXPECT(Frame(kRegisters).info()->address == kClock);
    EXPECT(world.take(1, kPages, words) == 4);
    EXPECT(world.take(2, kPages + 4, words) == 2);
    EXPECT(world.take(3, kPages, words) == 0);
    const auto past = world.delegation.grant(world.device, 3);
    EXPECT(!past && past.error() == ServerError::NotFound);
    const auto end = world.delegation.grant_pages(world.device.dma, kDmaPages);
    EXPECT(!end && end.error() == ServerError::NotFound);
    for (unsigned i = 0; i < kDmaPages; i++) {
        const auto page = Frame(kPages + i).info();
        EXPECT(page && page->address == world.delegation.physical(world.device.dma) + i * kPageSize);
    }
    const std::uint64_t registers = need(map_frame(Frame(kRegisters)));
    bind_bell();
    EXPECT(!has_rung());
    ring_clock(registers);
    EXPECT(has_rung());
}

/// What one driver leaves to the next comes as a third capability.
void kept() {
    World world;
    world.prepare(kClock + kOffset, kClockInterrupt, false);
    EXPECT(world.vault.node().copy(world.device.kept, own, kSlotNotification));
    std::uint64_t words[5];
    EXPECT(world.take(0, kRegisters, words) == 3);
    EXPECT(*own.same(kThird, own, kSlotNotification));
}

/// The driver ends: it has nothing any more, whoever has its copies now, and its interrupt wakes nobody. But what
/// Unicorn has mapped stays.
void taken_back() {
    World world;
    world.prepare(kClock + kOffset, kClockInterrupt, false);
    need(world.delegation.map_registers(world.device));
    need(world.delegation.map_pool());
    world.take_all();
    const std::uint64_t registers = need(map_frame(Frame(kRegisters)));
    const std::uint64_t page = need(map_frame(Frame(kPages)));
    *reinterpret_cast<volatile std::uint64_t*>(page) = 4711;
    EXPECT(world.vault.node().copy(world.device.kept, own, kSlotNotification));
    std::uint64_t words[5];
    EXPECT(world.take(0, kHeld, words) == 3);
    bind_bell();
    EXPECT(world.delegation.take_back(world.device));
    for (unsigned i = 0; i < 3; i++) EXPECT(type_of(kHeld + i) == CapType::Null);
    EXPECT(world.look(world.device.kept).type == CapType::Notification);  // for the next driver
    EXPECT(type_of(kRegisters) == CapType::Null && type_of(kIrq) == CapType::Null);
    for (unsigned i = 0; i < kDmaPages; i++) EXPECT(type_of(kPages + i) == CapType::Null);
    for (const std::uint64_t address : {registers, page}) {
        const auto mapping = environment().vspace.info(address);
        EXPECT(!mapping);
    }
    const std::uint64_t clock = world.device.address - kOffset;
    EXPECT(driver::Mmio(clock).read(0) != 0);  // Unicorn still reaches the registers
    EXPECT(*reinterpret_cast<volatile std::uint64_t*>(world.delegation.at(world.device.dma.first)) == 4711);
    ring_clock(clock);
    EXPECT(!has_rung());
    EXPECT(world.delegation.pages().free() + kDmaPages + kOthers == kPoolPages);  // they stay the device's
    // The next driver gets all of it, and hears of what came meanwhile.
    world.take_all();
    EXPECT(Frame(kPages + 5).info()->address == world.delegation.physical(world.device.dma) + 5 * kPageSize);
    bind_bell();
    EXPECT(has_rung());
    hush_clock(clock);
    EXPECT(world.delegation.take_back(world.device));
    EXPECT(world.delegation.take_back(world.device));  // of nobody
}

/// A virtio device that a driver has started forgets its queues. Before, it could write to memory at any time.
void reset() {
    World world;
    std::uint64_t base = 0;
    unsigned number = 0;
    for (; number < kVirtioCount && base == 0; number++) {
        const std::uint64_t page = kFirstVirtio + number * kPageSize;
        const VaultSlot frame = need(world.vault.cut_registers(page, world.slots.untyped));
        const CPtr lent = need(world.vault.lend(frame, 0));
        const std::uint64_t address = need(map_frame(Frame(lent)));
        if (driver::Mmio(address).read(8) == 0) continue;
        base = page;
        world.device.registers = frame;
        world.device.address = address;
    }
    EXPECT(base != 0);
    world.machine = {.registers = {.base = base}, .interrupt = number, .is_usable = true, .is_virtio = true};
    world.config.dma_pages = kDmaPages;
    world.device.machine = &world.machine;
    world.device.driver = &world.config;
    need(world.delegation.prepare(world.device));
    world.take_all();
    driver::VirtioMmio transport(driver::Mmio(need(map_frame(Frame(kRegisters)))));
    const auto id = transport.probe();
    EXPECT(id && transport.begin(*id, 0));
    transport.go();
    const driver::Mmio registers(world.device.address);
    EXPECT(registers.read(0x70) != 0);
    EXPECT(world.delegation.take_back(world.device));
    EXPECT(registers.read(0x70) == 0);
}

}  // namespace

}  // namespace glenda::unicorn

int main(int argc, char** argv) {
    using namespace glenda::unicorn;
    constexpr Case kCases[] = {
        {"prepared", prepared}, {"granted", granted}, {"kept", kept}, {"taken_back", taken_back}, {"reset", reset}};
    return run_case(argc, argv, kCases);
}
