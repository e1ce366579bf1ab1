// SPDX-License-Identifier: MIT
// See virtio.h.
#include "virtio.h"

#include "format/fdt.h"
#include "glenda/environment.h"

namespace glenda::ktest {

using namespace driver;

namespace {

constexpr Badge kInterrupt = 1;

Fdt device_tree() {
    const BootInfo& info = boot_info();
    const auto tree = Fdt::parse({reinterpret_cast<const std::byte*>(info.dtb_address), info.dtb_size});
    if (!tree) give_up(Error::BadArgument, __FILE__, __LINE__);
    return *tree;
}

/// The transports lie in ascending order, and so must the frames be made: the tree lists them the other way round.
constexpr unsigned kMaxTransports = 16;

struct Transport {
    std::uint64_t address = 0;
    std::uint32_t interrupt = 0;
};

unsigned find_transports(Transport (&found)[kMaxTransports]) {
    unsigned count = 0;
    const Fdt tree = device_tree();
    for (FdtWalk walk{tree}; const auto node = walk.next();) {
        if (!node->is_compatible("virtio,mmio") || !node->is_available() || count == kMaxTransports) continue;
        const Transport transport{node->reg()->base, *node->interrupt()};
        unsigned at = count++;
        for (; at != 0 && found[at - 1].address > transport.address; at--) found[at] = found[at - 1];
        found[at] = transport;
    }
    return count;
}

}  // namespace

Mmio map_registers(std::uint64_t address, unsigned place) {
    const DeviceMemory device = device_at(align_down(address, kPageSize));
    const Frame frame(need(pool().slot()));
    need(device.untyped.retype(CapType::Frame, kFrameBits, node(), frame.cptr(), 1, device.offset));
    const std::uint64_t page = kArea + place * kPageSize;
    need(pool().map(frame, space(), page, MapFlags::ReadWrite));
    return Mmio(page + address % kPageSize);
}

void give_back_devices() {
    const BootInfo& info = boot_info();
    need(node().revoke(kRootIrqControl));
    for (std::uint64_t i = 0; i < info.untyped_count; i++) {
        if (info.untypeds[i].is_device != 0) need(node().revoke(info.untyped.first + i));
    }
}

DmaFrame::DmaFrame() {
    const Frame frame = need(pool().frame(kLargeFrameBits));
    need(pool().map(frame, space(), kAddress, MapFlags::ReadWrite));
    memory = {reinterpret_cast<std::byte*>(kAddress), need(frame.info()).address, kSize};
}

VirtioDevice::VirtioDevice(VirtioId id) {
    Transport transports[kMaxTransports];
    const unsigned count = find_transports(transports);
    for (unsigned i = 0; i < count; i++) {
        registers = map_registers(transports[i].address, i);
        const auto found = VirtioMmio(registers).probe();
        if (!found || *found != id) continue;
        irq = IrqHandler(need(pool().slot()));
        bell = need(pool().notification());
        need(IrqControl(kRootIrqControl).claim(transports[i].interrupt, node(), irq.cptr()));
        need(irq.bind(badged(bell, kInterrupt)));
        return;
    }
    check(false, "the machine has this device", __FILE__, __LINE__);
    give_up(Error::OutOfRange, __FILE__, __LINE__);
}

}  // namespace glenda::ktest
