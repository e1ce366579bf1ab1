// SPDX-License-Identifier: MIT
// What the kernel tells the root task: what is where in its CSpace and address space.
//
// BootInfo is one page, mapped read-only at kRootBootInfo. The root task starts with a CNode of 2^kRootCNodeRadix
// slots. Its guard makes each slot's index the capability pointer of that slot.
// Handout: reference/kernel-abi.md, "Boot".
#pragma once

#include <cstdint>

namespace glenda {

constexpr unsigned kRootCNodeRadix = 12;

/// The root task's first slots. Slot 0 stays empty, so capability pointer 0 is never valid.
enum RootSlot : std::uint64_t {
    kRootNull = 0,
    kRootCNode = 1,
    kRootVSpace = 2,
    kRootTcb = 3,
    kRootUtcb = 4,
    kRootIrqControl = 5,
    kRootConsole = 6,
    kRootMachine = 7,
    kRootBootInfoFrame = 8,
    kRootFirstDynamic = 16,  // from here on, BootInfo says what is where
};

constexpr std::uint64_t kRootBootInfo = 0x3f'ffe0'0000;  // address of BootInfo
constexpr std::uint64_t kRootUtcbAddress = 0x3f'ffe0'1000;
constexpr std::uint64_t kRootStackTop = 0x3f'ffdf'f000;  // 64 KiB of stack below it, then a guard page
constexpr std::uint64_t kRootStackSize = 0x1'0000;
constexpr std::uint64_t kRootDtb = 0x30'0000'0000;     // address of the device tree, read-only
constexpr std::uint64_t kRootInitrd = 0x31'0000'0000;  // address of the first initrd frame, read-only

/// The slots from `first` up to but not including `end`.
struct SlotRange {
    std::uint64_t first;
    std::uint64_t end;
};

struct UntypedDescription {
    std::uint64_t address;  // physical
    std::uint8_t size_bits;
    std::uint8_t is_device;
    std::uint8_t padding[6];
};

constexpr std::uint64_t kBootInfoMagic = 0x6f66'6e49'746f'6f42;  // "BootInfo"
constexpr unsigned kMaxBootUntypeds = 200;

struct BootInfo {
    std::uint64_t magic;
    std::uint64_t timebase;        // ticks of the `time` CSR per second
    std::uint64_t ram_base;        // of the first bank, physical
    std::uint64_t ram_size;        // of all banks, bytes
    std::uint64_t kernel_size;     // bytes of RAM that are not Untyped: firmware, kernel, initrd, root task
    std::uint32_t hart_count;      // harts that run
    std::uint32_t boot_hart;       // hart ID of the hart that booted
    std::uint64_t entry_cycle;     // `cycle` CSR at the kernel's first instruction
    std::uint64_t root_cycle;      // the same, just before the root task's first instruction
    SlotRange untyped;             // Untyped capabilities; untypeds[] describes them
    SlotRange initrd_frames;       // 2 MiB frames, mapped in order from kRootInitrd
    SlotRange dtb_frames;          // 4 KiB frames, mapped in order from kRootDtb
    SlotRange empty;               // free slots
    std::uint64_t initrd_address;  // virtual address of the archive, 0 if there is none
    std::uint64_t initrd_size;     // bytes
    std::uint64_t dtb_address;     // virtual address of the device tree
    std::uint64_t dtb_size;        // bytes
    std::uint64_t root_image_end;  // virtual address after the root task's last segment, page aligned
    char command_line[128];        // /chosen/bootargs, NUL-terminated
    std::uint64_t untyped_count;
    UntypedDescription untypeds[kMaxBootUntypeds];
};
static_assert(sizeof(BootInfo) <= 4096);

}  // namespace glenda
