// SPDX-License-Identifier: MIT
// See delegation.h.
#include "delegation.h"

#include "driver/virtio_mmio.h"
#include "glenda/map_frame.h"

namespace glenda::unicorn {

Answer<void> Delegation::prepare() {
    TRY(originals, vault_.cut_pool(kPoolPages));
    TRY(lent, vault_.copies_of(originals, kPoolPages));
    originals_ = originals;
    lent_ = lent;
    TRY(frame, vault_.lend(originals, 0));
    TRY(info, Frame(frame).info());
    pool_address_ = info.address;
    return {};
}

Answer<void> Delegation::prepare(Device& device) {
    // lab 6.2a {
    const auto dma = pages_.take(device.driver->dma_pages);
    CHECK(dma, ServerError::OutOfMemory);
    device.dma = *dma;
    TRY(lent, vault_.copy_of(device.registers));
    TRY(irq, vault_.claim(device.machine->interrupt));
    TRY(endpoint, vault_.make(CapType::Endpoint));
    TRY(bell, vault_.make(CapType::Notification));
    TRY(kept, vault_.reserve());
    device.lent_registers = lent;
    device.irq = irq;
    device.endpoint = endpoint;
    device.bell = bell;
    device.kept = kept;
    return {};
    // lab 6.2a }
}

Answer<void> Delegation::map_registers(Device& device) {
    TRY(frame, vault_.lend(device.registers, 0));
    TRY(page, map_frame(Frame(frame)));
    device.address = page + device.machine->registers.base % kPageSize;
    return {};
}

Answer<void> Delegation::map_pool() {
    if (pool_ != nullptr) return {};
    FrameRun run(kPoolPages * kPageSize);
    for (unsigned done = 0; done < kPoolPages; done += kMaxMessageCaps) {
        unsigned count = 0;
        for (; count < kMaxMessageCaps && done + count < kPoolPages; count++)
            TRY_VOID(vault_.lend(original(done + count), count));
        TRY_VOID(run.add(kScratch, count));
    }
    pool_ = reinterpret_cast<std::byte*>(run.address());
    return {};
}

Answer<MessageWriter> Delegation::grant(const Device& device, std::uint64_t part) const {
    if (part == 0) return grant_device(device);
    return grant_pages(device.dma, (part - 1) * kMaxMessageCaps);
}

Answer<MessageWriter> Delegation::grant_device(const Device& device) const {
    // lab 6.2b {
    const FdtRegisters& registers = device.machine->registers;
    TRY(frame, vault_.lend(device.lent_registers, 0));
    TRY(irq, vault_.lend(device.irq, 1));
    MessageWriter reply(0);
    reply.word(registers.base % kPageSize).word(registers.shift).word(registers.width);
    reply.word(device.dma.count).word(physical(device.dma)).cap(frame).cap(irq);
    if (const auto kept = vault_.lend(device.kept, 2)) reply.cap(*kept);
    return reply;
    // lab 6.2b }
}

Answer<MessageWriter> Delegation::keep(const Device& device, const Request& request) const {
    TRY_VOID(vault_.node().remove(device.kept));
    if (request.caps() != 0) TRY_VOID(vault_.node().move(device.kept, request.caps_node(), request.cap_index(0)));
    return MessageWriter(0);
}

Answer<MessageWriter> Delegation::grant_pages(PageRun run, std::uint64_t from) const {
    // lab 6.2c {
    CHECK(from < run.count, ServerError::NotFound);
    MessageWriter reply(0);
    for (unsigned i = 0; i < kMaxMessageCaps && from + i < run.count; i++) {
        TRY(page, vault_.lend(lent_ + run.first + from + i, i));
        reply.cap(page);
    }
    return reply;
    // lab 6.2c }
}

void Delegation::free_pages(PageRun run) {
    take_back_pages(run);
    pages_.give(run);
}

void Delegation::take_back_pages(PageRun run) const {
    for (unsigned i = 0; i < run.count; i++) vault_.take_back(lent_ + run.first + i);
}

/// In this order: no interrupt wakes anybody, nobody tells the device anything, and the device forgets what it was
/// told.
bool Delegation::take_back(const Device& device) const {
    // lab 6.2d {
    if (const auto irq = vault_.lend(device.irq, 0)) (void)IrqHandler(*irq).unbind();
    vault_.take_back(device.irq);
    vault_.take_back(device.lent_registers);
    vault_.take_back(device.kept);
    take_back_pages(device.dma);
    if (!device.machine->is_virtio) return true;  // has no memory, and with its interrupt masked nothing to say
    return driver::VirtioMmio(driver::Mmio(device.address)).reset();
    // lab 6.2d }
}

}  // namespace glenda::unicorn
