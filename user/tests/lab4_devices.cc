// SPDX-License-Identifier: MIT
// Lab 4, exercise 4.4: what a driver of all devices gets, and how 9Ball takes it back. The devices are the machine's:
// a case moves them away, so each case needs a boot.
#include "9ball/device_vault.h"
#include "common/ktest.h"
#include "protocol/unicorn_boot.h"

namespace glenda::ktest {

namespace {

using nineball::DeviceVault;

CNode::Info look(CNode box, std::uint64_t index) { return need(box.info(index)); }

bool is_there(CPtr slot) { return look(node(), slot).type != CapType::Null; }

Untyped device_pool() { return need(pool().make<Untyped>(CapType::Untyped, kDmaPoolBits)); }

/// Everything is in its slot, in BootInfo's order, and what can be shared is there to be read alone. 9Ball itself has
/// nothing of a device any more, but still all of its memory.
void passed() {
    const BootInfo& info = boot_info();
    const Untyped memory = device_pool();
    DeviceVault vault(info, pool());
    EXPECT_OK(vault.make(info, memory));
    const CNode box = need(vault.open());
    EXPECT_EQ(look(box, kDeviceBootInfo).type, CapType::Frame);
    EXPECT_EQ(look(box, kDeviceBootInfo).rights, Rights::Read);
    EXPECT_EQ(look(box, kDeviceIrqControl).type, CapType::IrqControl);
    EXPECT_EQ(look(box, kDevicePool).type, CapType::Untyped);
    EXPECT_EQ(look(box, kDevicePool).size_bits, kDmaPoolBits);
    const DeviceSlots slots(info);
    for (std::uint64_t i = slots.dtb.first; i < slots.initrd.end; i++) {
        EXPECT_EQ(look(box, i).type, CapType::Frame);
        EXPECT_EQ(look(box, i).rights, Rights::Read);
    }
    EXPECT(need(box.same(slots.dtb.first, node(), info.dtb_frames.first)));
    EXPECT(need(box.same(slots.initrd.first, node(), info.initrd_frames.first)));
    std::uint64_t at = slots.untyped.first;
    for (std::uint64_t i = 0; i < info.untyped_count; i++) {
        const UntypedDescription& description = info.untypeds[i];
        if (description.is_device == 0) continue;
        const CPtr copy = need(pool().slot());
        EXPECT_OK(node().move(copy, box, at));
        const Untyped::Info device = need(Untyped(copy).info());
        EXPECT(device.is_device);
        EXPECT_EQ(device.address, description.address);
        EXPECT_OK(box.move(at++, node(), copy));
    }
    EXPECT_EQ(at, slots.untyped.end);
    EXPECT_EQ(look(box, at).type, CapType::Null);
    for (std::uint64_t i = 0; i < info.untyped_count; i++) {
        const CapType type = look(node(), info.untyped.first + i).type;
        EXPECT_EQ(type, info.untypeds[i].is_device != 0 ? CapType::Null : CapType::Untyped);
    }
}

/// What was made of a device, of the pool and of the right to interrupts is gone, whoever has it.
void taken_back() {
    const BootInfo& info = boot_info();
    DeviceVault vault(info, pool());
    EXPECT_OK(vault.make(info, device_pool()));
    const CNode box = need(vault.open());
    const DeviceSlots slots(info);
    const CPtr mine = need(pool().slot()), frame_of_device = need(pool().slot());
    const CPtr frame_of_pool = need(pool().slot()), copy_of_irq_control = need(pool().slot());
    EXPECT_OK(node().move(mine, box, slots.untyped.first));
    EXPECT_OK(Untyped(mine).retype(CapType::Frame, kFrameBits, node(), frame_of_device));
    EXPECT_OK(box.move(slots.untyped.first, node(), mine));
    EXPECT_OK(node().move(mine, box, kDevicePool));
    EXPECT_OK(Untyped(mine).retype(CapType::Frame, kFrameBits, node(), frame_of_pool));
    EXPECT_OK(box.move(kDevicePool, node(), mine));
    EXPECT_OK(node().copy(copy_of_irq_control, box, kDeviceIrqControl));
    EXPECT_OK(box.remove(kDeviceIrqControl));
    EXPECT_EQ(need(vault.open()).cptr(), box.cptr());
    EXPECT(!is_there(frame_of_device));
    EXPECT(!is_there(frame_of_pool));
    EXPECT(!is_there(copy_of_irq_control));
    EXPECT_EQ(look(box, kDeviceIrqControl).type, CapType::IrqControl);
    EXPECT_EQ(look(box, kDevicePool).type, CapType::Untyped);
    for (std::uint64_t i = slots.untyped.first; i < slots.untyped.end; i++)
        EXPECT_EQ(look(box, i).type, CapType::Untyped);
}

constexpr Case kCases[] = {{"passed", passed}, {"taken_back", taken_back}};

}  // namespace

}  // namespace glenda::ktest

int main() { return glenda::ktest::run_cases(glenda::ktest::kCases); }
