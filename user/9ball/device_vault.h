// SPDX-License-Identifier: MIT
// All authority over devices, in one CNode (protocol/unicorn_boot.h): for the service that `devices` in init.toml
// names, which is Unicorn.
//
// 9Ball neither knows nor uses a device. It keeps what Unicorn has: if Unicorn ends, all that was made of it is taken
// back, wherever it is, before another one starts.
#pragma once

#include "abi/boot_info.h"
#include "memory_plan.h"
#include "protocol/unicorn_boot.h"

namespace glenda::nineball {

class DeviceVault {
public:
    DeviceVault(const BootInfo& info, Bootstrap& bootstrap) : slots_(info), bootstrap_(bootstrap) {}

    /// Fills the CNode, once, with all but kDeviceIrqControl. `pool`: memory that devices may reach.
    Result<void> make(const BootInfo& info, Untyped pool);
    /// Takes back whatever was made of what is in the CNode, and puts kDeviceIrqControl there, a new copy each time.
    /// Returns the CNode, which is complete then. InvalidCapability if it was never made.
    Result<CNode> open();

    /// Bytes that 9Ball must keep for this.
    static constexpr std::uint64_t kMemory = std::uint64_t{1} << (kDeviceNodeRadix + kSlotBits);

private:
    Result<void> copy_run(std::uint64_t index, SlotRange from);

    DeviceSlots slots_;
    Bootstrap& bootstrap_;
    CNode node_{};
};

}  // namespace glenda::nineball
